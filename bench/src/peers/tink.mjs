import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';

export async function createPeers() {
  // Its bundle expects a browser's global object.
  globalThis.self = globalThis;
  const { aeadSubtle } = createRequire(import.meta.url)('tink-crypto');
  const aead = await aeadSubtle.aesGcmFromRawKey(randomBytes(32));
  return [
    {
      name: 'tink-crypto, AES-GCM',
      seal: (bytes) => aead.encrypt(bytes),
      open: (sealed) => aead.decrypt(sealed),
    },
  ];
}
