import {
  CustomerMasterKeySpec,
  DataKeySpec,
  EncryptionAlgorithmSpec,
  KeySpec,
  KeyState,
  KeyUsageType,
  OriginType,
} from '@aws-sdk/client-kms';
import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { kmsFaults } from '../../apps/emulator/src/kms/faults/kms-faults.ts';
import { keySpecs } from '../../apps/emulator/src/kms/keys/key-specs.ts';
import { keyStates } from '../../apps/emulator/src/kms/keys/key-states.ts';
import type { Shape } from '../../apps/emulator/src/kms/model/shape.ts';
import { shapeNamed, shapes } from '../../apps/emulator/src/kms/model/shapes.ts';
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

/** Where AWS itself goes beyond its model: constraints that are in our table and not in the model. */
const beyondModel: Readonly<Record<string, object>> = {
  KeyIdType: { pattern: '^\\p{ASCII}+$' },
};

/** Values that AWS added after the model's version; the SDK's types have them. */
const newerValues: Readonly<Record<string, readonly string[]>> = {
  KeySpec: ['ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024'],
  KeyUsageType: ['ENCAPSULATE_DECAPSULATE'],
};

const file = evidence.oracle('kms.smithy.json');

describe("AWS's service model and the shape table", () => {
  if (!file.found) {
    it('is not at hand, which is said', () => evidence.missing(file.path));
    return;
  }
  const model = file.json() as SmithyModel;

  it.each(Object.keys(shapes).map((name) => [name]))('have the same %s', (name) => {
    const shape = model.shapes[namespace + name];
    if (shape === undefined) throw new Error('The model has no such shape.');
    expect(asCompared(shapeNamed(name))).toEqual({ ...asInModel(name, shape), ...beyondModel[name] });
  });

  it.each([...operations.values()].map((operation) => [operation.name, operation] as const))(
    'agree on the request of %s',
    (name, operation) => {
      const input = model.shapes[namespace + name]?.input;
      if (input === undefined) throw new Error('The model has no such operation.');
      expect(operation.input).toBe(nameOf(input));
    },
  );

  it('reaches every shape of the table from the requests of the operations', () => {
    const reached = new Set<string>();
    const visit = (name: string): void => {
      if (reached.has(name)) return;
      reached.add(name);
      for (const other of referencesOf(shapeNamed(name))) visit(other);
    };
    for (const { input } of operations.values()) visit(input);
    expect([...reached].sort()).toEqual(Object.keys(shapes).sort());
  });

  it("agree that our errors are AWS's, with 400 for the client's and the model's status for the server's", () => {
    // Errors of AWS's common front end are in no service's model.
    const common = [
      'AccessDeniedException',
      'RequestEntityTooLargeException',
      'SerializationException',
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
  it.each([
    ['CustomerMasterKeySpec', CustomerMasterKeySpec],
    ['DataKeySpec', DataKeySpec],
    ['EncryptionAlgorithmSpec', EncryptionAlgorithmSpec],
    ['KeySpec', KeySpec],
    ['KeyUsageType', KeyUsageType],
    ['OriginType', OriginType],
  ])('have the values of %s that the table has', (name, values) => {
    const shape = shapeNamed(name);
    expect(shape.type === 'enum' && [...shape.values].sort()).toEqual(Object.values<string>(values).sort());
  });

  it('have every key spec of the key-spec table, and every state of the state table', () => {
    expect(Object.keys(keySpecs).sort()).toEqual(Object.values<string>(KeySpec).sort());
    expect(Object.values<string>(KeyState)).toEqual(expect.arrayContaining(Object.keys(keyStates)));
  });
});

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
        Object.entries(members).map(([memberName, reference]) => [
          memberName,
          {
            shape: nameOf(reference),
            ...(reference.traits?.['smithy.api#required'] === undefined ? {} : { required: true }),
          },
        ]),
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
