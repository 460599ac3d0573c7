import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';

// What most applications have: node:crypto as its documentation shows it.

function textbook(name, key) {
  return {
    name,
    seal(bytes) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
      return Buffer.concat([iv, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed) {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
      decipher.setAuthTag(sealed.subarray(-16));
      return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
    },
  };
}

export function createPeers() {
  return [
    textbook('node:crypto as documented, KeyObject', createSecretKey(randomBytes(32))),
    textbook('node:crypto as documented, Buffer key', randomBytes(32)),
  ];
}
