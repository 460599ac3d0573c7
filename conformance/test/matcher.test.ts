import {
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  privateDecrypt,
  sign,
} from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generate } from '../src/generators.ts';
import { localChecks } from '../src/local-checks.ts';
import { matchAnswer, type WireAnswer } from '../src/match-answer.ts';
import { Placeholders } from '../src/placeholders.ts';
import type { Expectation, RequestStep } from '../src/recorded-cases.ts';
import { replayCase, type SendRequest } from '../src/replay-case.ts';
import type { Value } from '../src/values.ts';
import { resolveValue } from '../src/variables.ts';

const definitions = {
  '<key-id>': '^[0-9a-f]{4}$',
  '<key-id-or-arn>': 'the id or the ARN of the key the request named',
  '<datetime>': 'a timestamp',
  '<ciphertext>': 'a non-empty blob',
  '<public-key>': 'a SubjectPublicKeyInfo in DER',
};
/** How a recorded case writes a variable. */
const use = (name: string): string => `$\{${name}}`;
const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');

function matches(
  expected: Expectation,
  body: unknown,
  status = 200,
  variables: Record<string, Value> = {},
): boolean {
  const scope = {
    variables: new Map(Object.entries(variables)),
    placeholders: new Placeholders(definitions),
    requestedKeyId: 'abcd',
  };
  return matchAnswer(expected, { status, body }, scope).length === 0;
}

