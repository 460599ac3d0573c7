import type { Clock } from '@keyfold/crypto-core';
import type { Store } from '@keyfold/key-hierarchy';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { expect } from 'vitest';
import { createKms, type KmsResponse } from '../../src/kms/kms.ts';

/** An answer, read as a client reads it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body's members; null for an empty body. */
  readonly output: Output;
}

/** The members that tests look at, of whichever operation's answer. */
export interface Output {
  readonly [member: string]: unknown;
  readonly __type: string;
  readonly CiphertextBlob: string;
  readonly KeyMetadata: KeyMetadata;
  readonly Keys: readonly object[];
  readonly NextMarker: string | undefined;
  readonly Plaintext: string;
  readonly Truncated: boolean;
}

export interface KeyMetadata {
  readonly Arn: string;
  readonly CurrentKeyMaterialId: string;
  readonly Description: string;
  readonly Enabled: boolean;
  readonly KeyId: string;
  readonly KeyState: string;
}

export interface Place {
  readonly accountId?: string;
  readonly region?: string;
}

export interface Harness {
  readonly store: Store;
  readonly internalErrors: readonly unknown[];
  /** Sends members as JSON. */
  call(operation: string, input?: object, place?: Place): Promise<Answer>;
  /** Sends the bytes as they are. */
  send(target: string, body: Uint8Array | string, place?: Place): Promise<Answer>;
  /** Moves the clock; later instances on the same store have a clock of their own. */
  advance(ms: number): void;
  /** Creates a key and returns its metadata. */
  createKey(input?: object, place?: Place): Promise<KeyMetadata>;
}

export const startMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
/** An emulated KMS whose clock stands still until it is moved. */
export async function openKms(store: Store = createMemoryStore()): Promise<Harness> {
  const internalErrors: unknown[] = [];
  let elapsedMs = 0;
  const clock: Clock = { now: () => ({ wallMs: startMs + elapsedMs, monotonicMs: elapsedMs }) };
  const kms = await createKms({ store, clock, onInternalError: (error) => internalErrors.push(error) });
  const send: Harness['send'] = async (target, body, place) =>
    read(
      await kms.handle({
        target,
        body: typeof body === 'string' ? Buffer.from(body) : body,
        accountId: '111122223333',
        region: 'eu-central-1',
        ...place,
      }),
    );
  const call: Harness['call'] = (operation, input = {}, place) =>
    send(`TrentService.${operation}`, JSON.stringify(input), place);
  return {
    store,
    internalErrors,
    send,
    call,
    advance: (ms) => {
      elapsedMs += ms;
    },
    createKey: async (input, place) => (await call('CreateKey', input, place)).output.KeyMetadata,
  };
}

function read({ status, headers, body }: KmsResponse): Answer {
  const text = Buffer.from(body).toString('utf8');
  return { status, headers, output: JSON.parse(text === '' ? 'null' : text) };
}

/** An error's answer: status, error header and the whole body. */
export function fault(name: string, text?: string, status = 400): object {
  const capital = ['AccessDeniedException', 'SerializationException', 'RequestEntityTooLargeException'];
  const textMember = capital.includes(name) ? 'Message' : 'message';
  return {
    status,
    headers: expect.objectContaining({
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-errortype': name,
    }),
    output: text === undefined ? { __type: name } : { __type: name, [textMember]: text },
  };
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

export const dayMs: number = 24 * 60 * 60 * 1000;

/** A member of an answer that is a blob. */
export function blobIn({ output }: Answer, member: string): Buffer {
  const text = output?.[member];
  if (typeof text !== 'string') throw new Error(`There is no ${member}: ${JSON.stringify(output)}`);
  return Buffer.from(text, 'base64');
}
