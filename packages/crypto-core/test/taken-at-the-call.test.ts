import { describe, expect, it } from 'vitest';
import {
  combineShares,
  createBackupCodes,
  envelopeRecordCodec,
  ivPrefixedCodec,
  jsonPayloadCodec,
  openRange,
  openStream,
  parseStreamHeader,
  parseValue,
  SecretBytes,
  saltedFernetCodec,
  sealStream,
  splitSecret,
  verifyBackupCode,
} from '../src/index.ts';
import { codeOf, newDataKey } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { hex, valueContext } from './fixtures.ts';
import { content, sealed, streamContext, streamKeys, through } from './stream-fixtures.ts';

/*
 * A caller may wipe or use again what it handed over as soon as a call has returned, long before the answer comes. What counts
 * is what was handed over.
 */

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

describe.each(backends)('what is changed after the call does not change the answer, %s', (_name, backend) => {
  const key = SecretBytes.random(32);
  const plaintext = (): Uint8Array => Uint8Array.of(1, 2, 3);
  const later = async (): Promise<SecretBytes> => key;

  it('of a codec that writes: the plaintext', async () => {
    const salted = saltedFernetCodec(backend, { layout: 'whole' });
    const json = jsonPayloadCodec(backend);
    const bytes = plaintext();
    const calls = [salted.encrypt(bytes, key), json.encrypt(bytes, { keys: later, keyVersion: 1 })] as const;
    bytes.fill(0);
    const [token, payload] = await Promise.all(calls);
    expect((await salted.decrypt(token, key)).bytes).toEqual(plaintext());
    expect((await json.decrypt(payload, later)).bytes).toEqual(plaintext());
  });

  it('of a codec: the AAD, and the salt and info of a derivation', async () => {
    const json = jsonPayloadCodec(backend);
    const options = () => ({
      aad: Uint8Array.of(7),
      derivation: { salt: new Uint8Array(16).fill(1), info: Uint8Array.of(2) },
    });
    const changing = async <T>(call: (given: ReturnType<typeof options>) => T): Promise<Awaited<T>> => {
      const given = options();
      const answer = call(given);
      for (const bytes of [given.aad, given.derivation.salt, given.derivation.info]) bytes.fill(9);
      return await answer;
    };
    const write = { keys: later, keyVersion: 1 };
    const payload = await changing((given) => json.encrypt(plaintext(), write, given));
    expect((await json.decrypt(payload, later, options())).bytes).toEqual(plaintext());
    expect((await changing((given) => json.decrypt(payload, later, given))).bytes).toEqual(plaintext());

    const aes = await backend.primitives.aesGcmKey(key);
    const parts = [new Uint8Array(12), await aes.seal(new Uint8Array(12), plaintext(), options().aad)];
    const ciphertext = base64(Buffer.concat(parts));
    const iv = ivPrefixedCodec(backend);
    expect((await changing((given) => iv.decrypt(ciphertext, key, given))).bytes).toEqual(plaintext());
    const envelope = envelopeRecordCodec(backend);
    const record = JSON.stringify({ encrypted_key: 'AA==', ciphertext, algorithm: 'AES-256-GCM' });
    const unwrap = async (): Promise<SecretBytes> => key.clone();
    expect((await changing((given) => envelope.decrypt(record, unwrap, given))).bytes).toEqual(plaintext());
  });

  it('of a fresh data key: the commitment that it gave out', async () => {
    const fresh = await backend.createDataKey();
    const secret = fresh.secret.clone();
    fresh.commitment.fill(0);
    const sealer = await fresh.wrappedAs({ keyReference: new Uint8Array(8), wrapped: new Uint8Array(60) });
    const value = await sealer.sealValue('kept', valueContext);
    const opener = await backend.openDataKey(parseValue(value).header, secret);
    expect(await opener.openValue(value, valueContext)).toBe('kept');
  });

  it('of an opener: the header, whose verified commitment is the one that is compared', async () => {
    const { sealer, secret } = await newDataKey(backend);
    const value = await sealer.sealValue('x', valueContext);
    const { header } = parseValue(value);
    const changed = Uint8Array.from(value);
    changed[101] = (changed[101] ?? 0) ^ 1; // the commitment's last byte
    const otherBytes = { ...header, bytes: parseValue(changed).header.bytes };
    expect(await codeOf(() => backend.openDataKey(otherBytes, secret.clone()))).toBe('commitment_mismatch');

    const opening = backend.openDataKey(header, secret.clone());
    header.bytes.set(parseValue(changed).header.bytes);
    const opener = await opening;
    expect(await opener.openValue(value, valueContext)).toBe('x');
    expect(await codeOf(() => opener.openValue(changed, valueContext))).toBe('integrity_check_failed');
  });

  it('of a stream: the options', async () => {
    const [first, second] = [await streamKeys(backend), await streamKeys(backend)];
    const sealing = { backend, sealer: first.sealer, context: streamContext() };
    const stream = sealStream(sealing);
    Object.assign(sealing, { sealer: second.sealer, context: streamContext({}) });
    const { bytes } = await through(stream, [content(50_000)]);
    expect(hex(parseStreamHeader(bytes).bytes)).toBe(hex(first.sealer.header.bytes));

    const opening = { backend, opener: first.opener, context: streamContext() };
    const back = openStream(opening);
    Object.assign(opening, { opener: second.opener, context: streamContext({}) });
    expect((await through(back, [bytes])).bytes).toEqual(content(50_000));
  });

  it('of a range: the options and the size of the source', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const stored = await sealed(backend, sealer, content(40_000));
    const source = {
      size: stored.byteLength,
      stored,
      read(offset: number, length: number): Uint8Array {
        return this.stored.subarray(offset, offset + length);
      },
    };
    const options = { backend, opener, context: streamContext(), source, start: 10, end: 20 };
    const range = openRange(options);
    Object.assign(options, { start: 30, end: 40 });
    source.size += 1;
    expect(new Uint8Array(await new Response(range).arrayBuffer())).toEqual(content(40_000).slice(10, 20));
  });

  it('of shares: the list, so that none is combined that was not checked', async () => {
    const given = await splitSecret(key, { backend, threshold: 2, count: 3 });
    const others = await splitSecret(SecretBytes.random(32), { backend, threshold: 2, count: 3 });
    const list = given.slice(0, 2);
    const combining = combineShares(list, { backend });
    list.splice(0, 2, ...others.slice(0, 2));
    using combined = await combining;
    expect(combined.reveal()).toEqual(key.reveal());
  });

  it('of a secret to share: its bytes, so that the shares give one that fits its check value', async () => {
    using secret = key.clone();
    const splitting = splitSecret(secret, { backend, threshold: 2, count: 3 });
    secret.reveal().fill(0);
    using combined = await combineShares(await splitting, { backend });
    expect(combined.reveal()).toEqual(key.reveal());
  });

  it('of backup codes: the list, so that the index is that of the code', async () => {
    const codes = await createBackupCodes(backend, 3);
    const list = codes.map(({ stored }) => stored);
    const verifying = verifyBackupCode(backend, codes[2]?.code ?? '', list);
    list.shift(); // another request has used the first
    expect(await verifying).toBe(2);
  });
});
