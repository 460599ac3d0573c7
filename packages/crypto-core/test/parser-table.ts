import fc from 'fast-check';
import { bigintToBytes, bytesToBigint } from '../src/bigint-bytes.ts';
import { emailAddress, identityNumber, phoneDigits } from '../src/blind-index/normalisers.ts';
import { FieldContext, ValueContext } from '../src/encryption-context.ts';
import {
  type CryptoBackend,
  createBackupCodes,
  decodeBase64,
  decodeBase64url,
  encodeBase64,
  encodeBase64url,
  encodeKdfParameters,
  encodeRecordHeader,
  envelopeRecordCodec,
  fernetCodec,
  fernetKeyOf,
  hashSecret,
  issueToken,
  ivPrefixedCodec,
  jsonPayloadCodec,
  openSigningKey,
  parseJsonWebKeySet,
  parseKdfParameters,
  parseRecordHeader,
  parseShare,
  parseShareText,
  parseStreamHeader,
  parseStrictJson,
  parseValue,
  passwordNeedsRehash,
  prepareFieldContext,
  prepareValueContext,
  type RowIdType,
  readStrictJson,
  type SaltedFernetLayout,
  SecretBytes,
  saltedFernetCodec,
  shareToText,
  splitSecret,
  toJsonWebKeySet,
  verifyBackupCode,
  verifySecret,
  verifyToken,
} from '../src/index.ts';
import { nodeBackend } from '../src/node/index.ts';
import { decodePlaintext, encodePlaintext } from '../src/plaintext-codec.ts';
import { webBackend } from '../src/web/index.ts';
import { bytesOf, dataKeyPair, hex, publishedVectors, secretOf, valueContext } from './fixtures.ts';
import { boundCodecs, published as legacy } from './legacy-fixtures.ts';
import { bytesLike, textLike } from './property-runs.ts';
import { sealed, streamKeys } from './stream-fixtures.ts';
import { claims, kid, seedHex, signed, verificationKey, verifier } from './token-fixtures.ts';

/** A reader of what others wrote, and what it may say of what it refuses. */
export interface Parser {
  readonly name: string;
  readonly input: fc.Arbitrary<unknown>;
  /** The codes of its own errors; anything else that it throws is a fault. */
  readonly codes: readonly string[];
  /** Reads one input. Where what was read has one spelling, it is written again and compared: `throw` if it is another. */
  readonly read: (input: never) => unknown;
}

function parser<I>(
  name: string,
  codes: readonly string[],
  input: fc.Arbitrary<I>,
  read: (input: I) => unknown,
): Parser {
  return { name, codes, input, read };
}

/** As {@link parser}, for what has one spelling: `write` gives the input back. */
function canonical<T>(
  name: string,
  codes: readonly string[],
  input: fc.Arbitrary<string>,
  read: (input: string) => T,
  write: (read: T) => string,
): Parser {
  return parser(name, codes, input, (text) => {
    if (write(read(text)) !== text) throw new Error(`${name}: a second spelling was read.`);
  });
}

const utf8 = new TextEncoder();
const form = ['not_keyfold_ciphertext', 'truncated_ciphertext', 'unsupported_format'];
const json = ['invalid_json'];
const mismatch = ['legacy_format_mismatch'];

/** What a reader of another system's data is given: text for the most part, sometimes bytes. */
function storedLike(seed: string | Uint8Array): fc.Arbitrary<string | Uint8Array> {
  const isText = typeof seed === 'string';
  return fc.oneof(
    { weight: isText ? 4 : 1, arbitrary: textLike(isText ? [seed] : []) },
    { weight: 1, arbitrary: fc.json() },
    { weight: isText ? 1 : 4, arbitrary: bytesLike([isText ? utf8.encode(seed) : seed]) },
  );
}

/** A codec that detects exactly what it parses. */
function legacyParser(
  name: string,
  codec: { detect(stored: string | Uint8Array): boolean; parse(stored: string | Uint8Array): unknown },
  seed: string | Uint8Array,
  codes: readonly string[] = mismatch,
): Parser {
  return parser(name, codes, storedLike(seed), (stored) => {
    const detected = codec.detect(stored);
    try {
      codec.parse(stored);
    } catch (error) {
      if (detected && !codes.slice(1).includes(String(Reflect.get(Object(error), 'code')))) {
        throw new Error(`${name}: something was detected that is not parsed.`);
      }
      throw error;
    }
    if (!detected) throw new Error(`${name}: something was parsed that is not detected.`);
  });
}

const jsonText = textLike([
  '{"a":1,"b":[true,null,-0.5e3],"\\ud83d\\ude00":"\\u0000"}',
  '[[[[[]]]],"__proto__",{"constructor":{}}]',
]);

