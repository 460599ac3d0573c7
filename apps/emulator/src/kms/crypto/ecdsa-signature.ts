import { toBigInt, toBytes } from './bigint-bytes.ts';

/** The two numbers of an ECDSA signature. */
export interface EcdsaSignature {
  readonly r: bigint;
  readonly s: bigint;
}

const sequenceTag = 0x30;
const integerTag = 0x02;

/** RFC 3279 §2.2.3: `SEQUENCE { r INTEGER, s INTEGER }` in DER. */
export function encodeEcdsaSignature({ r, s }: EcdsaSignature): Buffer {
  const body = Buffer.concat([encodeInteger(r), encodeInteger(s)]);
  return Buffer.concat([Buffer.from([sequenceTag]), encodeLength(body.byteLength), body]);
}

/** The numbers, or undefined for anything but the one encoding that DER allows. */
export function decodeEcdsaSignature(bytes: Buffer): EcdsaSignature | undefined {
  const numbers: bigint[] = [];
  for (let at = headerLength(bytes); at < bytes.byteLength && numbers.length < 2; ) {
    const length = bytes[at + 1] ?? 0;
    const content = bytes.subarray(at + 2, at + 2 + length);
    if (bytes[at] !== integerTag || content.byteLength === 0) return undefined;
    numbers.push(toBigInt(content));
    at += 2 + length;
  }
  const [r, s] = numbers;
  if (r === undefined || s === undefined) return undefined;
  // Whatever is not as DER has it encodes to other bytes.
  return encodeEcdsaSignature({ r, s }).equals(bytes) ? { r, s } : undefined;
}

function headerLength(bytes: Buffer): number {
  return (bytes[1] ?? 0) < 0x80 ? 2 : 3;
}

function encodeInteger(value: bigint): Buffer {
  const byteLength = Math.floor(value.toString(2).length / 8) + 1;
  const content = toBytes(value, byteLength);
  return Buffer.concat([Buffer.from([integerTag]), encodeLength(byteLength), content]);
}

/** Signatures of the supported curves stay below 256 bytes. */
function encodeLength(byteLength: number): Buffer {
  return Buffer.from(byteLength < 0x80 ? [byteLength] : [0x81, byteLength]);
}
