import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as core from '../src/index.ts';
import { prepareValueContext, SecretBytes } from '../src/index.ts';
import { newDataKey } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { hex, valueContext } from './fixtures.ts';
import { opened, sealed, streamContext } from './stream-fixtures.ts';
import { claims, kid } from './token-fixtures.ts';

/* A key and a plaintext that are known are looked for in all that can be printed of the package's objects and errors. */

const keyBytes = Uint8Array.from({ length: 32 }, (_, i) => (i * 37 + 201) & 0xff);
const plaintext = 'canary-4111-1111-1111-1111';
const utf8 = new TextEncoder();

/** How bytes could come to stand in a text. */
function spellings(bytes: Uint8Array): readonly string[] {
  const part = Buffer.from(bytes.subarray(0, 12));
  return [
    part.toString('latin1'),
    part.toString('hex'),
    part.toString('hex').toUpperCase(),
    part.toString('hex').replace(/../g, '$& ').trim(), // as Buffers print
    part.toString('base64').slice(0, 15),
    part.toString('base64url').slice(0, 15),
    [...part].join(','),
  ];
}

/** Arrays of numbers are printed in columns. */
const tellsOf = (text: string, spelling: string): boolean =>
  text.includes(spelling) || text.replace(/[,\s]+/g, ',').includes(spelling);

const wanted = [...spellings(keyBytes), ...spellings(utf8.encode(plaintext))];

function expectSilent(what: string, value: unknown): void {
  const shown = [
    inspect(value, {
      depth: Number.POSITIVE_INFINITY,
      showHidden: true,
      maxArrayLength: null,
      getters: false,
    }),
    JSON.stringify(value) ?? '',
    value instanceof Error ? `${value.stack} ${inspect(value.cause)}` : '',
    typeof value === 'object' && value !== null && typeof value.toString === 'function' ? `${value}` : '',
  ];
  for (const text of shown) {
    for (const spelling of wanted) expect(tellsOf(text, spelling), `${what}: ${spelling}`).toBe(false);
  }
}

const key = (): SecretBytes => SecretBytes.take(Uint8Array.from(keyBytes));

describe('the search for the canary', () => {
  it('finds it in every spelling', () => {
    for (const shown of [
      hex(keyBytes),
      core.encodeBase64(keyBytes),
      inspect(keyBytes),
      inspect(Buffer.from(keyBytes)),
      JSON.stringify([...keyBytes]),
      plaintext,
    ]) {
      expect(
        wanted.some((spelling) => tellsOf(shown, spelling)),
        shown,
      ).toBe(true);
    }
  });
});

