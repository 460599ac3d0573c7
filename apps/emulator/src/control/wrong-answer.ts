import { randomBytes, randomUUID } from 'node:crypto';
import type { FaultEffect } from './fault-rule.ts';

type WrongAnswer = Extract<FaultEffect, { readonly kind: 'wrong-answer' }>;

/** Members of AWS answers that hold ciphertexts and plaintexts, the first that there is is changed. */
const byteMembers: readonly string[] = [
  'CiphertextBlob',
  'Plaintext',
  'PrivateKeyPlaintext',
  'PrivateKeyCiphertextBlob',
  'Signature',
  'Mac',
  'SharedSecret',
  'PublicKey',
  'SecretBinary',
];
const textMembers: readonly string[] = ['SecretString', 'RandomPassword'];
const keyArnForm = /^(arn:[^:]*:kms:[^:]*:\d*:key\/).+$/;

/**
 * A success of AWS's with a bit flipped or another key named; undefined where the answer has nothing of the kind, or is no success.
 *
 * @param body - JSON; left as it is.
 */
export function wrongAwsAnswer(body: Uint8Array, fault: WrongAnswer): Uint8Array | undefined {
  if (body.byteLength === 0) return undefined;
  const output: Record<string, unknown> = JSON.parse(Buffer.from(body).toString('utf8'));
  const changed = fault.what === 'other-key' ? nameOtherKey(output) : flipIn(output, fault.member);
  return changed === undefined ? undefined : Buffer.from(JSON.stringify({ ...output, ...changed }));
}

function nameOtherKey(output: Readonly<Record<string, unknown>>): object | undefined {
  const found = Object.entries(output).filter(
    ([name, value]) => name.endsWith('KeyId') && typeof value === 'string' && keyArnForm.test(value),
  );
  if (found.length === 0) return undefined;
  return Object.fromEntries(
    found.map(([name, value]) => [name, String(value).replace(keyArnForm, `$1${randomUUID()}`)]),
  );
}

function flipIn(output: Readonly<Record<string, unknown>>, wanted: string | undefined): object | undefined {
  const names = wanted === undefined ? [...byteMembers, ...textMembers] : [wanted];
  // What is empty has no bit to flip.
  const name = names.find(
    (candidate) =>
      typeof output[candidate] === 'string' && (output[candidate] !== '' || textMembers.includes(candidate)),
  );
  if (name === undefined) return undefined;
  const text = String(output[name]);
  if (textMembers.includes(name)) return { [name]: flipInText(text) };
  const bytes = Buffer.from(text, 'base64');
  flipLastBit(bytes);
  const changed = bytes.toString('base64');
  bytes.fill(0);
  return { [name]: changed };
}

/** The lowest bit of an ASCII letter or digit flipped leaves text. */
function flipInText(text: string): string {
  const at = text.search(/[A-Za-z0-9]/);
  if (at < 0) return `${text}?`;
  const flipped = String.fromCharCode(text.charCodeAt(at) ^ 1);
  return text.slice(0, at) + flipped + text.slice(at + 1);
}

/** The last byte is of an authentication tag, or of a plaintext's end. */
function flipLastBit(bytes: Uint8Array): void {
  const last = bytes.byteLength - 1;
  if (last >= 0) bytes[last] = (bytes[last] ?? 0) ^ 1;
}

/** Members of the encryption API's answers that hold wrapped keys, in base64url. */
const wrappedMembers: readonly string[] = ['wrapped', 'header'];

/** The same for an answer of the encryption API in JSON. */
export function wrongApiAnswer(body: Uint8Array, fault: WrongAnswer): Uint8Array | undefined {
  const answer: { items?: Record<string, unknown>[] } = JSON.parse(Buffer.from(body).toString('utf8'));
  const [item] = answer.items ?? [];
  if (item === undefined) return undefined;
  if (fault.what === 'other-key') {
    if (typeof item['keyReference'] !== 'string') return undefined;
    item['keyReference'] = randomBytes(8).toString('base64url');
    return Buffer.from(JSON.stringify(answer));
  }
  const name = wrappedMembers.find((candidate) => typeof item[candidate] === 'string');
  if (name === undefined) return undefined;
  const bytes = Buffer.from(String(item[name]), 'base64url');
  flipLastBit(bytes);
  item[name] = bytes.toString('base64url');
  return Buffer.from(JSON.stringify(answer));
}

/** A frame ends with the last of its keys: that key's last bit is flipped where it stands. */
export function spoilFrame(frame: Uint8Array): void {
  flipLastBit(frame);
}
