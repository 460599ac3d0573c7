import { requireSecret } from '../argument-types.ts';
import { UnsupportedByRuntimeError } from '../crypto-errors.ts';
import { requireScryptOptions } from '../primitive-arguments.ts';
import type { Primitives } from '../primitives.ts';
import { aesCbcDecrypt, aesCbcEncrypt } from './aes-cbc.ts';
import { importAesGcmKey, WebAesGcmKey } from './aes-gcm.ts';
import { digest, hkdf, hmac, pbkdf2 } from './derivation.ts';
import { ed25519Verify, WebEd25519SigningKey } from './ed25519.ts';
import { aesKeyUnwrap, aesKeyUnwrapPadded, aesKeyWrap, aesKeyWrapPadded } from './key-wrap.ts';

/** {@link Primitives} of Web Crypto. */
export const webPrimitives: Primitives = {
  digest,
  hmac,
  hkdf,
  pbkdf2,
  async scrypt(password, options) {
    requireSecret('A password', password);
    requireScryptOptions(options);
    password.reveal(); // a disposed one is refused by every backend
    throw new UnsupportedByRuntimeError('Web Crypto does not offer scrypt.');
  },
  aesGcmKey: async (key) => new WebAesGcmKey(await importAesGcmKey(key)),
  aesCbcEncrypt,
  aesCbcDecrypt,
  aesKeyWrap,
  aesKeyUnwrap,
  aesKeyWrapPadded,
  aesKeyUnwrapPadded,
  ed25519SigningKey: WebEd25519SigningKey.fromSeed,
  ed25519Verify,
};
