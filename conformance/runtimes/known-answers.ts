import type { CryptoBackend, Primitives } from '@keyfold/crypto-core';
import { bytesOf, hex, secretOf } from './bytes.ts';
import type { Checks } from './checks.ts';

const none = new Uint8Array();

/** RFC 8032 §7.1, test 1: the signature of no bytes. */
const rfc8032 = {
  seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
  publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  signature:
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
};

/** The order of the base point (RFC 8032 §5.1). */
const order = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The signature with S + L in place of S. */
function plusOrder(signature: Uint8Array): Uint8Array {
  const s = signature.subarray(32).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n) + order;
  const scalar = Uint8Array.from({ length: 32 }, (_, i) => Number((s >> BigInt(8 * i)) & 0xffn));
  return Uint8Array.of(...signature.subarray(0, 32), ...scalar);
}

/** Answers of the primitives that standards print. */
export async function checkKnownAnswers(checks: Checks, { primitives }: CryptoBackend): Promise<void> {
  await checks.equal(
    'RFC 5869 case 1, HKDF-SHA256',
    '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    async () => {
      const options = {
        salt: bytesOf('000102030405060708090a0b0c'),
        info: bytesOf('f0f1f2f3f4f5f6f7f8f9'),
        byteLength: 42,
      };
      return hex((await primitives.hkdf('SHA-256', secretOf('0b'.repeat(22)), options)).reveal());
    },
  );
  await checks.equal(
    'HKDF-SHA256 of an empty secret',
    'eb70f01dede9afafa449eee1b1286504e1f62388b3f7dd4f956697b0e828fe18',
    async () =>
      hex((await primitives.hkdf('SHA-256', secretOf(''), { info: none, byteLength: 32 })).reveal()),
  );
  await checks.equal(
    'HMAC-SHA256 under an empty key',
    'b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad',
    async () => hex(await primitives.hmac('SHA-256', secretOf(''), none)),
  );
  await checks.equal(
    'RFC 4231 case 1, HMAC-SHA384',
    'afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6',
    async () =>
      hex(await primitives.hmac('SHA-384', secretOf('0b'.repeat(20)), new TextEncoder().encode('Hi There'))),
  );
  await checks.equal(
    'RFC 7914 §11, PBKDF2-HMAC-SHA256',
    '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783',
    async () => {
      const options = { salt: bytesOf('73616c74'), iterations: 1, byteLength: 64 };
      return hex((await primitives.pbkdf2('SHA-256', secretOf('706173737764'), options)).reveal());
    },
  );
  await checks.equalOrUnsupported(
    'PBKDF2 with 600000 iterations',
    '669cfe52482116fda1aa2cbe409b2f56c8e4563752b7a28f6eaab614ee005178',
    async () => {
      const options = { salt: bytesOf('73616c74'), iterations: 600_000, byteLength: 32 };
      return hex((await primitives.pbkdf2('SHA-256', secretOf('70617373776f7264'), options)).reveal());
    },
  );
  await checks.equalOrUnsupported(
    'RFC 7914 §12, scrypt',
    '77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906',
    async () => {
      const options = { salt: none, cost: 16, blockSize: 1, parallelization: 1, byteLength: 64 };
      return hex((await primitives.scrypt(secretOf(''), options)).reveal());
    },
  );
  await checkWrapping(checks, primitives);
  await checkEd25519(checks, primitives);
  await checkAes(checks, primitives);
}

