/*
 * The numbers of docs/formats/README.md. Each form begins with a byte of its own, chosen among those that
 * never occur in UTF-8 (RFC 3629 §1: 0xC0, 0xC1 and 0xF5 to 0xFF), so that plain text is never mistaken for a
 * ciphertext, nor one form for another.
 */

/** First byte of each form. */
export const formByte = {
  value: 0xf5,
  recordHeader: 0xf6,
  recordField: 0xf7,
  stream: 0xf8,
  wrappedKey: 0xf9,
  share: 0xfa,
} as const;

/** What a first byte says the bytes are, for messages. */
export const formNames: ReadonlyMap<number, string> = new Map([
  [formByte.value, 'a value'],
  [formByte.recordHeader, 'a record header'],
  [formByte.recordField, 'a record field'],
  [formByte.stream, 'a stream'],
  [formByte.share, 'a share of a secret'],
]);

/**
 * Suite 1: AES-256-GCM with 96-bit nonces and 128-bit tags; HKDF-SHA256 for encryption key and commitment.
 */
export const suiteAes256GcmHkdfSha256 = 0x01;

/** What every text form begins with. */
export const textPrefix = 'kf1.';

/** Purpose byte of the AAD. */
export const purposeByte = { value: 1, field: 2, stream: 3 } as const;

/** Length of a data key, and of every other AES-256 key, in bytes. */
export const keyByteLength = 32;
/** Length of a nonce in bytes (NIST SP 800-38D §5.2.1.1: 96 bits). */
export const nonceByteLength = 12;
/** Length of a tag in bytes; never shortened. */
export const tagByteLength = 16;
/** Length of a key reference in bytes. */
export const keyReferenceByteLength = 8;
/** Length of a commitment in bytes; never shortened. */
export const commitmentByteLength = 32;
/** Length of a wrapped data key in bytes: nonce ‖ wrapped key ‖ tag. */
export const wrappedDataKeyByteLength: number = nonceByteLength + keyByteLength + tagByteLength;
/** Length of a data-key header in bytes: suite ‖ key reference ‖ wrapped data key ‖ commitment. */
export const dataKeyHeaderByteLength: number =
  1 + keyReferenceByteLength + wrappedDataKeyByteLength + commitmentByteLength;
/** Length of a record header in bytes: form ‖ data-key header. */
export const recordHeaderByteLength: number = 1 + dataKeyHeaderByteLength;
/** What a field adds to its content, in bytes: form ‖ nonce ‖ type ‖ … ‖ tag. */
export const fieldOverheadBytes: number = 1 + nonceByteLength + 1 + tagByteLength;
/** What a value adds to its content, in bytes: form ‖ data-key header ‖ nonce ‖ type ‖ … ‖ tag. */
export const valueOverheadBytes: number = recordHeaderByteLength + nonceByteLength + 1 + tagByteLength;

/**
 * Seals under one data key, at most. With random 96-bit nonces two of them collide with probability below
 * 2⁻⁴⁹ (NIST SP 800-38D §8.3 allows 2³² uses at 2⁻³²).
 */
export const maxSealsPerDataKey: number = 2 ** 24;
/**
 * Uses of a key with random 96-bit nonces, at most: two of them collide with probability below 2⁻³² (NIST SP 800-38D §8.3).
 */
export const maxRandomNonceUses: number = 2 ** 32;
/**
 * Largest content of one value or field, in bytes (64 MiB): 2²⁴ of them stay within 2⁴⁷ blocks of one key,
 * which leaves an advantage below 2⁻³² from block collisions.
 */
export const maxContentBytes: number = 64 * 1024 * 1024;
/** Type byte and largest content, in bytes: whatever is longer was never sealed. */
export const maxPlaintextBytes: number = 1 + maxContentBytes;
