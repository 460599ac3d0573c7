import * as sdk from '@aws-sdk/client-kms';
import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { kmsFaults } from '../../apps/emulator/src/kms/faults/kms-faults.ts';
import { keySpecs } from '../../apps/emulator/src/kms/keys/key-specs.ts';
import { keyStates } from '../../apps/emulator/src/kms/keys/key-states.ts';
import type { Shape } from '../../apps/emulator/src/kms/model/shape.ts';
import { requestShapes, shapeNamed, shapes } from '../../apps/emulator/src/kms/model/shapes.ts';
import { operations } from '../../apps/emulator/src/kms/operations/operations.ts';

interface SmithyModel {
  readonly shapes: Readonly<Record<string, SmithyShape>>;
}

interface SmithyShape {
  readonly type: string;
  readonly members?: Readonly<Record<string, SmithyReference>>;
  readonly member?: SmithyReference;
  readonly key?: SmithyReference;
  readonly value?: SmithyReference;
  readonly input?: SmithyReference;
  readonly errors?: readonly SmithyReference[];
  readonly traits?: Traits;
}

interface SmithyReference {
  readonly target: string;
  readonly traits?: Traits;
}

interface Traits {
  readonly 'smithy.api#length'?: { readonly min?: number; readonly max?: number };
  readonly 'smithy.api#range'?: { readonly min: number; readonly max: number };
  readonly 'smithy.api#pattern'?: string;
  readonly 'smithy.api#required'?: object;
  readonly 'smithy.api#sensitive'?: object;
  readonly 'smithy.api#enumValue'?: string;
  readonly 'smithy.api#httpError'?: number;
  readonly 'smithy.api#error'?: 'client' | 'server';
}

const namespace = 'com.amazonaws.kms#';
const nameOf = ({ target }: SmithyReference): string => target.replace(namespace, '');

/** Values that AWS added after the model's version; the SDK's types have them. */
const newerValues: Readonly<Record<string, readonly string[]>> = {
  DataKeyPairSpec: ['ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024'],
  GrantOperation: ['Encapsulate', 'Decapsulate'],
  KeySpec: ['ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024'],
  KeyUsageType: ['ENCAPSULATE_DECAPSULATE'],
};

/** Members that AWS added, or made optional, after the model's version; the SDK's schemas have them so. */
const newerMembers: Readonly<Record<string, object>> = {
  CreateGrantRequest: {
    GranteePrincipal: { shape: 'PrincipalIdType' },
    GranteeServicePrincipal: { shape: 'ServicePrincipalType' },
    RetiringServicePrincipal: { shape: 'ServicePrincipalType' },
  },
  GrantConstraints: { SourceArn: { shape: 'SourceArnType' } },
  ListGrantsRequest: { GranteeServicePrincipal: { shape: 'ServicePrincipalType' } },
  ListRetirableGrantsRequest: {
    RetiringPrincipal: { shape: 'PrincipalIdType' },
    RetiringServicePrincipal: { shape: 'ServicePrincipalType' },
  },
};

/** Shapes that are newer than the model. */
const newerShapes = [
  'DecapsulateRequest',
  'EncapsulateRequest',
  'EncapsulationAlgorithmSpec',
  'GetKeyLastUsageRequest',
  'ServicePrincipalType',
  'SourceArnType',
];
const newerOperations = ['Decapsulate', 'Encapsulate', 'GetKeyLastUsage'];

const file = evidence.oracle('kms.smithy.json');

describe("AWS's service model and the shape table", () => {
  if (!file.found) {
    it('is not at hand, which is said', () => evidence.missing(file.path));
    return;
  }
  const model = file.json() as SmithyModel;

  const inModel = Object.keys(shapes).filter((name) => !newerShapes.includes(name));

  it.each(inModel.map((name) => [name]))('have the same %s', (name) => {
    const shape = model.shapes[namespace + name];
    if (shape === undefined) throw new Error('The model has no such shape.');
    expect(asCompared(shapeNamed(name))).toEqual(asInModel(name, shape));
  });

  it('differ by no shape, no request and no operation more than is said here', () => {
    expect(newerShapes.filter((name) => namespace + name in model.shapes)).toEqual([]);
    const requests = Object.values(model.shapes)
      .filter(({ type }) => type === 'operation')
      .map(({ input }) => (input === undefined ? '' : nameOf(input)));
    expect(requests).toHaveLength(53);
    expect([...requests, ...newerOperations.map((name) => `${name}Request`)].sort()).toEqual(
      Object.keys(requestShapes).sort(),
    );
  });

  it('agree on the request of each operation', () => {
    for (const { name, input } of operations.values())
      if (!newerOperations.includes(name)) {
        const reference = model.shapes[namespace + name]?.input;
        expect(reference === undefined ? undefined : nameOf(reference), name).toBe(input);
      }
  });

  it('reach every shape of the table from the requests', () => {
    const reached = new Set<string>();
    const visit = (name: string): void => {
      if (reached.has(name)) return;
      reached.add(name);
      for (const other of referencesOf(shapeNamed(name))) visit(other);
    };
    for (const name of Object.keys(requestShapes)) visit(name);
    expect([...reached].sort()).toEqual(Object.keys(shapes).sort());
  });

  it("agree that our errors are AWS's, with 400 for the client's and the model's status for the server's", () => {
    // Errors of AWS's common front end are in no service's model.
    const common = [
      'AccessDeniedException',
      'NotAuthorizedException',
      'RequestEntityTooLargeException',
      'SerializationException',
      'ThrottlingException',
      'UnknownOperationException',
      'ValidationException',
    ];
    for (const [name, { status }] of Object.entries(kmsFaults)) {
      const traits = model.shapes[namespace + name]?.traits;
      if (common.includes(name)) expect(traits).toBeUndefined();
      else {
        const isClients = traits?.['smithy.api#error'] === 'client';
        expect(status, name).toBe(isClients ? 400 : traits?.['smithy.api#httpError']);
      }
    }
  });

  it('was compared whole', () => {
    evidence.report('kms.smithy.json', Object.keys(shapes).length);
  });
});

