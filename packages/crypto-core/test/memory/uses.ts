import {
  type CryptoBackend,
  combineShares,
  declareBlindIndex,
  defaultKdfCosts,
  deriveFromPassword,
  deriveUserKey,
  fernetCodec,
  hkdfSha256,
  issueToken,
  ivPrefixedCodec,
  newKdfParameters,
  openBlindIndex,
  openSigningKey,
  openStream,
  SecretBytes,
  sealStream,
  splitKeyRoot,
  splitSecret,
  UnsupportedByRuntimeError,
  verifyShare,
} from '../../src/index.ts';
import { billing, fieldContext, valueContext } from '../fixtures.ts';
import { content, streamContext, through } from '../stream-fixtures.ts';

/** Told of each secret while it is there. */
export type Watch = (part: string, secret: Uint8Array) => void;

/** Uses keys, tells of them, and returns what lets go of those that are still held. */
export type Use = (backend: CryptoBackend, watch: Watch) => Promise<() => void>;

const info = new TextEncoder().encode('memory');
const salt = crypto.getRandomValues(new Uint8Array(16));
const place = {
  purpose: 'service-key',
  tenant: 'acme',
  scope: billing,
  version: 1,
  parentVersion: 1,
} as const;

/** A random secret that is watched. */
function random(watch: Watch, part: string, byteLength = 32): SecretBytes {
  const secret = SecretBytes.random(byteLength);
  watch(part, secret.reveal());
  return secret;
}

function disposeAll(...held: readonly Disposable[]): () => void {
  return () => {
    for (const each of held) each[Symbol.dispose]();
  };
}

async function refused(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch {
    return;
  }
  throw new Error('It was not refused.');
}

