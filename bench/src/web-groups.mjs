import { webBackend } from '@keyfold/crypto-core/web';
import { dataKeyPair, prepared } from './keyfold.mjs';
import { createReference } from './reference.mjs';
import { plaintexts, sizes } from './sizes.mjs';

const inFlight = 64;
const reference = createReference();
const { sealer, opener } = await dataKeyPair(webBackend);
const { subtle } = globalThis.crypto;
const key = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);

function plainWebCrypto(bytes) {
  return subtle.encrypt(
    { name: 'AES-GCM', iv: globalThis.crypto.getRandomValues(new Uint8Array(12)) },
    key,
    bytes,
  );
}

function together(run) {
  return () => Promise.all(Array.from({ length: inFlight }, run));
}

export const webGroups = [
  {
    title: 'Web Crypto, seal (reference: node:crypto)',
    sizes,
    contenders(byteLength) {
      const { bytes } = plaintexts(byteLength);
      const seal = () => sealer.sealValue(bytes, prepared.value);
      return [
        { name: 'reference', run: () => reference.seal(bytes) },
        { name: 'bare subtle.encrypt, sequential', run: () => plainWebCrypto(bytes) },
        {
          name: `bare subtle.encrypt, ${inFlight} in flight`,
          operations: inFlight,
          run: together(() => plainWebCrypto(bytes)),
        },
        { name: 'crypto-core/web, value, sequential', run: seal },
        { name: `crypto-core/web, value, ${inFlight} in flight`, operations: inFlight, run: together(seal) },
      ];
    },
  },
  {
    title: 'Web Crypto, open (reference: node:crypto)',
    sizes,
    async contenders(byteLength) {
      const { bytes } = plaintexts(byteLength);
      const plain = reference.seal(bytes);
      const iv = new Uint8Array(12);
      const sealed = await subtle.encrypt({ name: 'AES-GCM', iv }, key, bytes);
      const value = await sealer.sealValue(bytes, prepared.value);
      const bare = () => subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed);
      const open = () => opener.openValue(value, prepared.value);
      return [
        { name: 'reference', run: () => reference.open(plain) },
        { name: 'bare subtle.decrypt, sequential', run: bare },
        { name: `bare subtle.decrypt, ${inFlight} in flight`, operations: inFlight, run: together(bare) },
        { name: 'crypto-core/web, value, sequential', run: open },
        { name: `crypto-core/web, value, ${inFlight} in flight`, operations: inFlight, run: together(open) },
      ];
    },
  },
];
