import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { suiteAes256GcmHkdfSha256 } from '../format.ts';
import { derivationLabels } from '../labels.ts';
import { requireKey } from '../primitive-arguments.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { plainArray } from './plain-array.ts';

/** info ‖ 0x01, what HKDF-Expand feeds to HMAC for its first block (RFC 5869 §2.3). */
const expandInput = (label: Uint8Array): Uint8Array =>
  Uint8Array.of(...label, suiteAes256GcmHkdfSha256, 0x01);

const commitmentInput = /* @__PURE__ */ expandInput(derivationLabels.dataKeyCommitment);
const encryptionInput = /* @__PURE__ */ expandInput(derivationLabels.dataKeyEncryption);
const streamInput = /* @__PURE__ */ expandInput(derivationLabels.dataKeyStream);

/**
 * A data key as a KeyObject, from which all else derives: HKDF-Expand-SHA256(data key, label ‖ suite, 32), one block each. The
 * data key is uniformly random, so that extraction may be left out (RFC 5869 §3.3).
 *
 * Made once for each data key: a KeyObject costs as much as a derivation, and an HMAC over a plain array five times as much.
 */
export class NodeDataKey {
  readonly #key: KeyObject;

  /**
   * @param secret 32 bytes; copied, stays the caller's
   * @throws {@link InvalidArgumentError} for another length
   */
  constructor(secret: SecretBytes) {
    requireKey(secret);
    this.#key = createSecretKey(secret.reveal());
  }

  /** What the key commits to, 32 bytes. */
  commitment(): Uint8Array {
    return plainArray(this.#expand(commitmentInput));
  }

  /** The AES-256-GCM key of values and fields. */
  encryptionKey(): KeyObject {
    const bytes = this.#expand(encryptionInput);
    try {
      return createSecretKey(bytes);
    } finally {
      bytes.fill(0);
    }
  }

  /** The input key of streams, 32 bytes. */
  streamKey(): SecretBytes {
    return SecretBytes.take(this.#expand(streamInput));
  }

  #expand(input: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(input).digest();
  }
}
