import {
  type CryptoBackend,
  combineShares,
  createBackupCodes,
  declareBlindIndex,
  fernetCodec,
  hashSecret,
  issueToken,
  type KeyPlace,
  keyIdOf,
  openBlindIndex,
  openSigningKey,
  openStream,
  parseJsonWebKeySet,
  parseRecordHeader,
  parseShareText,
  prepareFieldContext,
  prepareStreamContext,
  prepareValueContext,
  SecretBytes,
  sealStream,
  shareToText,
  splitSecret,
  toJsonWebKeySet,
  verifyBackupCode,
  verifySecret,
  verifyToken,
} from '@keyfold/crypto-core';
import { hex, secretOf } from './bytes.ts';
import type { Checks } from './checks.ts';
import { collected, streamContent, streamOf } from './published-streams.ts';
import { clockAt } from './published-tokens.ts';
import { samples } from './samples.ts';
import { shown } from './shown.ts';

/** The keys that all runtimes share for this exchange; nothing else is under them. */
const serviceKey = 'a7'.repeat(32);
const sharedKey = '3c'.repeat(32);

const named = { tenant: 'acme', scope: { kind: 'service', id: 'zoë' }, context: { card: '42' } } as const;
const fieldContext = prepareFieldContext({ ...named, table: 'people', field: 'ssn', idType: 'text' });
const index = declareBlindIndex({
  ...{ tenant: named.tenant, scope: named.scope, table: 'people', column: 'name', name: 'exact' },
  values: 'text-case',
  bits: 64,
});
const streamByteLength = 40_000;
const apiKey = 'kf_live_Rh1QVAE9Qw07Wd_cwq4R7TkKyeS5xLkrWH-6v17EzwI';
const now = 1_800_000_000;
const claims = { iss: 'https://login.example', aud: 'billing', iat: now, exp: now + 60, name: 'Zoë' };

/** What one runtime sealed, wrapped, shared, signed and hashed, as text. */
export interface SealedSample {
  /** The data key's header; the key is wrapped by the service key. */
  readonly header: string;
  readonly values: readonly string[];
  readonly fields: readonly string[];
  readonly stream: string;
  readonly shares: readonly string[];
  readonly token: string;
  readonly keySet: string;
  readonly entry: string;
  readonly fernet: string;
  readonly apiKey: { readonly salt: string; readonly hash: string };
  readonly backupCodes: readonly { readonly code: string; readonly stored: { salt: string; hash: string } }[];
}

function placeOf(keyReference: Uint8Array, commitment: Uint8Array): KeyPlace {
  const { tenant, scope } = named;
  return { purpose: 'data-key', tenant, scope, keyReference, version: 0, parentVersion: 3, commitment };
}

/** One of everything that is stored or sent, for the other runtimes. */
export async function sealSample(backend: CryptoBackend): Promise<SealedSample> {
  const fresh = await backend.createDataKey();
  const service = await backend.wrappingKey(secretOf(serviceKey));
  const keyReference = backend.randomBytes(8);
  const wrapped = await service.wrap(fresh.secret, placeOf(keyReference, fresh.commitment));
  const sealer = await fresh.wrappedAs({ keyReference, wrapped });
  const values: string[] = [];
  const fields: string[] = [];
  for (const sample of samples) {
    values.push(backend.encodeText(await sealer.sealValue(sample, prepareValueContext(named))));
    fields.push(backend.encodeText(await sealer.sealField(sample, fieldContext, 'ä')));
  }
  const context = prepareStreamContext(named);
  const stream = await collected(
    streamOf(streamContent(streamByteLength)).pipeThrough(sealStream({ backend, sealer, context })),
  );
  const shares = await splitSecret(secretOf(sharedKey), { backend, threshold: 2, count: 3 });
  const signingKey = await openSigningKey(backend, SecretBytes.random(32));
  const { publicKey } = signingKey;
  const kid = await keyIdOf(backend, publicKey);
  const blindIndex = openBlindIndex({
    backend,
    declaration: index,
    keys: [{ version: 2, key: secretOf(sharedKey) }],
  });
  const [entry] = await blindIndex.entriesToStore('ΟΔΥΣΣΕΥΣ');
  return {
    header: backend.encodeText(sealer.recordHeader()),
    values,
    fields,
    stream: backend.encodeText(stream),
    shares: shares.map(shareToText),
    token: await issueToken(claims, { key: signingKey, kid }),
    keySet: JSON.stringify(toJsonWebKeySet([{ kid, alg: 'EdDSA', publicKey }])),
    entry: entry?.text ?? '',
    fernet: await fernetCodec(backend).encrypt(streamContent(100), secretOf(sharedKey)),
    apiKey: await hashSecret(backend, apiKey),
    backupCodes: await createBackupCodes(backend, 2),
  };
}

