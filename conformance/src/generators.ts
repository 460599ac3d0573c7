import {
  constants,
  createCipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import type { Value, ValueMembers } from './values.ts';

const hashes: Readonly<Record<string, string>> = {
  SHA_256: 'sha256',
  SHA_384: 'sha384',
  SHA_512: 'sha512',
};

/** `{"@name": argument}` → a value. What only expectations use (`@length`) stays as it is for the matcher. */
const generators: Readonly<Record<string, (argument: Value) => Value>> = {
  '@utf8': (text) => Buffer.from(textOf(text)),
  '@bytes': (byteLength) => randomBytes(Number(byteLength)),
  '@name': (prefix) => textOf(prefix) + randomBytes(4).toString('hex'),
  '@digest': (argument) => {
    const { hash, utf8 } = membersOf(argument);
    return createHash(named(hashes, hash)).update(textOf(utf8)).digest();
  },
  '@keyPair': (keySpec) => keyPair(textOf(keySpec)),
  '@wrap': (argument) => {
    const { algorithm, wrappingKey, material } = membersOf(argument);
    return wrap(textOf(algorithm), bytesOf(wrappingKey), bytesOf(material));
  },
  '@rsaEncrypt': (argument) => {
    const { algorithm, publicKey, plaintext } = membersOf(argument);
    return encryptOaep(named(oaepHashes, algorithm), bytesOf(publicKey), bytesOf(plaintext));
  },
  '@ecdh': (argument) => {
    const keys = membersOf(argument);
    return diffieHellman({
      privateKey: createPrivateKey({ key: bytesOf(keys['private']), format: 'der', type: 'pkcs8' }),
      publicKey: createPublicKey({ key: bytesOf(keys['public']), format: 'der', type: 'spki' }),
    });
  },
};

/** Expectations that the matcher reads itself. */
const expectations: readonly string[] = ['@length', '@json'];

/**
 * What a generator makes, or undefined where `members` is no generator.
 *
 * @throws {Error} for a generator that is not known
 */
export function generate(members: ValueMembers): Value {
  const [name, ...others] = Object.keys(members);
  if (name === undefined || !name.startsWith('@') || others.length > 0 || expectations.includes(name))
    return undefined;
  return named(generators, name)(members[name]);
}

const oaepHashes: Readonly<Record<string, string>> = {
  RSAES_OAEP_SHA_1: 'sha1',
  RSAES_OAEP_SHA_256: 'sha256',
};

/** RSA-OAEP with one hash for label and MGF1, and an empty label. */
function encryptOaep(oaepHash: string, publicKey: Buffer, plaintext: Buffer): Buffer {
  const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' });
  return publicEncrypt({ key, oaepHash, padding: constants.RSA_PKCS1_OAEP_PADDING }, plaintext);
}

/** RFC 5649 §3: the first half of the alternative initial value; the cipher adds the length. */
const paddedWrapIv = Buffer.from('a65959a6', 'hex');

function wrap(algorithm: string, wrappingKey: Buffer, material: Buffer): Buffer {
  if (algorithm !== 'RSA_AES_KEY_WRAP_SHA_256')
    return encryptOaep(named(oaepHashes, algorithm), wrappingKey, material);
  const aesKey = randomBytes(32);
  const cipher = createCipheriv('id-aes256-wrap-pad', aesKey, paddedWrapIv);
  return Buffer.concat([encryptOaep('sha256', wrappingKey, aesKey), cipher.update(material), cipher.final()]);
}

const curves: Readonly<Record<string, string>> = {
  ECC_NIST_P256: 'P-256',
  ECC_NIST_P384: 'P-384',
  ECC_NIST_P521: 'P-521',
  ECC_SECG_P256K1: 'secp256k1',
};

function keyPair(keySpec: string): ValueMembers {
  const modulusLength = /^RSA_(\d+)$/.exec(keySpec)?.[1];
  const pair =
    modulusLength === undefined
      ? generateKeyPairSync('ec', { namedCurve: named(curves, keySpec) })
      : generateKeyPairSync('rsa', { modulusLength: Number(modulusLength) });
  return {
    private: pair.privateKey.export({ type: 'pkcs8', format: 'der' }),
    public: pair.publicKey.export({ type: 'spki', format: 'der' }),
  };
}

/** Bytes as made here, or the base64 text of a blob captured from an answer. */
export function bytesOf(value: Value): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.from(textOf(value), 'base64');
}

function textOf(value: Value): string {
  if (typeof value !== 'string') throw new Error(`A text was expected, not ${JSON.stringify(value)}.`);
  return value;
}

function membersOf(value: Value): ValueMembers {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value) || Array.isArray(value))
    throw new Error('A generator with members was expected.');
  return value as ValueMembers;
}

function named<T>(table: Readonly<Record<string, T>>, name: Value): T {
  const row = table[textOf(name)];
  if (row === undefined) throw new Error(`The recorded cases use ${String(name)}, which is not known here.`);
  return row;
}
