import * as sdk from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { kmsFaults } from '../../apps/emulator/src/kms/faults/kms-faults.ts';
import type { Shape } from '../../apps/emulator/src/kms/model/shape.ts';
import { secretsFaults } from '../../apps/emulator/src/secrets-manager/faults/secrets-faults.ts';
import { requestShapes, shapeNamed, shapes } from '../../apps/emulator/src/secrets-manager/model/shapes.ts';
import { operations } from '../../apps/emulator/src/secrets-manager/operations/operations.ts';

interface Members {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

const exported = sdk as Readonly<Record<string, unknown>>;

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
  const schema = exported[`${name}$`];
  if (!Array.isArray(schema) || !Array.isArray(schema[4])) throw new Error('The SDK has no such structure.');
  const names: readonly string[] = schema[4];
  const required = Number(schema[6] ?? 0);
  return { required: names.slice(0, required).sort(), optional: names.slice(required).sort() };
}

function referencesOf(shape: Shape): readonly string[] {
  if (shape.type === 'list') return [shape.member];
  if (shape.type === 'structure') return Object.values(shape.members).map((member) => member.shape);
  return [];
}

describe("the SDK's types", () => {
  it('have the operations that the table has, each with its request', () => {
    const commands = Object.keys(sdk)
      .filter((name) => name.endsWith('Command') && !name.startsWith('$'))
      .map((name) => name.replace(/Command$/, ''));
    expect([...operations.keys()].sort()).toEqual(commands.sort());
    for (const { name, input } of operations.values()) expect(input).toBe(`${name}Request`);
  });

  const structures = Object.entries(shapes).flatMap(([name, { type }]) =>
    type === 'structure' ? [[name]] : [],
  );

  it.each(structures)('have the members of %s', (name) => {
    expect(membersInTable(name)).toEqual(membersInSdk(name));
  });

  const enumerations = Object.entries(shapes).flatMap(([name, shape]) =>
    shape.type === 'enum' ? [[name, shape.values] as const] : [],
  );

  it.each(enumerations)('have the values of %s', (name, values) => {
    expect([...values].sort()).toEqual(Object.values(exported[name] ?? {}).sort());
  });

  it('have every error that is answered, with the same fault', () => {
    const errors = Object.keys(sdk).filter((name) => /^[A-Z].*(?:Exception|Failure|Error)$/.test(name));
    for (const name of errors.filter((error) => error !== 'SecretsManagerServiceException'))
      expect([...Object.keys(secretsFaults), ...Object.keys(kmsFaults)], name).toContain(name);
    for (const name of Object.keys(secretsFaults)) expect(errors).toContain(name);
  });

  it('are reached whole from the requests', () => {
    const reached = new Set<string>();
    const visit = (name: string): void => {
      if (reached.has(name)) return;
      reached.add(name);
      for (const other of referencesOf(shapeNamed(name))) visit(other);
    };
    for (const name of Object.keys(requestShapes)) visit(name);
    expect([...reached].sort()).toEqual(Object.keys(shapes).sort());
  });
});
