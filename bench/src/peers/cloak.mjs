import { decryptStringSync, encryptStringSync, generateKey, parseKeySync } from '@47ng/cloak';

export function createPeers() {
  const key = parseKeySync(generateKey());
  return [
    {
      name: '@47ng/cloak (string → text)',
      seal: (_bytes, text) => encryptStringSync(text, key),
      open: (sealed) => decryptStringSync(sealed, key),
    },
  ];
}