/** JSON such as a context may come as, with what is no context among it. */
const contextJson = fc.oneof(
  jsonText,
  fc.json(),
  fc
    .dictionary(
      fc.oneof(fc.constantFrom('__proto__', 'constructor', 'toString', ''), fc.string({ unit: 'binary' })),
      fc.oneof(
        { weight: 5, arbitrary: fc.string({ unit: 'binary' }) },
        { weight: 1, arbitrary: fc.jsonValue() },
      ),
    )
    .map((entries) => JSON.stringify(entries)),
);

const rowIds = fc.record({
  idType: fc.constantFrom<RowIdType>('integer', 'text', 'uuid', 'bytes'),
  id: fc.oneof(
    textLike(['-42', '0', '123e4567-e89b-12d3-a456-426614174000']),
    fc.double(),
    fc.bigInt(),
    bytesLike([new Uint8Array(16)]),
    fc.string({ minLength: 1020, maxLength: 1030 }),
  ),
});

/** All readers that answer at once. */
export async function parsers(): Promise<readonly Parser[]> {
  const { sealer, header } = dataKeyPair();
  const value = sealer.sealValue('4111', valueContext);
  const keys = await streamKeys(nodeBackend);
  const stream = await sealed(nodeBackend, keys.sealer, Uint8Array.of(1, 2, 3));
  const shares = await splitSecret(SecretBytes.random(16), { backend: nodeBackend, threshold: 2, count: 3 });
  const shareBytes = shares.map((share) => Uint8Array.from(share.reveal()));
  const kdfTexts = [
    encodeKdfParameters({ algorithm: 'pbkdf2-sha256', iterations: 600_000, salt: new Uint8Array(16) }),
    encodeKdfParameters({
      algorithm: 'scrypt',
      cost: 2 ** 17,
      blockSize: 8,
      parallelization: 1,
      salt: new Uint8Array(16),
    }),
  ];
  const passwords = publishedVectors<{ readonly passwords: readonly { readonly stored: string }[] }>(
    'credentials.json',
  );
  const passwordTexts = passwords.passwords.map(({ stored }) => stored);
  const keySet = JSON.stringify(toJsonWebKeySet([await verificationKey(nodeBackend)]));
  return [
    parser('value', form, bytesLike([value]), parseValue),
    parser(
      'record header',
      [...form, 'non_canonical_encoding'],
      bytesLike([sealer.recordHeader()]),
      (bytes) => {
        if (hex(encodeRecordHeader(parseRecordHeader(bytes))) !== hex(bytes))
          throw new Error('Another header.');
      },
    ),
    parser(
      'stream header',
      form,
      bytesLike([stream, Uint8Array.of(0xf8, ...header.bytes)]),
      parseStreamHeader,
    ),
    ...textForms(value),
    canonical(
      'base64url',
      ['non_canonical_encoding'],
      textLike(['-_8', 'AAAA', 'QUI']),
      decodeBase64url,
      encodeBase64url,
    ),
    canonical(
      'base64',
      ['non_canonical_encoding'],
      textLike(['+/8=', 'AAAA', 'QQ==']),
      decodeBase64,
      encodeBase64,
    ),
    parser(
      'authentic content',
      ['unsupported_format', 'non_canonical_encoding'],
      fc.tuple(fc.integer({ min: 0, max: 8 }), bytesLike([utf8.encode('{"a":[1]}'), new Uint8Array(8)])),
      ([type, content]) => {
        const decoded = decodePlaintext(Uint8Array.of(type, ...content));
        if (encodePlaintext(decoded).type !== type) throw new Error('It was written as another type.');
      },
    ),
    parser('bigint', [], bytesLike([Uint8Array.of(0, 0x80)]), (bytes) => {
      const read = bytesToBigint(bytes);
      if (read !== undefined && hex(bigintToBytes(read)) !== hex(bytes))
        throw new Error('A second spelling.');
    }),
    parser('strict JSON', json, jsonText, (text) => parseStrictJson(text)),
    parser('strict JSON from bytes', json, bytesLike([utf8.encode('{"a":"é😀"}')]), (bytes) =>
      readStrictJson(bytes),
    ),
    parser('encryption context from JSON', [...json, 'invalid_encryption_context'], contextJson, (text) => {
      const context = parseStrictJson(text, { protoName: 'keep' });
      const options = { tenant: 'acme', scope: { kind: 'tenant' }, context: Object(context) } as const;
      ValueContext.aadOf(prepareValueContext(options));
    }),
    parser('row id', ['invalid_encryption_context'], rowIds, ({ idType, id }) => {
      const options = { tenant: 'a', scope: { kind: 'tenant' }, table: 't', field: 'f', idType } as const;
      FieldContext.aadOf(prepareFieldContext(options), id);
    }),
    ...legacyParsers(),
    parser(
      "Fernet key's text",
      ['invalid_argument'],
      textLike(legacy.fernet.map(({ keyText }) => keyText)),
      (text) => fernetKeyOf(text).dispose(),
    ),
    parser('share', ['share_invalid'], bytesLike(shareBytes), (bytes) => parseShare(bytes)[Symbol.dispose]()),
    parser('share on paper', ['share_invalid'], textLike(shares.map(shareToText)), (text) =>
      parseShareText(text)[Symbol.dispose](),
    ),
    parser('key set', ['key_set_invalid'], bytesLike([utf8.encode(keySet)]), parseJsonWebKeySet),
    canonical(
      'KDF parameters',
      ['kdf_parameters_refused'],
      textLike(kdfTexts),
      parseKdfParameters,
      encodeKdfParameters,
    ),
    parser(
      'password hash',
      ['credential_hash_invalid', 'kdf_parameters_refused'],
      textLike(passwordTexts),
      (text) => passwordNeedsRehash(text),
    ),
    parser('indexed text', [], textLike(['Ada@Example.com', '+49 (30) 1234-5678', 'AB 12/34']), (text) => [
      emailAddress(text),
      phoneDigits(text),
      identityNumber(text),
    ]),
  ];
}

