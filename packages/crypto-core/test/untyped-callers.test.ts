import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as core from '../src/index.ts';
import { isKeyfoldError, SecretBytes } from '../src/index.ts';
import { newDataKey } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { fieldContext, secretOf, valueContext } from './fixtures.ts';
import { streamContext, through } from './stream-fixtures.ts';
import { claims, clockAt, kid, now, seedHex } from './token-fixtures.ts';

/* JavaScript has no types: what the compiler would refuse is refused by name, too, and never by a TypeError from within. */

const canary = 'CANARY-7f3a91c2';

/** What a caller without types may pass for anything. */
const junk: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  10n,
  '',
  canary,
  '__proto__',
  Symbol(canary),
  [],
  [canary],
  [undefined],
  {},
  { canary },
  Object.create(null),
  () => canary,
  new Date(Number.NaN),
  new ArrayBuffer(32),
  new DataView(new ArrayBuffer(32)),
  new Uint16Array(16),
  new Uint8Array(0),
  new Uint8Array(3),
  transferred(),
  Object.defineProperty(new Uint8Array(32), 'length', { value: 3 }),
  Object.defineProperty(new Uint8Array(32), 'byteLength', { value: 300 }),
  Promise.resolve(canary),
];

/** Bytes whose memory is another's now. */
function transferred(): Uint8Array {
  const bytes = new Uint8Array(32);
  bytes.buffer.transfer();
  return bytes;
}

type Call = (...args: never[]) => unknown;

/** A call with arguments under which it succeeds; `fixed` are those that are the package's own objects. */
interface Case {
  readonly name: string;
  readonly call: Call;
  readonly args: () => readonly unknown[];
  /** Positions, or names of members, that are not replaced: a function of the application's, what is quoted. */
  readonly fixed?: readonly (number | string)[];
}

type Change = (args: readonly unknown[]) => readonly unknown[];

/** Each argument, and each member of those that are options, replaced by each thing in turn. */
function* changesOf(args: readonly unknown[], fixed: readonly (number | string)[]): Generator<Change> {
  for (const [position, arg] of args.entries()) {
    if (fixed.includes(position)) continue;
    for (const value of junk) yield (fresh) => fresh.with(position, value);
    if (typeof arg !== 'object' || arg === null || Object.getPrototypeOf(arg) !== Object.prototype) continue;
    if ('primitives' in arg) continue; // a backend is one as a whole
    for (const name of Object.keys(arg)) {
      if (fixed.includes(name)) continue;
      for (const value of junk) {
        yield (fresh) => fresh.with(position, { ...Object(fresh[position]), [name]: value });
      }
    }
  }
}

/** Calls that fail in another way than by an error of ours, or tell what they were given. */
async function faultsOf({ call, args, fixed = [] }: Case): Promise<ReadonlySet<string>> {
  const faults = new Set<string>();
  for (const change of changesOf(args(), fixed)) {
    const fresh = args(); // anew each time, because some calls take what they are given
    const given = change(fresh);
    try {
      await Reflect.apply(call, undefined, given);
    } catch (error) {
      const shown = inspect(given.find((value, i) => value !== fresh[i])).slice(0, 60);
      if (!isKeyfoldError(error)) faults.add(`${shown}: ${String(error)}`);
      else if (inspect(error).includes(canary)) faults.add(`${shown}: quoted`);
    }
  }
  return faults;
}