describe('the matcher', () => {
  it('tells a success from an error by the status', () => {
    expect(matches({ success: true }, {}, 204)).toBe(true);
    expect(matches({ success: true }, {}, 400)).toBe(false);
  });

  it('wants every member and no other where the match is exact, at every level', () => {
    const expected = { output: { a: { b: 1 } }, match: 'exact' } as const;
    expect(matches(expected, { a: { b: 1 } })).toBe(true);
    expect(matches(expected, { a: { b: 2 } })).toBe(false);
    expect(matches(expected, { a: {} })).toBe(false);
    expect(matches(expected, { a: { b: 1 }, c: 1 })).toBe(false);
    expect(matches(expected, { a: { b: 1, c: 1 } })).toBe(false);
    expect(matches({ ...expected, optional: ['$.a.c'] }, { a: { b: 1, c: 1 } })).toBe(true);
    expect(matches({ output: { a: { b: 1 } }, match: 'subset' }, { a: { b: 1, c: 1 }, d: 1 })).toBe(true);
    expect(matches({ output: { a: { b: 1 } }, match: 'subset' }, { a: { c: 1 } })).toBe(false);
  });

  it('wants lists whole and in order', () => {
    const expected = { output: { list: [{ a: 1 }, { a: 2 }] }, match: 'subset' } as const;
    expect(matches(expected, { list: [{ a: 1, b: 0 }, { a: 2 }] })).toBe(true);
    expect(matches(expected, { list: [{ a: 2 }, { a: 1 }] })).toBe(false);
    expect(matches(expected, { list: [{ a: 1 }, { a: 2 }, { a: 3 }] })).toBe(false);
    expect(matches(expected, { list: {} })).toBe(false);
  });

  it('compares blobs decoded, and refuses what is no canonical base64', () => {
    expect(matches({ output: { a: { '@utf8': 'text' } }, match: 'exact' }, { a: base64('text') })).toBe(true);
    expect(matches({ output: { a: { '@utf8': 'text' } }, match: 'exact' }, { a: 'text' })).toBe(false);
    expect(matches({ output: { a: { '@length': 4 } }, match: 'exact' }, { a: base64('text') })).toBe(true);
    expect(matches({ output: { a: { '@length': 5 } }, match: 'exact' }, { a: base64('text') })).toBe(false);
  });

  it('compares JSON text by its value', () => {
    const expected = { output: { a: { '@json': { x: [1], y: use('who') } } }, match: 'exact' } as const;
    expect(matches(expected, { a: '{ "y": "me", "x": [ 1 ] }' }, 200, { who: 'me' })).toBe(true);
    expect(matches(expected, { a: '{ "y": "you", "x": [ 1 ] }' }, 200, { who: 'me' })).toBe(false);
    expect(matches(expected, { a: 'no JSON' }, 200, { who: 'me' })).toBe(false);
  });

  it.each<[string, unknown, boolean]>([
    ['<key-id>', '00ff', true],
    ['<key-id>', '00FF', false],
    ['<datetime>', 1.5, true],
    ['<datetime>', '2026-01-02', false],
    ['<ciphertext>', base64('x'), true],
    ['<ciphertext>', '', false],
    ['<ciphertext>', '!', false],
    ['<public-key>', base64('0'), true],
    ['<public-key>', base64('1'), false],
    ['<key-id-or-arn>', 'abcd', true],
    ['<key-id-or-arn>', 'arn:aws:kms:r:a:key/abcd', true],
    ['<key-id-or-arn>', 'dcba', false],
    ['arn:key/<key-id>.', 'arn:key/00ff.', true],
    ['arn:key/<key-id>.', 'arn:key/00ffx', false],
  ])('reads the placeholder %s: %j is %s', (expected, actual, holds) => {
    expect(matches({ output: { a: expected }, match: 'exact' }, { a: actual })).toBe(holds);
  });

  it('takes one label for one value, and two labels for two', () => {
    const same = { output: ['<key-id:1>', 'arn/<key-id:1>'], match: 'exact' } as const;
    expect(matches(same, ['00ff', 'arn/00ff'])).toBe(true);
    expect(matches(same, ['00ff', 'arn/00fe'])).toBe(false);
    const different = { output: ['<key-id:1>', '<key-id:2>'], match: 'exact' } as const;
    expect(matches(different, ['00ff', '00fe'])).toBe(true);
    expect(matches(different, ['00ff', '00ff'])).toBe(false);
  });

  it('reads absent, differs, count, contains, lacks and transitional', () => {
    const body = { list: [{ a: 1, b: 2 }], state: 'Done' };
    expect(matches({ absent: ['$.x'] }, body)).toBe(true);
    expect(matches({ absent: ['$.state'] }, body)).toBe(false);
    expect(matches({ differs: { '$.state': use('before') } }, body, 200, { before: 'Creating' })).toBe(true);
    expect(matches({ differs: { '$.state': use('before') } }, body, 200, { before: 'Done' })).toBe(false);
    expect(matches({ differs: { '$.x': use('before') } }, body, 200, { before: 'Done' })).toBe(false);
    expect(matches({ count: { '$.list': 1 } }, body)).toBe(true);
    expect(matches({ count: { '$.list': 0 } }, body)).toBe(false);
    expect(matches({ contains: { '$.list': { a: 1 } } }, body)).toBe(true);
    expect(matches({ contains: { '$.list': { a: 2 } } }, body)).toBe(false);
    expect(matches({ contains: { '$.x': { a: 1 } } }, body)).toBe(false);
    expect(matches({ lacks: { '$.list': { a: 2 } } }, body)).toBe(true);
    expect(matches({ lacks: { '$.list': { a: 1 } } }, body)).toBe(false);
    expect(matches({ lacks: { '$.x': { a: 1 } } }, body)).toBe(false);
    const creating = { output: { state: 'Creating' }, match: 'subset', transitional: ['$.state'] } as const;
    expect(matches(creating, body)).toBe(true);
    expect(matches(creating, {})).toBe(false);
  });

  it.each<[Expectation['error'], unknown, number, boolean]>([
    [{ code: 'X' }, { __type: 'com.amazonaws#X', message: 'anything' }, 400, true],
    [{ code: 'X' }, { __type: 'Y' }, 400, false],
    [{ code: 'X' }, {}, 200, false],
    [{ code: 'X', httpStatus: 400 }, { __type: 'X' }, 404, false],
    [{ code: 'X', message: 'm' }, { __type: 'X', Message: 'm' }, 400, true],
    [{ code: 'X', message: 'm', messageMember: 'message' }, { __type: 'X', Message: 'm' }, 400, false],
    [{ code: 'X', message: 'm' }, { __type: 'X', message: 'other' }, 400, false],
    [{ code: 'X', message: '' }, { __type: 'X' }, 400, true],
    [{ code: 'X', message: '' }, { __type: 'X', message: '' }, 400, false],
    [
      { code: 'X', message: `key <key-id> of ${use('who')}` },
      { __type: 'X', message: 'key 00ff of m.e' },
      400,
      true,
    ],
    [{ code: 'X', messagePattern: `^of ${use('who')}$` }, { __type: 'X', message: 'of m.e' }, 400, true],
    [{ code: 'X', messagePattern: `^of ${use('who')}$` }, { __type: 'X', message: 'of mme' }, 400, false],
  ])('of the error %j and %j with %i is %s', (error, body, status, holds) => {
    if (error === undefined) throw new Error('Each row has an error.');
    expect(matches({ error }, body, status, { who: 'm.e' })).toBe(holds);
  });
});