/** Every way in which this package takes key material, by name; the most common last, so that little is used after it. */
export const uses: Readonly<Record<string, Use>> = {
  async stream(backend, watch) {
    const fresh = await backend.createDataKey();
    watch('data key', fresh.secret.reveal());
    const unwrapped = fresh.secret.clone();
    const wrapping = { keyReference: backend.randomBytes(8), wrapped: backend.randomBytes(60) };
    const sealer = await fresh.wrappedAs(wrapping);
    const opener = await backend.openDataKey(sealer.header, unwrapped);
    const context = streamContext();
    const { bytes } = await through(sealStream({ backend, sealer, context }), [content(50_000)]);
    await through(openStream({ backend, opener, context }), [bytes]);
    return disposeAll(fresh, sealer, opener);
  },

  async 'wrapping key'(backend, watch) {
    const key = await backend.wrappingKey(random(watch, 'wrapping key'));
    const child = random(watch, 'wrapped key');
    const unwrapped = await key.unwrap(await key.wrap(child, place), place);
    return disposeAll(key, child, unwrapped);
  },

  async derivation(backend, watch) {
    const secret = random(watch, 'input');
    const derived = await hkdfSha256(backend, secret, { info, byteLength: 64 });
    watch('HKDF', derived.reveal());
    const user = await deriveUserKey(backend, {
      parent: secret,
      salt: backend.randomBytes(32),
      userId: 'u-1',
    });
    watch('user key', user.reveal());
    const [keying, salting] = [random(watch, 'keying secret'), random(watch, 'salt secret')];
    const root = await splitKeyRoot(backend, {
      keyingSecret: keying,
      saltSecret: salting,
      label: 'test',
    });
    watch('root', root.reveal());
    await backend.hmacSha256(secret, info);
    return disposeAll(secret, derived, user, keying, salting, root);
  },

  async password(backend, watch) {
    const { primitives } = backend;
    const password = random(watch, 'password', 48);
    const byPbkdf2 = await primitives.pbkdf2('SHA-256', password, { salt, iterations: 1000, byteLength: 32 });
    watch('PBKDF2', byPbkdf2.reveal());
    const parameters = newKdfParameters(backend, defaultKdfCosts['pbkdf2-sha256']);
    const key = await deriveFromPassword(backend, password, parameters);
    watch('key', key.reveal());
    return disposeAll(password, byPbkdf2, key);
  },

  async shares(backend, watch) {
    const secret = random(watch, 'secret');
    const shares = await splitSecret(secret, { backend, threshold: 2, count: 3 });
    for (const share of shares) {
      await verifyShare(share, { backend });
      watch(`share ${share.index}`, share.revealValue());
    }
    const combined = await combineShares(shares.slice(1), { backend });
    return disposeAll(secret, combined, ...shares);
  },

  async 'signing key'(backend, watch) {
    const seed = random(watch, 'seed');
    const key = await openSigningKey(backend, seed);
    await issueToken({ iss: 'i', aud: 'a', iat: 1, exp: 2 }, { key, kid: 'k' });
    return disposeAll(seed, key);
  },

  async 'blind index'(backend, watch) {
    const declaration = declareBlindIndex({
      tenant: 'acme',
      scope: billing,
      table: 'people',
      column: 'name',
      name: 'exact',
      values: 'text',
      bits: 64,
    });
    const keys = [{ version: 1, key: random(watch, 'index key') }];
    const index = openBlindIndex({ backend, declaration, keys });
    await index.entriesToFind('Ada');
    return disposeAll(index);
  },

  async 'AES key wrap'({ primitives }, watch) {
    const [kek, key] = [random(watch, 'key-encryption key'), random(watch, 'key')];
    const unwrapped = await primitives.aesKeyUnwrap(kek, await primitives.aesKeyWrap(kek, key));
    if (unwrapped === undefined) throw new Error('The wrapped key did not open.');
    return disposeAll(kek, key, unwrapped);
  },

  async 'AES key wrap with padding'({ primitives }, watch) {
    const [kek, key] = [random(watch, 'key-encryption key'), random(watch, 'key')];
    const unwrapped = await primitives.aesKeyUnwrapPadded(kek, await primitives.aesKeyWrapPadded(kek, key));
    if (unwrapped === undefined) throw new Error('The wrapped key did not open.');
    return disposeAll(kek, key, unwrapped);
  },

  async scrypt({ name, primitives }, watch) {
    const password = random(watch, 'password', 48);
    const options = { salt, cost: 1024, blockSize: 8, parallelization: 1, byteLength: 32 };
    try {
      const derived = await primitives.scrypt(password, options);
      watch('key', derived.reveal());
      return disposeAll(password, derived);
    } catch (error) {
      // Web Crypto has no scrypt; the password is in memory all the same.
      if (name !== 'web' || !(error instanceof UnsupportedByRuntimeError)) throw error;
      return disposeAll(password);
    }
  },

  async 'refused key'(backend, watch) {
    const [one, other] = [await backend.createDataKey(), random(watch, 'data key')];
    const wrapping = { keyReference: backend.randomBytes(8), wrapped: backend.randomBytes(60) };
    const { header } = await one.wrappedAs(wrapping);
    const held = [other, random(watch, 'wrapping key', 40), random(watch, 'wrapped key')] as const;
    const key = await backend.wrappingKey(SecretBytes.random(32));
    const wrapped = await key.wrap(held[2], place);
    // Each owns the key, refuses it, and has to let go of it.
    await refused(async () => backend.openDataKey(header, other.clone()));
    await refused(async () => backend.wrappingKey(held[1].clone()));
    await refused(async () => key.unwrap(wrapped, { ...place, version: 2 }));
    return disposeAll(one, key, ...held);
  },

  async 'AES-GCM of other systems'(backend, watch) {
    const key = random(watch, 'key');
    const gcm = await backend.primitives.aesGcmKey(key);
    const nonce = backend.randomBytes(12);
    const sealed = await gcm.seal(nonce, info, new Uint8Array());
    const stored = Buffer.concat([nonce, sealed]).toString('base64');
    await ivPrefixedCodec(backend).decrypt(stored, key);
    return disposeAll(key, gcm);
  },

  async Fernet(backend, watch) {
    const key = random(watch, 'key');
    const codec = fernetCodec(backend);
    await codec.decrypt(await codec.encrypt(info, key), key);
    return disposeAll(key);
  },

  async 'data key'(backend, watch) {
    const held: Disposable[] = [];
    // Several, as memory that is freed is soon used again for something else.
    for (let i = 0; i < 16; i++) {
      const fresh = await backend.createDataKey();
      watch('data key', fresh.secret.reveal());
      const unwrapped = fresh.secret.clone();
      const wrapping = { keyReference: backend.randomBytes(8), wrapped: backend.randomBytes(60) };
      const sealer = await fresh.wrappedAs(wrapping);
      const opener = await backend.openDataKey(sealer.header, unwrapped);
      for (let row = 0; row < 10; row++) {
        await opener.openValue(await sealer.sealValue('4111 1111', valueContext), valueContext);
        await opener.openField(await sealer.sealField('x', fieldContext(), row), fieldContext(), row);
      }
      held.push(fresh, sealer, opener);
    }
    return disposeAll(...held);
  },
};
