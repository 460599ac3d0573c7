import { randomBytes } from 'node:crypto';
import { gcm } from '@noble/ciphers/aes.js';
import { managedNonce } from '@noble/ciphers/utils.js';

export function createPeers() {
  const cipher = managedNonce(gcm);
  const key = Uint8Array.from(randomBytes(32));
  return [
    {
      name: '@noble/ciphers, AES-GCM in JavaScript',
      seal: (bytes) => cipher(key).encrypt(bytes),
      open: (sealed) => cipher(key).decrypt(sealed),
    },
  ];
}
