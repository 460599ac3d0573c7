const utf8 = new TextEncoder();

/**
 * All derivation labels, the only inputs that separate keys with the same parent. The suite byte follows the
 * label in HKDF's `info` (docs/formats/README.md).
 */
export const derivationLabels: Readonly<
  Record<
    | 'dataKeyEncryption'
    | 'dataKeyCommitment'
    | 'dataKeyStream'
    | 'blindIndex'
    | 'shareLeaf'
    | 'shareNode'
    | 'shareCheck'
    | 'splitKeyRoot'
    | 'userKey',
    Uint8Array
  >
> = {
  /** data key → AES-256-GCM key of values and fields */
  dataKeyEncryption: utf8.encode('keyfold/v1/data-key/encryption'),
  /** data key → commitment stored in the header */
  dataKeyCommitment: utf8.encode('keyfold/v1/data-key/commitment'),
  /** data key → input key of streams */
  dataKeyStream: utf8.encode('keyfold/v1/data-key/stream'),
  /** begins what a blind index's key authenticates */
  blindIndex: utf8.encode('keyfold/v1/blind-index'),
  /** begins what a share's own commitment is the hash of */
  shareLeaf: utf8.encode('keyfold/v1/share/leaf'),
  /** begins what two commitments of a set of shares are hashed with */
  shareNode: utf8.encode('keyfold/v1/share/node'),
  /** begins what the check value of a shared secret authenticates */
  shareCheck: utf8.encode('keyfold/v1/share/check'),
  /** two independent secrets → root key */
  splitKeyRoot: utf8.encode('keyfold/v1/split-key/root'),
  /** parent key and user salt → key of a user */
  userKey: utf8.encode('keyfold/v1/user-key'),
};
