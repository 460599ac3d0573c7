import {
  type CryptoBackend,
  type DataKeyOpener,
  dataKeyHeader,
  encodeRecordHeader,
  type Plaintext,
  prepareFieldContext,
  prepareValueContext,
  type ValueContextOptions,
} from '@keyfold/crypto-core';
import aads from '../../docs/formats/vectors/aad.json' with { type: 'json' };
import contents from '../../docs/formats/vectors/content.json' with { type: 'json' };
import { bytesOf, hex, secretOf } from './bytes.ts';
import type { Checks } from './checks.ts';
import { contextOf, fieldOptionsOf, plaintextOf, rowIdOf } from './published-values.ts';
import { shown } from './shown.ts';

const dataKey = '5e'.repeat(32);
const utf8 = new TextEncoder();

/**
 * AADs and contents, which are parts of ciphertexts: each is sealed here as docs/formats/README.md says, and that the package
 * opens it shows that it agrees.
 */
export async function checkParts(checks: Checks, backend: CryptoBackend): Promise<void> {
  const commitment = await backend.commitmentOf(secretOf(dataKey));
  const wrapping = { keyReference: new Uint8Array(8), wrapped: new Uint8Array(60) };
  const header = dataKeyHeader(wrapping, commitment);
  const opener = await backend.openDataKey(header, secretOf(dataKey));
  const seal = await sealerOf(backend);
  const sealValue = async (plaintext: Uint8Array, aad: Uint8Array) =>
    Uint8Array.of(0xf5, ...encodeRecordHeader(header).subarray(1), ...(await seal(plaintext, aad)));

  await checkAads(checks, opener, sealValue, seal);
  const least: ValueContextOptions = { tenant: 'a', scope: { kind: 'tenant' }, context: {} };
  const open = async (plaintext: string): Promise<Plaintext> => {
    const value = await sealValue(bytesOf(plaintext), bytesOf('f501010001610100000000'));
    return opener.openValue(value, prepareValueContext(least));
  };
  for (const { name, plaintext, ...content } of contents.cases) {
    await checks.equal(`content.json ${name}`, shown(plaintextOf(content)), async () =>
      shown(await open(plaintext)),
    );
  }
  for (const { name, plaintext, code } of contents.refused) {
    // A value without any content is shorter than every value, which is found before anything is decrypted.
    const expected = plaintext === '' ? 'truncated_ciphertext' : code;
    await checks.fails(`content.json ${name}`, expected, () => open(plaintext));
  }
}

type Seal = (plaintext: Uint8Array, aad: Uint8Array) => Promise<Uint8Array>;

/** Nonce 12 ‖ ciphertext ‖ tag 16 under the encryption key of the data key. */
async function sealerOf(backend: CryptoBackend): Promise<Seal> {
  const info = Uint8Array.of(...utf8.encode('keyfold/v1/data-key/encryption'), 1, 1);
  const key = await backend.hmacSha256(secretOf(dataKey), info);
  const gcm = await backend.primitives.aesGcmKey(secretOf(hex(key)));
  return async (plaintext, aad) => {
    const nonce = backend.randomBytes(12);
    return Uint8Array.of(...nonce, ...(await gcm.seal(nonce, plaintext, aad)));
  };
}

async function checkAads(checks: Checks, opener: DataKeyOpener, sealValue: Seal, seal: Seal): Promise<void> {
  const plaintext = Uint8Array.of(1, 0x78); // the text x
  for (const { name, options, aad } of aads.values) {
    await checks.equal(`aad.json ${name}`, 'string x', async () => {
      const value = await sealValue(plaintext, bytesOf(aad));
      return shown(await opener.openValue(value, prepareValueContext(contextOf(options))));
    });
  }
  for (const { name, options, aad } of aads.fields) {
    await checks.equal(`aad.json ${name}`, 'string x', async () => {
      const field = Uint8Array.of(0xf7, ...(await seal(plaintext, bytesOf(aad))));
      const context = prepareFieldContext(fieldOptionsOf(options));
      return shown(await opener.openField(field, context, rowIdOf(options)));
    });
  }
  for (const { name, options } of aads.refused) {
    // As a caller without types would hand it over: that is what these are about.
    await checks.fails(`aad.json ${name}`, 'invalid_encryption_context', () =>
      Reflect.apply(prepareValueContext, undefined, [options]),
    );
  }
}