describe("the SDK's types", () => {
  const enumerations = Object.entries(shapes).flatMap(([name, shape]) =>
    shape.type === 'enum' ? [[name, shape.values] as const] : [],
  );

  it.each(enumerations)('have the values of %s that the table has', (name, values) => {
    const inSdk = (sdk as Readonly<Record<string, unknown>>)[name];
    if (typeof inSdk !== 'object' || inSdk === null) throw new Error('The SDK has no such enumeration.');
    expect([...values].sort()).toEqual(Object.values(inSdk).sort());
  });

  it.each(Object.keys(requestShapes).map((name) => [name]))('have the members of %s', (name) => {
    expect(membersInTable(name)).toEqual(membersInSdk(name));
  });

  it('have 56 operations, each with its request, and the members of the structures inside requests', () => {
    const commands = Object.keys(sdk).filter((name) => name.endsWith('Command') && !name.startsWith('$'));
    expect(commands).toHaveLength(56);
    expect(commands.map((name) => name.replace(/Command$/, 'Request')).sort()).toEqual(
      Object.keys(requestShapes).sort(),
    );
    for (const [name, shape] of Object.entries(shapes))
      if (shape.type === 'structure') expect(membersInTable(name), name).toEqual(membersInSdk(name));
  });

  it('have every key spec of the key-spec table, and every state of the state table', () => {
    expect(Object.keys(keySpecs).sort()).toEqual(Object.values<string>(sdk.KeySpec).sort());
    expect(Object.values<string>(sdk.KeyState)).toEqual(expect.arrayContaining(Object.keys(keyStates)));
  });
});

interface Members {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

function membersInTable(name: string): Members {
  const shape = shapeNamed(name);
  if (shape.type !== 'structure') throw new Error('The table has no such structure.');
  const names = Object.keys(shape.members).sort();
  return {
    required: names.filter((member) => shape.members[member]?.required === true),
    optional: names.filter((member) => shape.members[member]?.required !== true),
  };
}

/** The SDK's schema of a structure: 3, namespace, name, traits, members' names, their schemas, how many of them are required. */
function membersInSdk(name: string): Members {
  const schema = (sdk as Readonly<Record<string, unknown>>)[`${name}$`];
  if (!Array.isArray(schema) || !Array.isArray(schema[4])) throw new Error('The SDK has no such structure.');
  const names: readonly string[] = schema[4];
  const required = Number(schema[6] ?? 0);
  return { required: names.slice(0, required).sort(), optional: names.slice(required).sort() };
}

/** Our row, without the order of enumerations, which the model does not tell. */
function asCompared(shape: Shape): object {
  return shape.type === 'enum' ? { type: 'enum', values: [...shape.values].sort() } : shape;
}

function asInModel(name: string, shape: SmithyShape): object {
  const { type, traits = {}, members = {}, member, key, value } = shape;
  const { min, max } = traits['smithy.api#length'] ?? {};
  const length = {
    ...(min === undefined ? {} : { minLength: min }),
    ...(max === undefined ? {} : { maxLength: max }),
  };
  const pattern = traits['smithy.api#pattern'];
  if (type === 'enum')
    return {
      type,
      values: Object.values(members)
        .map((entry) => entry.traits?.['smithy.api#enumValue'] ?? '')
        .concat(newerValues[name] ?? [])
        .sort(),
    };
  if (type === 'structure')
    return {
      type,
      members: Object.fromEntries(
        Object.entries(members)
          .map(([memberName, reference]) => [
            memberName,
            {
              shape: nameOf(reference),
              ...(reference.traits?.['smithy.api#required'] === undefined ? {} : { required: true }),
            },
          ])
          .concat(Object.entries(newerMembers[name] ?? {})),
      ),
    };
  return {
    type,
    ...length,
    ...traits['smithy.api#range'],
    ...(pattern === undefined ? {} : { pattern }),
    ...(traits['smithy.api#sensitive'] === undefined ? {} : { sensitive: true }),
    ...(member === undefined ? {} : { member: nameOf(member) }),
    ...(key === undefined ? {} : { key: nameOf(key) }),
    ...(value === undefined ? {} : { value: nameOf(value) }),
  };
}

function referencesOf(shape: Shape): readonly string[] {
  if (shape.type === 'list') return [shape.member];
  if (shape.type === 'map') return [shape.key, shape.value];
  if (shape.type === 'structure') return Object.values(shape.members).map((member) => member.shape);
  return [];
}
