import { randomBytes } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';

export async function createPeers() {
  // A CryptoKey: with bytes it would be imported anew by each call.
  const usages = ['encrypt', 'decrypt'];
  const key = await globalThis.crypto.subtle.importKey('raw', randomBytes(32), 'AES-GCM', false, usages);
  const header = { alg: 'dir', enc: 'A256GCM' };
  return [
    {
      name: 'jose, JWE dir A256GCM',
      seal: (bytes) => new CompactEncrypt(bytes).setProtectedHeader(header).encrypt(key),
      open: (sealed) => compactDecrypt(sealed, key),
    },
  ];
}