describe.each(backends)('no key and no plaintext is printed on %s', (_, backend) => {
  it('of an object that holds one', async () => {
    const { header } = await newDataKey(backend);
    const fresh = await backend.createDataKey();
    const declaration = core.declareBlindIndex({
      tenant: 'acme',
      scope: { kind: 'tenant' },
      table: 't',
      column: 'c',
      name: 'n',
      values: 'text',
      bits: 64,
    });
    const commitment = await backend.commitmentOf(key());
    const wrapping = { keyReference: header.keyReference, wrapped: header.wrapped };
    const shares = await core.splitSecret(key(), { backend, threshold: 2, count: 3 });
    const objects: Readonly<Record<string, unknown>> = {
      secret: key(),
      fresh,
      sealer: await fresh.wrappedAs(wrapping),
      opener: await backend.openDataKey(core.dataKeyHeader(wrapping, commitment), key()),
      wrappingKey: await backend.wrappingKey(key()),
      aesKey: await backend.primitives.aesGcmKey(key()),
      signingKey: await core.openSigningKey(backend, key()),
      derived: await core.hkdfSha256(backend, key(), { info: new Uint8Array(), byteLength: 32 }),
      index: core.openBlindIndex({ backend, declaration, keys: [{ version: 1, key: key() }] }),
      shares,
      combined: await core.combineShares(shares, { backend }),
      codec: core.jsonPayloadCodec(backend),
      backend,
    };
    for (const [name, value] of Object.entries(objects)) expectSilent(name, value);
    expectSilent('all of them', objects);
  });

  it('by an error, whatever fails', async () => {
    const { sealer, opener, header } = await newDataKey(backend);
    const value = await sealer.sealValue(plaintext, valueContext);
    const other = prepareValueContext({ tenant: 'b', scope: { kind: 'tenant' }, context: {} });
    const place = {
      purpose: 'tenant-key',
      tenant: 'a',
      scope: { kind: 'tenant' },
      version: 1,
      parentVersion: 1,
    } as const;
    const wrapping = await backend.wrappingKey(key());
    const wrapped = await wrapping.wrap(key(), place);
    const fernet = core.fernetCodec(backend);
    const token = await fernet.encrypt(utf8.encode(plaintext), key());
    const signing = await core.openSigningKey(backend, key());
    const json = core.jsonPayloadCodec(backend);
    const payload = await json.encrypt(utf8.encode(plaintext), { keys: key, keyVersion: 1 });
    const stream = await sealed(backend, sealer, utf8.encode(plaintext));
    const [share] = await core.splitSecret(key(), { backend, threshold: 2, count: 3 });
    const keyText = core.encodeBase64(keyBytes);
    const apiKey = `kf_${keyText}`;
    const calls: Readonly<Record<string, () => unknown>> = {
      openValue: () => opener.openValue(value, other),
      openDataKey: () => backend.openDataKey(header, key()),
      sealValue: () => sealer.sealValue({ plaintext, hidden: undefined } as never, valueContext),
      sealLoneSurrogate: () => sealer.sealValue(`${plaintext}\ud800`, valueContext),
      unwrap: () => wrapping.unwrap(wrapped, { ...place, version: 2 }),
      wrapLong: () => wrapping.wrap(SecretBytes.take(Uint8Array.of(...keyBytes, ...keyBytes, 1)), place),
      aesKeyUnwrap: () => core.aesKeyUnwrap(backend, key(), wrapped.subarray(0, 40)),
      fernet: () => fernet.decrypt(`${token.slice(0, -2)}${token.at(-2) === 'A' ? 'E' : 'A'}=`, key()),
      fernetKeyOf: () => core.fernetKeyOf(`${keyText.slice(0, -1)}!`),
      json: () => json.decrypt(payload, () => SecretBytes.random(32)),
      jsonOfPlaintext: () => json.decrypt(`{"iv":"${plaintext}"}`, key),
      strictJson: () => core.parseStrictJson(`{"${plaintext}":1,"${plaintext}":"${keyText}"}`),
      text: () => backend.decodeText(plaintext),
      textOfKey: () => backend.decodeText(`kf1.${keyText}`),
      hashSecret: () => core.hashSecret(backend, `${apiKey}\ud800`),
      verifySecret: () => core.verifySecret(backend, apiKey, { salt: keyText, hash: hex(keyBytes) }),
      hashPassword: () => core.hashPassword(backend, `${plaintext}\ud800`),
      verifyPassword: () => core.verifyPassword(backend, plaintext, keyText),
      kdf: () => core.parseKdfParameters(`$scrypt$ln=1,r=8,p=1$${keyText}`),
      shareText: () => core.parseShareText(`keyfold-share-1\n${plaintext}`),
      combine: async () => core.combineShares(share === undefined ? [] : [share], { backend }),
      share: () => core.parseShare(keyBytes),
      token: () => core.issueToken({ ...claims, exp: plaintext } as never, { key: signing, kid }),
      context: () =>
        prepareValueContext({ tenant: 'a', scope: { kind: 'tenant' }, context: { a: `${plaintext}\udc00` } }),
      index: () => core.expectedMatches(Number(plaintext), 32),
      stream: async () => {
        const { code } = await opened(backend, opener, stream, streamContext({ other: 'x' }));
        throw new Error(code);
      },
    };
    for (const [name, call] of Object.entries(calls)) {
      const error: unknown = await Promise.resolve()
        .then(call)
        .then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
      expect(error, name).toBeInstanceOf(Error);
      // The stack names this file and its functions, and they are named after neither.
      expectSilent(name, error);
    }
  });
});