describe('the generators', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const wrappingKey = rsa.publicKey.export({ type: 'spki', format: 'der' });
  const material = Buffer.alloc(33, 7);
  const decrypted = (ciphertext: Buffer, oaepHash: string): Buffer =>
    privateDecrypt({ key: rsa.privateKey, oaepHash }, ciphertext);
  const made = (name: string, argument: Value): Buffer => generate({ [name]: argument }) as Buffer;

  it('make texts, bytes, names and digests', () => {
    expect(made('@utf8', 'ü').toString()).toBe('ü');
    expect(made('@bytes', 33)).toHaveLength(33);
    expect(generate({ '@name': 'alias/' })).toMatch(/^alias\/[0-9a-f]{8}$/);
    expect(made('@digest', { hash: 'SHA_384', utf8: 'x' })).toHaveLength(48);
  });

  it.each([
    ['RSAES_OAEP_SHA_1', 'sha1'],
    ['RSAES_OAEP_SHA_256', 'sha256'],
  ])('wrap and encrypt with %s', (algorithm, hash) => {
    expect(decrypted(made('@wrap', { algorithm, wrappingKey, material }), hash)).toEqual(material);
    const encrypted = made('@rsaEncrypt', { algorithm, publicKey: base64(wrappingKey), plaintext: material });
    expect(decrypted(encrypted, hash)).toEqual(material);
  });

  it('wrap in two stages', () => {
    const wrapped = made('@wrap', { algorithm: 'RSA_AES_KEY_WRAP_SHA_256', wrappingKey, material });
    const aesKey = decrypted(wrapped.subarray(0, 256), 'sha256');
    const decipher = createDecipheriv('id-aes256-wrap-pad', aesKey, Buffer.from('a65959a6', 'hex'));
    expect(Buffer.concat([decipher.update(wrapped.subarray(256)), decipher.final()])).toEqual(material);
  });

  it('make key pairs whose shared secret is the same from both sides', () => {
    const one = generate({ '@keyPair': 'ECC_NIST_P256' }) as Record<string, Buffer>;
    const two = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const secret = made('@ecdh', {
      private: one['private'],
      public: base64(two.publicKey.export({ type: 'spki', format: 'der' })),
    });
    const publicKey = createPublicKey({ key: one['public'] ?? '', format: 'der', type: 'spki' });
    expect(secret).toEqual(diffieHellman({ privateKey: two.privateKey, publicKey }));
  });

  it('are refused when they are not known', () => {
    expect(() => generate({ '@magic': 1 })).toThrow('@magic');
    expect(() => resolveValue(use('nobody'), new Map())).toThrow('nobody');
  });
});

describe('the local check of signatures', () => {
  const message = Buffer.from('message');
  it.each([
    ['RSASSA_PSS_SHA_512', 'rsa'],
    ['RSASSA_PKCS1_V1_5_SHA_256', 'rsa'],
    ['ECDSA_SHA_256', 'ec'],
  ] as const)('accepts a right %s signature and no other', (signingAlgorithm, type) => {
    const pair =
      type === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const options = signingAlgorithm.includes('PSS') ? { padding: 6, saltLength: -1 } : {};
    const hash = `sha${signingAlgorithm.split('_').at(-1)}`;
    const signature = sign(hash, message, { key: pair.privateKey, ...options });
    const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' });
    const values = { publicKey, signingAlgorithm, message, signature: base64(signature) };
    expect(localChecks['signatureVerifies']?.(values)).toBeUndefined();
    expect(localChecks['signatureVerifies']?.({ ...values, message: Buffer.from('other') })).toMatch(
      'does not verify',
    );
  });
});

describe('the replay of a case', () => {
  const environment = {
    partition: 'aws',
    region: 'r1',
    secondaryRegion: 'r2',
    account: '111122223333',
    principalArn: 'arn',
  };
  const requests: string[] = [];
  const answers = (...bodies: object[]): SendRequest => {
    requests.length = 0;
    return async (operation, region, input): Promise<WireAnswer> => {
      requests.push(`${operation} ${region} ${input}`);
      return { status: 200, body: bodies[requests.length - 1] };
    };
  };
  const run = (send: SendRequest, ...steps: RequestStep[]): Promise<readonly string[]> =>
    replayCase({ name: '', area: '', steps }, { placeholders: definitions }, environment, send);
  const step = { operation: 'Op', input: {}, expect: { success: true } } as const;

  it('sends what was made and captured, in the region of the step', async () => {
    const send = answers({ A: { B: 'captured' } }, {});
    const first = { ...step, let: { name: 'made' }, capture: { b: '$.A.B' } };
    const second = {
      ...step,
      region: 'secondary',
      input: { X: use('b'), Y: `a ${use('name')}`, Z: { '@utf8': 'z' } },
    } as const;
    expect(await run(send, first, second)).toEqual([]);
    expect(requests).toEqual(['Op r1 {}', `Op r2 {"X":"captured","Y":"a made","Z":"${base64('z')}"}`]);
  });

  it('follows pages and joins their lists', async () => {
    const send = answers({ Keys: [1], NextMarker: 'm' }, { Keys: [2] });
    const paged: RequestStep = {
      ...step,
      allPages: true,
      expect: { output: { Keys: [1, 2] }, match: 'exact' },
    };
    expect(await run(send, paged)).toEqual([]);
    expect(requests).toEqual(['Op r1 {}', 'Op r1 {"Marker":"m"}']);
  });

  it('repeats a step until its expectation holds', async () => {
    const send = answers({ State: 'Creating' }, { State: 'Enabled' });
    const expected = { output: { State: 'Enabled' }, match: 'exact' } as const;
    expect(await run(send, { ...step, until: { withinSeconds: 5 }, expect: expected })).toEqual([]);
    expect(await run(answers({ State: 'Creating' }), { ...step, expect: expected })).toEqual([
      'step 1, Op: $.State: "Creating" instead of "Enabled"',
    ]);
  });
});
