const utf8 = new TextEncoder();

/**
 * All derivation labels, the only inputs that separate keys with the same parent. The suite byte follows the
 * label in HKDF's `info` (docs/formats/README.md).
 */
export const derivationLabels: Readonly<Record<'dataKeyEncryption' | 'dataKeyCommitment', Uint8Array>> = {
  /** data key → AES-256-GCM key of values and fields */
  dataKeyEncryption: utf8.encode('keyfold/v1/data-key/encryption'),
  /** data key → commitment stored in the header */
  dataKeyCommitment: utf8.encode('keyfold/v1/data-key/commitment'),
};
