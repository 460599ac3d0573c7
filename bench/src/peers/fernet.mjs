import { randomBytes } from 'node:crypto';
import fernet from 'fernet';

export function createPeers() {
  const secret = new fernet.Secret(randomBytes(32).toString('base64'));
  return [
    {
      name: 'fernet (AES-CBC and HMAC in JavaScript)',
      seal: (_bytes, text) => new fernet.Token({ secret }).encode(text),
      open: (token) => new fernet.Token({ secret, token, ttl: 0 }).decode(),
    },
  ];
}
