import {
  type CryptoBackend,
  defaultKdfCosts,
  deriveFromPassword,
  deriveUserKey,
  hkdfSha256,
  hkdfSha384,
  hkdfSha512,
  parseKdfParameters,
  SecretBytes,
  splitKeyRoot,
  verifyBackupCode,
  verifyPassword,
  verifySecret,
} from '@keyfold/crypto-core';
import credentials from '../../docs/formats/vectors/credentials.json' with { type: 'json' };
import derivation from '../../docs/formats/vectors/derivation.json' with { type: 'json' };
import { bytesOf, hex, secretOf } from './bytes.ts';
import type { Checks } from './checks.ts';

const hkdfs = { 'SHA-256': hkdfSha256, 'SHA-384': hkdfSha384, 'SHA-512': hkdfSha512 } as const;

function isHkdf(hash: string): hash is keyof typeof hkdfs {
  return Object.hasOwn(hkdfs, hash);
}

/** Published derivations of keys, and parameters that are refused. */
export async function checkDerivation(checks: Checks, backend: CryptoBackend): Promise<void> {
  for (const { label, keyingSecret, saltSecret, root } of derivation.splitKey) {
    await checks.equal(`derivation.json split key ${label}`, root, async () => {
      const secrets = { keyingSecret: secretOf(keyingSecret), saltSecret: secretOf(saltSecret) };
      return hex((await splitKeyRoot(backend, { ...secrets, label })).reveal());
    });
  }
  for (const { parent, salt, userId, key } of derivation.userKey) {
    await checks.equal(`derivation.json user key ${userId}`, key, async () => {
      const options = { parent: secretOf(parent), salt: bytesOf(salt), userId };
      return hex((await deriveUserKey(backend, options)).reveal());
    });
  }
  for (const { hash, secret, salt, info, key } of derivation.hkdf) {
    await checks.equal(`derivation.json HKDF-${hash}, salt ${salt}`, key, async () => {
      if (!isHkdf(hash)) throw new Error(`There is no HKDF of ${hash}.`);
      const options = { salt: bytesOf(salt), info: bytesOf(info), byteLength: key.length / 2 };
      return hex((await hkdfs[hash](backend, secretOf(secret), options)).reveal());
    });
  }
  for (const { password, parameters, key } of derivation.password) {
    await checks.equalOrUnsupported(`derivation.json password, ${parameters}`, key, async () => {
      const secret = SecretBytes.take(new TextEncoder().encode(password));
      return hex((await deriveFromPassword(backend, secret, parseKdfParameters(parameters))).reveal());
    });
  }
  for (const { name, parameters } of derivation.refused) {
    await checks.fails(`derivation.json ${name}`, 'kdf_parameters_refused', () =>
      parseKdfParameters(parameters),
    );
  }
}

/** Published hashes of API keys, backup codes and passwords, each with what it is of and with something else. */
export async function checkCredentials(checks: Checks, backend: CryptoBackend): Promise<void> {
  const cost = defaultKdfCosts['pbkdf2-sha256'];
  for (const { secret, salt, hash } of credentials.secrets) {
    await checks.equal(`credentials.json ${secret}`, 'true false', async () => {
      const isRight = await verifySecret(backend, secret, { salt, hash });
      return `${isRight} ${await verifySecret(backend, `${secret}x`, { salt, hash })}`;
    });
  }
  for (const { entered, salt, hash } of credentials.backupCodes) {
    const other = { salt, hash: hash.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) };
    await checks.equal(`credentials.json ${entered}`, '1 undefined', async () => {
      const found = await verifyBackupCode(backend, entered, [other, { salt, hash }]);
      return `${found} ${await verifyBackupCode(backend, entered, [other])}`;
    });
  }
  for (const { password, stored } of credentials.passwords) {
    await checks.equalOrUnsupported(`credentials.json ${password}, ${stored}`, 'true', async () => {
      const { matches } = await verifyPassword(backend, password, stored, { cost });
      return matches;
    });
    await checks.equalOrUnsupported(`credentials.json not ${password}, ${stored}`, 'false', async () => {
      const { matches } = await verifyPassword(backend, `${password} `, stored, { cost });
      return matches;
    });
  }
  for (const { name, stored, code } of credentials.refused) {
    await checks.fails(`credentials.json ${name}`, code, () =>
      verifyPassword(backend, 'any', stored, { cost }),
    );
  }
}