/** Opens all of what one runtime sealed. */
export async function checkSealedElsewhere(
  checks: Checks,
  backend: CryptoBackend,
  sealed: SealedSample,
): Promise<void> {
  const header = parseRecordHeader(backend.decodeText(sealed.header));
  const opener = async () => {
    const service = await backend.wrappingKey(secretOf(serviceKey));
    const place = placeOf(header.keyReference, header.commitment);
    return backend.openDataKey(header, await service.unwrap(header.wrapped, place));
  };
  for (const [i, sample] of samples.entries()) {
    await checks.equal(`value ${i}`, shown(sample), async () => {
      const value = backend.decodeText(sealed.values[i] ?? '');
      return shown(await (await opener()).openValue(value, prepareValueContext(named)));
    });
    await checks.equal(`field ${i}`, shown(sample), async () => {
      const field = backend.decodeText(sealed.fields[i] ?? '');
      return shown(await (await opener()).openField(field, fieldContext, 'ä'));
    });
  }
  await checks.fails('value of another tenant', 'integrity_check_failed', async () => {
    const value = backend.decodeText(sealed.values[0] ?? '');
    return (await opener()).openValue(value, prepareValueContext({ ...named, tenant: 'other' }));
  });
  await checks.equal('stream', hex(streamContent(streamByteLength)), async () => {
    const context = prepareStreamContext(named);
    const stream = streamOf(backend.decodeText(sealed.stream));
    return hex(await collected(stream.pipeThrough(openStream({ backend, opener, context }))));
  });
  await checks.equal('shares', sharedKey, async () => {
    const shares = sealed.shares.slice(1).map(parseShareText);
    return hex((await combineShares(shares, { backend })).reveal());
  });
  await checks.equal('token', JSON.stringify(claims), async () => {
    const keys = parseJsonWebKeySet(new TextEncoder().encode(sealed.keySet));
    const { iss: issuer, aud: audience } = claims;
    const options = { backend, keys, issuer, audience, clock: clockAt(now) };
    return JSON.stringify((await verifyToken(sealed.token, options)).claims);
  });
  await checks.equal('entry of a blind index', sealed.entry, async () => {
    const keys = [{ version: 2, key: secretOf(sharedKey) }];
    const blindIndex = openBlindIndex({ backend, declaration: index, keys });
    return (await blindIndex.entriesToFind('Οδυσσευς'))[0]?.text;
  });
  await checks.equal('Fernet token', hex(streamContent(100)), async () =>
    hex((await fernetCodec(backend).decrypt(sealed.fernet, secretOf(sharedKey))).bytes),
  );
  await checks.equal('API key', 'true', () => verifySecret(backend, apiKey, sealed.apiKey));
  for (const [i, { code }] of sealed.backupCodes.entries()) {
    const stored = sealed.backupCodes.map((each) => each.stored);
    await checks.equal(`backup code ${i}`, String(i), () => verifyBackupCode(backend, code, stored));
  }
}
