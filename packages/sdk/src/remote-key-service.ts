import {
  type DataKeyHeader,
  type DataKeyWrapping,
  encodeBase64url,
  encodeRecordHeader,
  type KeyfoldError,
  parseRecordHeader,
  SecretBytes,
} from '@keyfold/crypto-core';
import { isApiErrorCode, limits } from '@keyfold/protocol';
import { AnswerMismatch, readBytes, readCount, readField, readList, readString } from './answer-fields.ts';
import type { ApiClient } from './api-client.ts';
import { apiError } from './api-errors.ts';
import type { ApiAnswer } from './calls/attempt.ts';
import type { CallDetails } from './calls/call-error.ts';
import type { KeyService, Leased } from './key-service.ts';

/** The key service behind the encryption API. Data keys travel as attachments of frames, never inside JSON. */
export function createRemoteKeyService(client: ApiClient): KeyService {
  return {
    wrap: ({ tenant, scope }, dataKeys, callLimits = {}) =>
      client.call(
        'wrapDataKeys',
        {
          params: { tenant },
          body: {
            scope,
            items: dataKeys.map(({ commitment }) => ({ commitment: encodeBase64url(commitment) })),
          },
          attachments: dataKeys.map(({ secret }) => secret.reveal()),
          ...callLimits,
        },
        (answer) => leased(answer, dataKeys.length, readWrapping),
      ),
    unwrap: ({ tenant, scope }, headers, callLimits = {}) =>
      client.call(
        'unwrapDataKeys',
        { params: { tenant }, body: { scope, items: headers.map(headerItem) }, ...callLimits },
        (answer) => readUnwrapped(answer, headers.length),
      ),
    rewrap: ({ tenant, scope }, headers, callLimits = {}) =>
      client.call(
        'rewrapDataKeys',
        { params: { tenant }, body: { scope, items: headers.map(headerItem) }, ...callLimits },
        (answer) =>
          leased(answer, headers.length, (item, index) => readRewrapped(item, headers[index], answer.call)),
      ),
  };
}

function readWrapping(item: unknown): DataKeyWrapping {
  return {
    keyReference: readBytes(item, 'keyReference', limits.keyReferenceBytes),
    wrapped: readBytes(item, 'wrapped', limits.wrappedDataKeyBytes),
  };
}

function readUnwrapped(answer: ApiAnswer, count: number): Leased<SecretBytes | KeyfoldError> {
  // Everything is checked before the first key is taken, so that none is left behind when something is wrong.
  const errors = leased(answer, count, (item) => readItemError(item, answer.call));
  const keys = answer.attachments;
  const expected = errors.items.filter((error) => error === undefined).length;
  if (keys.length !== expected || keys.some((key) => key.byteLength !== limits.dataKeyBytes)) {
    throw new AnswerMismatch('attachments');
  }
  const remaining = keys.values();
  return {
    ...errors,
    items: errors.items.map((error) => error ?? SecretBytes.take(remaining.next().value ?? new Uint8Array())),
  };
}

/** Rewrapping changes the wrapping only: a header that commits to another data key is not an answer. */
function readRewrapped(
  item: unknown,
  old: DataKeyHeader | undefined,
  call: CallDetails,
): DataKeyHeader | KeyfoldError {
  const error = readItemError(item, call);
  if (error !== undefined) return error;
  const header = readHeader(item);
  if (old === undefined || !equal(header.commitment, old.commitment)) throw new AnswerMismatch('header');
  return header;
}

/** A mistake of the service's, which must not look like one in the caller's ciphertext. */
function readHeader(item: unknown): DataKeyHeader {
  const bytes = readBytes(item, 'header', limits.recordHeaderBytes);
  try {
    return parseRecordHeader(bytes);
  } catch {
    throw new AnswerMismatch('header');
  }
}

/** An item's error, or undefined if it is well. */
function readItemError(item: unknown, call: CallDetails): KeyfoldError | undefined {
  const status = readString(item, 'status');
  if (status === 'ok') return undefined;
  if (status !== 'error') throw new AnswerMismatch('status');
  const code = readString(readField(item, 'error'), 'code');
  if (!isApiErrorCode(code)) throw new AnswerMismatch('code');
  return apiError({ code, call });
}

function leased<T>(answer: ApiAnswer, count: number, read: (item: unknown, index: number) => T): Leased<T> {
  const items = readList(answer.json, 'items', read);
  if (items.length !== count) throw new AnswerMismatch('items');
  return { leaseRemainingMs: readCount(answer.json, 'leaseRemainingMs'), sentAt: answer.sentAt, items };
}

function headerItem(header: DataKeyHeader): { readonly header: string } {
  return { header: encodeBase64url(encodeRecordHeader(header)) };
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index]);
}
