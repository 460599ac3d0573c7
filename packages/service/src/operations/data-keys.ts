import {
  type Awaitable,
  type DataKeyHeader,
  type DataKeyWrapping,
  encodeRecordHeader,
  isKeyfoldError,
  type KeyfoldError,
  parseRecordHeader,
  SecretBytes,
} from '@keyfold/crypto-core';
import type { GeneratedDataKey, KeyHierarchy, LeasedAnswer } from '@keyfold/key-hierarchy';
import {
  type ApiItemError,
  type DataKeyHeadersBody,
  limits,
  type RewrappedDataKeysBody,
  type UnwrappedDataKeysBody,
} from '@keyfold/protocol';
import { ApiError } from '../api-error.ts';
import { apiErrorCodeOf } from '../api-error-code.ts';
import type { Answer, Handlers } from '../handler.ts';

/** wrapDataKeys, unwrapDataKeys, rewrapDataKeys, generateDataKeys. */
export function dataKeyHandlers(
  hierarchy: KeyHierarchy,
): Handlers<'wrapDataKeys' | 'unwrapDataKeys' | 'rewrapDataKeys' | 'generateDataKeys'> {
  return {
    wrapDataKeys({ params, body, attachments }) {
      const keys = takeKeys(attachments, body.items.length);
      const end = (): void => {
        for (const key of keys) key.dispose();
      };
      // In their one spelling, as the schema has found. There are as many keys.
      const items = keys.map((dataKey, index) => ({
        dataKey,
        commitment: Buffer.from(body.items[index]?.commitment ?? '', 'base64url'),
      }));
      let wrapped: Awaitable<LeasedAnswer<DataKeyWrapping>>;
      try {
        wrapped = hierarchy.wrapDataKeys(params.tenant, body.scope, items);
      } catch (error) {
        end();
        throw error;
      }
      if (wrapped instanceof Promise) return wrapped.finally(end).then(wrappedAnswer);
      end();
      return wrappedAnswer(wrapped);
    },

    unwrapDataKeys({ params, body }) {
      const unwrapped = hierarchy.unwrapDataKeys(params.tenant, body.scope, readHeaders(body));
      return unwrapped instanceof Promise ? unwrapped.then(unwrappedAnswer) : unwrappedAnswer(unwrapped);
    },

    rewrapDataKeys({ params, body }) {
      const rewrapped = hierarchy.rewrapDataKeys(params.tenant, body.scope, readHeaders(body));
      return rewrapped instanceof Promise ? rewrapped.then(rewrappedAnswer) : rewrappedAnswer(rewrapped);
    },

    generateDataKeys({ params, body }) {
      const generated = hierarchy.generateDataKeys(params.tenant, body.scope, body.count);
      return generated instanceof Promise ? generated.then(generatedAnswer) : generatedAnswer(generated);
    },
  };
}

function wrappedAnswer({ leaseRemainingMs, items }: LeasedAnswer<DataKeyWrapping>): Answer<'wrapDataKeys'> {
  const body = {
    leaseRemainingMs,
    items: items.map(({ keyReference, wrapped }) => ({
      keyReference: toBase64url(keyReference),
      wrapped: toBase64url(wrapped),
    })),
  };
  return { status: 200, body };
}

function unwrappedAnswer({
  leaseRemainingMs,
  items,
}: LeasedAnswer<SecretBytes | KeyfoldError>): Answer<'unwrapDataKeys'> {
  const results: UnwrappedDataKeysBody['items'][number][] = [];
  const keys: SecretBytes[] = [];
  for (const item of items) {
    if (isKeyfoldError(item)) results.push(itemError(item));
    else {
      results.push({ status: 'ok' });
      keys.push(item);
    }
  }
  return { status: 200, body: { leaseRemainingMs, items: results }, keys };
}

function rewrappedAnswer({
  leaseRemainingMs,
  items,
}: LeasedAnswer<DataKeyHeader | KeyfoldError>): Answer<'rewrapDataKeys'> {
  const results = items.map((item): RewrappedDataKeysBody['items'][number] =>
    isKeyfoldError(item) ? itemError(item) : { status: 'ok', header: headerText(item) },
  );
  return { status: 200, body: { leaseRemainingMs, items: results } };
}

function generatedAnswer({
  leaseRemainingMs,
  items,
}: LeasedAnswer<GeneratedDataKey>): Answer<'generateDataKeys'> {
  return {
    status: 200,
    body: { leaseRemainingMs, items: items.map(({ header }) => ({ header: headerText(header) })) },
    keys: items.map(({ dataKey }) => dataKey),
  };
}

/** Moves the attachments out of the request, so that what is left there are zeros. */
function takeKeys(attachments: readonly Uint8Array[], count: number): readonly SecretBytes[] {
  if (attachments.length !== count) {
    throw new ApiError('invalid_request', 'The frame has not one attachment for each item.');
  }
  if (attachments.some(({ byteLength }) => byteLength !== limits.dataKeyBytes)) {
    throw new ApiError('invalid_request', `Each attachment must have ${limits.dataKeyBytes} bytes.`);
  }
  return attachments.map((attachment) => SecretBytes.take(attachment));
}

function readHeaders({ items }: DataKeyHeadersBody): readonly DataKeyHeader[] {
  return items.map(({ header }, index) => {
    try {
      // As above; the header copies what it is made of.
      return parseRecordHeader(Buffer.from(header, 'base64url'));
    } catch (error) {
      if (!isKeyfoldError(error)) throw error;
      throw new ApiError('invalid_request', `The body at items[${index}].header is no known record header.`);
    }
  });
}

function headerText(header: DataKeyHeader): string {
  return toBase64url(encodeRecordHeader(header));
}

/** Bytes that are not secret; copied as in `toHex`. */
function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function itemError(error: KeyfoldError): { readonly status: 'error'; readonly error: ApiItemError } {
  const { code, message } = new ApiError(apiErrorCodeOf(error));
  return { status: 'error', error: { code, message } };
}