function textForms(value: Uint8Array): readonly Parser[] {
  const codes = ['not_keyfold_ciphertext', 'non_canonical_encoding'];
  const seeds = [nodeBackend.encodeText(value), 'kf1.', 'kf1.9Q', 'kf1.AAAA'];
  return [nodeBackend, webBackend].map((backend) =>
    canonical(
      `text form, ${backend.name}`,
      codes,
      textLike(seeds),
      (text) => backend.decodeText(text),
      (bytes) => backend.encodeText(bytes),
    ),
  );
}

function legacyParsers(): readonly Parser[] {
  const seeds = boundCodecs(nodeBackend);
  const layouts: readonly SaltedFernetLayout[] = ['whole', 'whole-of-text', 'parts', 'binary'];
  return [
    legacyParser('iv-prefixed', ivPrefixedCodec(nodeBackend), seeds['iv-prefixed'].stored),
    legacyParser('fernet', fernetCodec(nodeBackend), seeds.fernet.stored),
    legacyParser('json-payload', jsonPayloadCodec(nodeBackend), seeds['json-payload'].stored),
    legacyParser('envelope-record', envelopeRecordCodec(nodeBackend), seeds['envelope-record'].stored, [
      ...mismatch,
      'legacy_algorithm_unknown',
    ]),
    ...layouts.map((layout) => {
      const vector = legacy.saltedFernet.find((each) => each.layout === layout);
      const { stored = '', encoding = 'base64url-padded', separator = '' } = vector ?? {};
      const codec = saltedFernetCodec(nodeBackend, { layout, encoding, separator });
      const seed = layout === 'binary' ? bytesOf(stored) : stored;
      return legacyParser(`salted-fernet, ${layout}`, codec, seed);
    }),
  ];
}

/** All readers that answer later, because they hash or verify; none of them is slow. */
export async function laterParsers(backend: CryptoBackend): Promise<readonly Parser[]> {
  const verifying = await verifier(backend);
  using key = await openSigningKey(backend, secretOf(seedHex));
  const token = await issueToken(claims, { key, kid });
  const odd = await signed(backend, '{"alg":"EdDSA","typ":"JWT","kid":"k1"}', '{"iss":[],"exp":1e400}');
  const apiKey = 'kf_live_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd';
  const stored = await hashSecret(backend, apiKey);
  const [code] = await createBackupCodes(backend, 1);
  if (code === undefined) throw new Error('No backup code.');
  const field = textLike([stored.salt, stored.hash]);
  return [
    parser('token', ['token_invalid', 'token_expired'], textLike([token, odd]), (text) =>
      verifyToken(text, verifying),
    ),
    parser(
      'stored hash of a secret',
      ['credential_hash_invalid'],
      fc.record({ salt: field, hash: field }),
      (parts) => verifySecret(backend, apiKey, parts),
    ),
    parser('secret', ['invalid_argument'], textLike([apiKey]), (text) => verifySecret(backend, text, stored)),
    parser('backup code', [], textLike([code.code]), (text) =>
      verifyBackupCode(backend, text, [code.stored]),
    ),
  ];
}