async function checkWrapping(checks: Checks, primitives: Primitives): Promise<void> {
  const kek = secretOf('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
  const key = '00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f';
  const wrapped = '28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21';
  await checks.equalOrUnsupported('RFC 3394 §4.6, wrap', wrapped, async () =>
    hex(await primitives.aesKeyWrap(kek, secretOf(key))),
  );
  const unwrapped = async (bytes: Uint8Array) => {
    const found = await primitives.aesKeyUnwrap(kek, bytes);
    return found === undefined ? undefined : hex(found.reveal());
  };
  await checks.equalOrUnsupported('RFC 3394 §4.6, unwrap', key, () => unwrapped(bytesOf(wrapped)));
  await checks.equalOrUnsupported('AES key unwrap of changed bytes', 'undefined', () =>
    unwrapped(bytesOf(wrapped.replace('28', '29'))),
  );
  await checks.equalOrUnsupported('AES key unwrap of nothing', 'undefined', () => unwrapped(none));
  for (const byteLength of [1, 7, 8, 9, 20, 32]) {
    const name = `AES key wrap with padding, ${byteLength} bytes`;
    const secret = 'c3'.repeat(byteLength);
    await checks.equalOrUnsupported(name, secret, async () => {
      const bytes = await primitives.aesKeyWrapPadded(kek, secretOf(secret));
      const found = await primitives.aesKeyUnwrapPadded(kek, bytes);
      return found === undefined ? undefined : hex(found.reveal());
    });
    await checks.equalOrUnsupported(`${name}, changed`, 'undefined', async () => {
      const bytes = await primitives.aesKeyWrapPadded(kek, secretOf(secret));
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      return primitives.aesKeyUnwrapPadded(kek, bytes);
    });
  }
  // The first of each length in NIST CAVP's KWP_AE_256: one block, and the rounds.
  for (const [byteLength, wrapping, plain, answer] of [
    [
      1,
      '68ed20e8c33edc7946e6679ded3a459dca05e81da71a26b455fe5b14c5c23e20',
      '69',
      '978bc2239bb8a8aaf166be2d7acf8ccc',
    ],
    [
      9,
      '425c6ffeab75bb11f7b6eac95d2c57279cdc83b6977f5a2f6c326f7db3fed68a',
      '4e40ca37d4a31a6b70',
      '21cf78833c4c8b51102cecd7825228aabc5666412921aab5',
    ],
  ] as const) {
    await checks.equalOrUnsupported(`NIST KWP-AE, ${byteLength} bytes`, answer, async () =>
      hex(await primitives.aesKeyWrapPadded(secretOf(wrapping), secretOf(plain))),
    );
  }
}

async function checkEd25519(checks: Checks, primitives: Primitives): Promise<void> {
  for (const [seed, publicKey, message, signature] of [
    [rfc8032.seed, rfc8032.publicKey, '', rfc8032.signature],
    [
      'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
      'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
      'af82',
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    ],
  ] as const) {
    const key = await primitives.ed25519SigningKey(secretOf(seed));
    const verify = (bytes: Uint8Array) =>
      primitives.ed25519Verify(bytesOf(publicKey), bytesOf(message), bytes);
    await checks.equal('RFC 8032 §7.1, public key', publicKey, () => hex(key.publicKey));
    await checks.equal('RFC 8032 §7.1, signature', signature, async () =>
      hex(await key.sign(bytesOf(message))),
    );
    await checks.equal('RFC 8032 §7.1, verify', 'true', () => verify(bytesOf(signature)));
    for (const at of [0, 31, 32, 63]) {
      const changed = bytesOf(signature);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await checks.equal(`RFC 8032 §7.1, byte ${at} changed`, 'false', () => verify(changed));
    }
  }
  await checks.equal('RFC 8032 §5.1.7, S + L', 'false', () =>
    // The second signature of test 1, with S + L: runtimes must refuse what would be malleable.
    primitives.ed25519Verify(bytesOf(rfc8032.publicKey), none, plusOrder(bytesOf(rfc8032.signature))),
  );
  const neutral = `01${'00'.repeat(31)}`;
  await checks.equal('Ed25519 key of small order', 'false', () =>
    primitives.ed25519Verify(bytesOf(neutral), none, bytesOf(neutral + '00'.repeat(32))),
  );
  // y = 2 belongs to no point of the curve.
  await checks.equal('Ed25519 key off the curve', 'false', () =>
    primitives.ed25519Verify(bytesOf(`02${'00'.repeat(31)}`), none, new Uint8Array(64).fill(3)),
  );
}

async function checkAes(checks: Checks, primitives: Primitives): Promise<void> {
  const key = secretOf('42'.repeat(16));
  const iv = bytesOf('17'.repeat(16));
  for (const byteLength of [0, 1, 15, 16, 17]) {
    const plain = 'ab'.repeat(byteLength);
    await checks.equal(`AES-CBC, ${byteLength} bytes`, plain, async () => {
      const sealed = await primitives.aesCbcEncrypt(key, iv, bytesOf(plain));
      return hex((await primitives.aesCbcDecrypt(key, iv, sealed)) ?? Uint8Array.of(0));
    });
  }
  // A bit of the IV is a bit of the padding, all of it one block of 10 (hexadecimal): 30 is no padding.
  await checks.equal('AES-CBC, wrong padding', 'undefined', async () => {
    const sealed = await primitives.aesCbcEncrypt(key, iv, none);
    return primitives.aesCbcDecrypt(
      key,
      iv.map((byte, i) => (i === 15 ? byte ^ 0x20 : byte)),
      sealed,
    );
  });
  const gcm = await primitives.aesGcmKey(key);
  const nonce = iv.subarray(0, 12);
  const sealed = await gcm.seal(nonce, bytesOf('0102'), none);
  await checks.equal('AES-128-GCM', '0102', async () => hex((await gcm.open(nonce, sealed, none)) ?? none));
  for (let length = 0; length < sealed.length; length++) {
    await checks.equal(`AES-128-GCM cut to ${length}`, 'undefined', () =>
      gcm.open(nonce, sealed.subarray(0, length), none),
    );
  }
}