describe.each(backends)('what a caller without types passes on %s', (_, backend) => {
  const utf8 = new TextEncoder();
  const key = () => SecretBytes.random(32);
  const info = utf8.encode('info');
  const salt = new Uint8Array(16);
  const tenantScope = { kind: 'service', id: 'billing' } as const;
  const place = {
    purpose: 'service-key',
    tenant: 'acme',
    scope: tenantScope,
    keyReference: new Uint8Array(8),
    version: 1,
    parentVersion: 1,
  };
  const index = {
    tenant: 'acme',
    scope: tenantScope,
    table: 'people',
    column: 'email',
    name: 'exact',
    values: 'email',
    bits: 64,
  } as const;
  const record = { kid, publicKey: new Uint8Array(32).fill(7), publishedFromMs: 0, signsFromMs: 0 };
  const quick = { algorithm: 'pbkdf2-sha256', iterations: 100_000, salt } as const;

  const cases = async (): Promise<readonly Case[]> => {
    const { sealer, opener, header, secret } = await newDataKey(backend);
    const value = await sealer.sealValue('4111', valueContext);
    const field = await sealer.sealField('4111', fieldContext(), 7);
    const wrapping = await backend.wrappingKey(secretOf('22'.repeat(32)));
    const wrapped = await wrapping.wrap(secretOf('33'.repeat(32)), place as never);
    const shares = await core.splitSecret(key(), { backend, threshold: 2, count: 3 });
    const [share] = shares;
    if (share === undefined) throw new Error('No share.');
    const signing = await core.openSigningKey(backend, secretOf(seedHex));
    const verification = { kid, alg: 'EdDSA', publicKey: signing.publicKey } as const;
    const token = await core.issueToken(claims, { key: signing, kid });
    const declaration = core.declareBlindIndex(index);
    const context = streamContext();
    const sealedStream = (await through(core.sealStream({ backend, sealer, context }), [new Uint8Array(10)]))
      .bytes;
    const kek = secretOf('44'.repeat(32));
    const aesWrapped = await core.aesKeyWrap(backend, kek, key());
    const padded = await core.aesKeyWrapPadded(backend, kek, key());
    const fernet = core.fernetCodec(backend);
    const fernetKey = secretOf('55'.repeat(32));
    const fernetToken = await fernet.encrypt(info, fernetKey);
    const jsonCodec = core.jsonPayloadCodec(backend);
    const ring = () => kek;
    const payload = await jsonCodec.encrypt(info, { keys: ring, keyVersion: 1 });
    const iv = core.ivPrefixedCodec(backend);
    const envelope = core.envelopeRecordCodec(backend);
    const base64 = (bytes: Uint8Array) => core.encodeBase64(bytes);
    const envelopeText = JSON.stringify({
      encrypted_key: base64(salt),
      ciphertext: base64(new Uint8Array(40)),
      algorithm: 'AES-256-GCM',
    });
    const all: [string, Call, () => readonly unknown[], (number | string)[]?][] = [
      ['decodeBase64', core.decodeBase64, () => ['QQ==']],
      ['decodeBase64url', core.decodeBase64url, () => ['QQ']],
      ['encodeBase64', core.encodeBase64, () => [salt]],
      ['encodeBase64url', core.encodeBase64url, () => [salt]],
      ['declareBlindIndex', core.declareBlindIndex, () => [index]],
      [
        'openBlindIndex',
        core.openBlindIndex,
        () => [{ backend, declaration, keys: [{ version: 1, key: key() }] }],
      ],
      [
        'openBlindIndex with a key',
        (one) => core.openBlindIndex({ backend, declaration, keys: [one] }),
        () => [{ version: 1, key: key(), writes: true }],
      ],
      [
        'BlindIndex.entriesToStore',
        (given) =>
          core
            .openBlindIndex({ backend, declaration, keys: [{ version: 1, key: key() }] })
            .entriesToStore(given),
        () => ['ada@example.com'],
      ],
      ['expectedMatches', core.expectedMatches, () => [10, 32]],
      ['createBackupCodes', core.createBackupCodes, () => [backend, 1]],
      ['verifyBackupCode', core.verifyBackupCode, () => [backend, 'code', []]],
      [
        'hashPassword',
        (given) => core.hashPassword(backend, given, { cost: core.defaultKdfCosts['pbkdf2-sha256'] }),
        () => [''],
      ],
      ['hashPassword with a cost', (cost) => core.hashPassword(backend, '', cost), () => [{ cost: quick }]],
      ['verifyPassword', core.verifyPassword, () => [backend, '', '$2b$10$', {}]],
      [
        'verifyPassword with options',
        core.verifyPassword,
        () => [backend, '', '', { cost: quick, verifyBcrypt: undefined }],
        [1, 2],
      ],
      [
        'passwordNeedsRehash',
        core.passwordNeedsRehash,
        () => ['$2b$10$', { ...core.defaultKdfCosts.scrypt }],
      ],
      ['hashSecret', core.hashSecret, () => [backend, 'kf_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ']],
      [
        'verifySecret',
        core.verifySecret,
        () => [backend, 'secret', { salt: '00'.repeat(16), hash: '00'.repeat(32) }],
      ],
      [
        'dataKeyHeader',
        core.dataKeyHeader,
        () => [{ keyReference: header.keyReference, wrapped: header.wrapped }, header.commitment],
      ],
      ['encodeRecordHeader', core.encodeRecordHeader, () => [{ bytes: header.bytes }]],
      ['rewrappedValue', core.rewrappedValue, () => [Uint8Array.from(value), { bytes: header.bytes }]],
      ['parseRecordHeader', core.parseRecordHeader, () => [sealer.recordHeader()]],
      ['parseValue', core.parseValue, () => [value]],
      ['parseStreamHeader', core.parseStreamHeader, () => [sealedStream]],
      ['hkdfSha256', core.hkdfSha256, () => [backend, kek, { salt, info, byteLength: 32 }]],
      ['hkdfSha384', core.hkdfSha384, () => [backend, kek, { salt, info, byteLength: 32 }]],
      ['hkdfSha512', core.hkdfSha512, () => [backend, kek, { salt, info, byteLength: 32 }]],
      ['backend.hkdfSha256', backend.hkdfSha256, () => [kek, { salt, info, byteLength: 32 }]],
      ['backend.hmacSha256', backend.hmacSha256, () => [kek, info]],
      ['backend.sha256', backend.sha256, () => [info]],
      ['backend.constantTimeEqual', backend.constantTimeEqual, () => [info, info]],
      ['backend.randomBytes', backend.randomBytes, () => [12]],
      ['backend.encodeText', backend.encodeText, () => [value]],
      ['backend.decodeText', backend.decodeText, () => [backend.encodeText(value)]],
      ['backend.commitmentOf', backend.commitmentOf, () => [kek]],
      ['backend.wrappingKey', backend.wrappingKey, () => [key(), { maxWraps: 3 }]],
      ['backend.openDataKey', backend.openDataKey, () => [{ ...header }, secret.clone()]],
      ['wrap', (a, b) => wrapping.wrap(a, b), () => [kek, place]],
      ['unwrap', (a, b) => wrapping.unwrap(a, b), () => [wrapped, place]],
      ['scope of a place', (scope) => wrapping.wrap(kek, { ...place, scope } as never), () => [tenantScope]],
      [
        'wrappedAs',
        async (given) => (await backend.createDataKey()).wrappedAs(given),
        () => [{ keyReference: header.keyReference, wrapped: header.wrapped }],
      ],
      ['sealValue', (a, b) => sealer.sealValue(a, b), () => ['x', valueContext]],
      ['sealField', (a, b, c) => sealer.sealField(a, b, c), () => ['x', fieldContext(), 7]],
      ['openValue', (a, b) => opener.openValue(a, b), () => [value, valueContext]],
      ['openField', (a, b, c) => opener.openField(a, b, c), () => [field, fieldContext(), 7]],
      [
        'prepareValueContext',
        core.prepareValueContext,
        () => [{ tenant: 'acme', scope: tenantScope, context: { a: 'b' } }],
      ],
      [
        'prepareFieldContext',
        core.prepareFieldContext,
        () => [{ tenant: 'acme', scope: tenantScope, table: 't', field: 'f', idType: 'text', context: {} }],
      ],
      [
        'prepareStreamContext',
        core.prepareStreamContext,
        () => [{ tenant: 'acme', scope: tenantScope, context: {} }],
      ],
      [
        'scope of a context',
        (scope) => core.prepareValueContext({ tenant: 'a', scope, context: {} }),
        () => [tenantScope],
      ],
      ['newKdfParameters', core.newKdfParameters, () => [backend, { ...core.defaultKdfCosts.scrypt }]],
      ['encodeKdfParameters', core.encodeKdfParameters, () => [quick]],
      ['parseKdfParameters', core.parseKdfParameters, () => ['$']],
      ['deriveFromPassword', core.deriveFromPassword, () => [backend, secretOf('61'), quick, 15]],
      [
        'splitKeyRoot',
        core.splitKeyRoot,
        () => [backend, { keyingSecret: key(), saltSecret: key(), label: 'l' }],
      ],
      [
        'deriveUserKey',
        core.deriveUserKey,
        () => [backend, { parent: kek, salt: header.commitment, userId: 'u' }],
      ],
      ['Lease', (clock, duration) => new core.Lease(clock, duration), () => [clockAt(0), 7]],
      [
        'Lease from an instant',
        (duration, at) => new core.Lease(clockAt(0), duration, at).ended,
        () => [7, { wallMs: 0, monotonicMs: 0 }],
      ],
      ['scopeId', core.scopeId, () => [tenantScope]],
      ['SecretBytes.take', SecretBytes.take, () => [new Uint8Array(3)]],
      ['SecretBytes.random', SecretBytes.random, () => [3]],
      ['combineShares', core.combineShares, () => [shares.slice(0, 2), { backend, setId: share.setId }]],
      ['combineShares of one', (one) => core.combineShares([one, share], { backend }), () => [shares[1]]],
      ['parseShare', core.parseShare, () => [Uint8Array.from(share.reveal())]],
      ['parseShareText', core.parseShareText, () => [core.shareToText(share)]],
      ['shareToText', core.shareToText, () => [share]],
      ['splitSecret', core.splitSecret, () => [kek, { backend, threshold: 2, count: 3 }]],
      ['verifyShare', core.verifyShare, () => [share, { backend, setId: share.setId }]],
      ['sealStream', core.sealStream, () => [{ backend, sealer, context }], ['sealer']],
      ['openStream', core.openStream, () => [{ backend, opener, context }], ['opener']],
      [
        'openStream with an opener',
        async (given) => {
          const { error } = await through(core.openStream({ backend, opener: given, context }), [
            sealedStream,
          ]);
          if (error !== undefined) throw error;
        },
        () => [opener],
      ],
      [
        'openRange',
        async (given) => {
          for await (const piece of core.openRange(given))
            if (piece.byteLength === 0) throw new Error('Nothing.');
        },
        () => [
          {
            backend,
            opener,
            context,
            source: { size: sealedStream.byteLength, read: () => sealedStream },
            start: 0,
            end: 3,
          },
        ],
      ],
      [
        'openRange from a source',
        async (source) => {
          const range = core.openRange({ backend, opener, context, source, start: 0 });
          for await (const piece of range) if (piece.byteLength === 0) throw new Error('Nothing.');
        },
        () => [
          {
            size: sealedStream.byteLength,
            read: (at: number, length: number) => sealedStream.subarray(at, at + length),
          },
        ],
      ],
      ['sealedStreamByteLength', core.sealedStreamByteLength, () => [7]],
      ['streamContentByteLength', core.streamContentByteLength, () => [7]],
      ['parseStrictJson', core.parseStrictJson, () => ['{}', { maxDepth: 3, protoName: 'keep' }]],
      ['readStrictJson', core.readStrictJson, () => [utf8.encode('{}'), { maxDepth: 3, protoName: 'keep' }]],
      ['openSigningKey', core.openSigningKey, () => [backend, kek]],
      ['sign', (data) => signing.sign(data), () => [info]],
      [
        'verifyEd25519',
        core.verifyEd25519,
        () => [backend, signing.publicKey, info, new Uint8Array(64).fill(9)],
      ],
      [
        'issueToken',
        core.issueToken,
        () => [{ ...claims }, { key: signing, kid, type: 'JWT', maxLifetimeMs: 900_000 }],
        ['key'],
      ],
      ['issueToken with a key', (given) => core.issueToken(claims, { key: given, kid }), () => [signing]],
      ['isKeyId', core.isKeyId, () => [kid]],
      ['keyIdOf', core.keyIdOf, () => [backend, signing.publicKey]],
      ['parseJsonWebKeySet', core.parseJsonWebKeySet, () => [utf8.encode('{"keys":[]}')]],
      ['toJsonWebKeySet', core.toJsonWebKeySet, () => [[verification]]],
      ['toJsonWebKeySet of one', (one) => core.toJsonWebKeySet([one]), () => [verification]],
      [
        'SigningKeySet',
        (given) => new core.SigningKeySet(given),
        () => [{ records: [record], clock: clockAt(0), policy: core.defaultRotationPolicy }],
      ],
      [
        'SigningKeySet of one',
        (one) =>
          new core.SigningKeySet({ records: [one], clock: clockAt(0), policy: core.defaultRotationPolicy }),
        () => [record],
      ],
      [
        'SigningKeySet by a policy',
        (policy) => new core.SigningKeySet({ records: [], clock: clockAt(0), policy }),
        () => [{ ...core.defaultRotationPolicy }],
      ],
      [
        'SigningKeySet.issue',
        (given, options) =>
          new core.SigningKeySet({
            records: [{ ...record, publicKey: signing.publicKey }],
            clock: clockAt(now * 1000),
            policy: core.defaultRotationPolicy,
          }).issue(given, options),
        () => [{ ...claims }, { key: signing, type: 'JWT' }],
        ['key'],
      ],
      [
        'SigningKeySet.rotate',
        (given) =>
          new core.SigningKeySet({
            records: [],
            clock: clockAt(0),
            policy: core.defaultRotationPolicy,
          }).rotate(given),
        () => [{ kid, publicKey: signing.publicKey }],
      ],
      [
        'verifyToken',
        core.verifyToken,
        () => [
          token,
          {
            backend,
            keys: [verification],
            issuer: claims.iss,
            audience: claims.aud,
            clock: clockAt(now * 1000),
            type: 'JWT',
            clockSkewMs: 0,
            maxLifetimeMs: 1e9,
            requiredClaims: ['sub'],
            maxTokenBytes: 8192,
          },
        ],
        ['type', 'requiredClaims'], // they are the verifier's own, and are quoted
      ],
      [
        'verifyToken with a key',
        (one) =>
          core.verifyToken(token, {
            backend,
            keys: [one],
            issuer: claims.iss,
            audience: claims.aud,
            clock: clockAt(now * 1000),
          }),
        () => [verification],
      ],
      ['aesKeyWrap', core.aesKeyWrap, () => [backend, kek, key()]],
      ['aesKeyUnwrap', core.aesKeyUnwrap, () => [backend, kek, aesWrapped]],
      ['aesKeyWrapPadded', core.aesKeyWrapPadded, () => [backend, kek, key()]],
      ['aesKeyUnwrapPadded', core.aesKeyUnwrapPadded, () => [backend, kek, padded]],
      ['fernetKeyOf', core.fernetKeyOf, () => ['cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=']],
      ['fernetCodec', core.fernetCodec, () => [backend, {}]],
      ['fernet.detect', fernet.detect, () => [fernetToken]],
      ['fernet.decrypt', fernet.decrypt, () => [fernetToken, fernetKey, { ttlSeconds: 9 }]],
      ['fernet.encrypt', fernet.encrypt, () => [info, fernetKey]],
      ['ivPrefixedCodec', core.ivPrefixedCodec, () => [backend, { encoding: 'hex' }]],
      ['ivPrefixed.detect', iv.detect, () => ['AAAA']],
      ['ivPrefixed.decrypt', iv.decrypt, () => [base64(new Uint8Array(40)), kek, { aad: info }]],
      ['jsonPayloadCodec', core.jsonPayloadCodec, () => [backend, { encoding: 'hex', maxEncryptions: 3 }]],
      ['jsonPayload.detect', jsonCodec.detect, () => [payload]],
      ['jsonPayload.decrypt', jsonCodec.decrypt, () => [payload, ring, { aad: info, derivation: undefined }]],
      [
        'jsonPayload.decrypt with a derivation',
        (derivation) => jsonCodec.decrypt(payload, ring, { derivation }),
        () => [{ hash: 'SHA-256', salt, info, byteLength: 32 }],
      ],
      ['jsonPayload.decrypt with a key', (one) => jsonCodec.decrypt(payload, () => one), () => [kek]],
      ['jsonPayload.encrypt', jsonCodec.encrypt, () => [info, { keys: ring, keyVersion: 1 }, { aad: info }]],
      [
        'envelopeRecordCodec',
        core.envelopeRecordCodec,
        () => [backend, { encoding: 'hex', layout: ['iv', 'ciphertext', 'tag'], algorithms: { a: 32 } }],
      ],
      ['envelope.detect', envelope.detect, () => [envelopeText]],
      ['envelope.decrypt', envelope.decrypt, () => [envelopeText, ring, { aad: info }]],
      ['envelope.decrypt with a key', (one) => envelope.decrypt(envelopeText, () => one), () => [kek]],
      [
        'saltedFernetCodec',
        core.saltedFernetCodec,
        () => [backend, { layout: 'parts', encoding: 'hex', separator: ':', iterations: 100_000 }],
      ],
    ];
    return all.map(([name, call, args, fixed = []]) => ({ name, call, args, fixed }));
  };

  it('is accepted, or refused by an error of ours that does not quote it', async () => {
    const faults: string[] = [];
    for (const each of await cases()) {
      for (const fault of await faultsOf(each)) faults.push(`${each.name}: ${fault}`);
    }
    expect(faults).toEqual([]);
  });
});
