import { randomBytes } from 'node:crypto';
import { defaults, seal, unseal } from '@hapi/iron';

export function createPeers() {
  const password = randomBytes(32).toString('base64');
  return [
    {
      name: '@hapi/iron, defaults',
      seal: (_bytes, text) => seal(text, password, defaults),
      open: (sealed) => unseal(sealed, password, defaults),
    },
  ];
}
