import { SecretBytes } from '@keyfold/crypto-core';
import { writtenBytes } from './forms.ts';
import type { Path } from './problems.ts';
import type { Reading } from './read-copy.ts';
import { readBytes } from './read-material.ts';
import type { SeedApiKey, SeedTenant } from './seed.ts';
import type { WrittenApiKey, WrittenTenant } from './written-seed.ts';

const materialByteLength = 32;

/** Reads a tenant of the encryption API. */
export function readTenant(written: WrittenTenant, path: Path, reading: Reading): SeedTenant {
  const { problems, names } = reading;
  const { id, root, services = [] } = written;
  names.claim('tenant', [id], [...path, 'id']);
  const material = readTenantMaterial(written, path, reading);
  return {
    at: problems.place(path),
    id,
    root,
    ...(material === undefined ? {} : { material }),
    services: services.map((service, index) => {
      const servicePath = [...path, 'services', index];
      names.claim('service', [id, service.id], [...servicePath, 'id']);
      return { at: problems.place(servicePath), id: service.id, keyVersions: service.keyVersions ?? 1 };
    }),
  };
}

function readTenantMaterial(
  { material }: WrittenTenant,
  path: Path,
  { problems }: Reading,
): SecretBytes | undefined {
  if (material === undefined) return undefined;
  const materialPath = [...path, 'material'];
  const written = writtenBytes(material);
  if (written === undefined) {
    problems.add(
      materialPath,
      'needs one of the members hex and base64',
      'Write the material in one of them.',
    );
    return undefined;
  }
  const read = readBytes(written);
  if ('bytes' in read && read.bytes.byteLength === materialByteLength) return SecretBytes.take(read.bytes);
  const formPath = [...materialPath, written.form];
  if ('bytes' in read)
    problems.add(
      formPath,
      `has ${read.bytes.byteLength} bytes, and a tenant's material has ${materialByteLength}`,
      `Write ${materialByteLength} bytes: openssl rand -hex ${materialByteLength} makes some.`,
    );
  else problems.add(formPath, read.message, read.hint);
  return undefined;
}

/** Reads an API key. */
export function readApiKey(written: WrittenApiKey, path: Path, { problems, names }: Reading): SeedApiKey {
  const { key, role, tenants, description = '' } = written;
  names.claim('API key', [apiKeyIdOf(key, role)], [...path, 'key']);
  if (!key.startsWith(`kf_${role}_`))
    problems.add([...path, 'role'], 'is another than the key says', 'Begin the key with kf_ and its role.');
  if (tenants !== '*' && tenants.length === 0)
    problems.add([...path, 'tenants'], 'name none', 'Write "*" for all tenants, or a list of their ids.');
  return { at: problems.place(path), text: key, role, tenants, description };
}

/** The public part of an API key: `kf_<role>_` and eight characters. */
export function apiKeyIdOf(key: string, role: string): string {
  return key.slice(0, `kf_${role}_`.length + 8);
}
