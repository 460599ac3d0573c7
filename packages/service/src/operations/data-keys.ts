import {
  type DataKeyHeader,
  encodeRecordHeader,
  isKeyfoldError,
  type KeyfoldError,
  parseRecordHeader,
  SecretBytes,
} from '@keyfold/crypto-core';
import type { KeyHierarchy } from '@keyfold/key-hierarchy';
import { type ApiItemError, type DataKeyHeadersBody, limits } from '@keyfold/protocol';
import { ApiError } from '../api-error.ts';
import { apiErrorCodeOf } from '../api-error-code.ts';
import type { Handlers } from '../handler.ts';

/** wrapDataKeys, unwrapDataKeys, rewrapDataKeys, generateDataKeys. */
export function dataKeyHandlers(
  hierarchy: KeyHierarchy,
): Handlers<'wrapDataKeys' | 'unwrapDataKeys' | 'rewrapDataKeys' | 'generateDataKeys'> {
  return {
    async wrapDataKeys({ params, body, attachments }) {
      const keys = takeKeys(attachments, body.items.length);
      try {
        const { leaseRemainingMs, items } = await hierarchy.wrapDataKeys(
          params.tenant,
          body.scope,
          body.items.flatMap(({ commitment }, index) => {
            const dataKey = keys[index];
            // In its one spelling, as the schema has found.
            return dataKey === undefined
              ? []
              : [{ dataKey, commitment: Buffer.from(commitment, 'base64url') }];
          }),
        );
        return {
          status: 200,
          body: {
            leaseRemainingMs,
            items: items.map(({ keyReference, wrapped }) => ({
              keyReference: toBase64url(keyReference),
              wrapped: toBase64url(wrapped),
            })),
          },
        };
      } finally {
        for (const key of keys) key.dispose();
      }
    },

    async unwrapDataKeys({ params, body }) {
      const headers = readHeaders(body);
      const { leaseRemainingMs, items } = await hierarchy.unwrapDataKeys(params.tenant, body.scope, headers);
      return {
        status: 200,
        body: {
          leaseRemainingMs,
          items: items.map((item) => (isKeyfoldError(item) ? itemError(item) : { status: 'ok' })),
        },
        keys: items.flatMap((item) => (isKeyfoldError(item) ? [] : [item])),
      };
    },

    async rewrapDataKeys({ params, body }) {
      const headers = readHeaders(body);
      const { leaseRemainingMs, items } = await hierarchy.rewrapDataKeys(params.tenant, body.scope, headers);
      return {
        status: 200,
        body: {
          leaseRemainingMs,
          items: items.map((item) =>
            isKeyfoldError(item) ? itemError(item) : { status: 'ok', header: headerText(item) },
          ),
        },
      };
    },

    async generateDataKeys({ params, body }) {
      const { leaseRemainingMs, items } = await hierarchy.generateDataKeys(
        params.tenant,
        body.scope,
        body.count,
      );
      return {
        status: 200,
        body: { leaseRemainingMs, items: items.map(({ header }) => ({ header: headerText(header) })) },
        keys: items.map(({ dataKey }) => dataKey),
      };
    },
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
