import { readFileSync } from 'node:fs';
import { SecretBytes } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { createKeyHierarchy, openMaster, type RootKey, type RootResolver } from '@keyfold/key-hierarchy';
import { staticRootKey } from '@keyfold/kms/static';
import { describe, expect, it } from 'vitest';
import { localKmsSchema } from '../../src/seeds/local-kms-schema.ts';
import { parseSeed } from '../../src/seeds/parse-seed.ts';
import type { Schema } from '../../src/seeds/schema.ts';
import { seedSchema } from '../../src/seeds/seed-schema.ts';
import { hex, type Machine, openMachine } from './seed-harness.ts';

const docs = new URL('../../../../docs/', import.meta.url);
const page = readFileSync(new URL('emulator/seeds.md', docs), 'utf8');
const sample = (name: string): string => readFileSync(new URL(`samples/seeds/${name}`, docs), 'utf8');
const [example = ''] = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text ?? '');

/** Root keys in the emulated KMS of a machine. */
function rootsOf({ call }: Machine): RootResolver {
  return (reference): RootKey => {
    const [, , , region = ''] = reference.keyId.split(':');
    const KeyId = reference.keyId;
    return {
      reference,
      wrap: async (key, EncryptionContext) => {
        const Plaintext = Buffer.from(key.reveal()).toString('base64');
        const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext, EncryptionContext }, region);
        return Buffer.from(String(CiphertextBlob), 'base64');
      },
      unwrap: async (wrapped, EncryptionContext) => {
        const CiphertextBlob = Buffer.from(wrapped).toString('base64');
        const answer = await call('Decrypt', { KeyId, CiphertextBlob, EncryptionContext }, region);
        return SecretBytes.take(Buffer.from(String(answer['Plaintext']), 'base64'));
      },
      describe: async () => ({ enabled: true, state: 'Enabled' }),
    };
  };
}

async function applied(text: string) {
  const machine = await openMachine();
  const key = SecretBytes.take(Buffer.from(hex(1), 'hex'));
  const root = staticRootKey({ keyId: 'platform', key, backend: nodeBackend });
  const { rows } = await openMaster({ store: machine.store, root, backend: nodeBackend });
  const encryption = { rows, roots: rootsOf(machine), backend: nodeBackend };
  const secrets = { look: async () => 'absent' as const, create: async () => undefined };
  const seed = parseSeed(text, { fileName: 'seed.yaml' });
  const first = await machine.apply(seed, { encryption, secrets });
  const second = await machine.apply(seed, { encryption, secrets });
  return { seed, first, second, hierarchy: createKeyHierarchy(encryption) };
}

/** The names of all members of a schema. */
function namesOf({ parts: { shape = {}, element, valueType } }: Schema<unknown>): readonly string[] {
  const inner = [element, valueType].flatMap((part) => (part === undefined ? [] : namesOf(part)));
  return [...inner, ...Object.entries(shape).flatMap(([name, part]) => [name, ...namesOf(part)])];
}

describe('the documentation of seeds', () => {
  it('has an example that loads', async () => {
    const { first, second } = await applied(example);
    expect(first).toMatchObject({
      keys: { created: 4 },
      aliases: { created: 1 },
      grants: { created: 1 },
      secrets: { created: 1 },
      tenants: { created: 1 },
      apiKeys: { created: 1 },
    });
    expect(second).toMatchObject({
      keys: { unchanged: 4 },
      tenants: { unchanged: 1 },
      apiKeys: { unchanged: 1 },
    });
  });

  it('has a sample that loads, whose tenants seal on one machine what they open on another', async () => {
    const scope = { kind: 'service', id: 'search' } as const;
    const [here, there] = [await applied(sample('seed.yaml')), await applied(sample('seed.yaml'))];
    expect(here.seed.identities).toHaveLength(2);
    const { items } = await here.hierarchy.generateDataKeys('acme', scope, 1);
    const [made] = items;
    if (made === undefined) throw new Error('No data key was made.');
    const [opened] = (await there.hierarchy.unwrapDataKeys('acme', scope, [made.header])).items;
    expect(opened instanceof SecretBytes && opened.reveal()).toEqual(made.dataKey.reveal());
  });

  it('names every member of both formats', () => {
    const names = [...namesOf(seedSchema), ...namesOf(localKmsSchema)];
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([]);
  });
});
