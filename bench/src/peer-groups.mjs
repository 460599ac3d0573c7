import { nodeBackend } from '@keyfold/crypto-core/node';
import { dataKeyPair, prepared } from './keyfold.mjs';
import { loadPeers } from './peers/peers.mjs';
import { createReference } from './reference.mjs';
import { plaintexts, sizes } from './sizes.mjs';

const reference = createReference();
const { sealer, opener } = await dataKeyPair(nodeBackend);
const { peers, missing } = await loadPeers();

/** Peers that are not measured, and why. */
export const missingPeers = missing;

export const peerGroups = [
  {
    title: 'Peers, encrypt',
    sizes,
    contenders(byteLength) {
      const { bytes, text } = plaintexts(byteLength);
      return [
        { name: 'reference', run: () => reference.seal(bytes) },
        { name: '**crypto-core, value**', run: () => sealer.sealValue(bytes, prepared.value) },
        {
          name: '**crypto-core, string → text**',
          run: () => nodeBackend.encodeText(sealer.sealValue(text, prepared.value)),
        },
        ...peers.map((peer) => ({ name: peer.name, run: () => peer.seal(bytes, text) })),
      ];
    },
  },
  {
    title: 'Peers, decrypt',
    sizes,
    async contenders(byteLength) {
      const { bytes, text } = plaintexts(byteLength);
      const plain = reference.seal(bytes);
      const value = sealer.sealValue(bytes, prepared.value);
      const token = nodeBackend.encodeText(sealer.sealValue(text, prepared.value));
      const contenders = [
        { name: 'reference', run: () => reference.open(plain) },
        { name: '**crypto-core, value**', run: () => opener.openValue(value, prepared.value) },
        {
          name: '**crypto-core, text → string**',
          run: () => opener.openValue(nodeBackend.decodeText(token), prepared.value),
        },
      ];
      for (const peer of peers) {
        const sealed = await peer.seal(bytes, text);
        contenders.push({ name: peer.name, run: () => peer.open(sealed) });
      }
      return contenders;
    },
  },
];
