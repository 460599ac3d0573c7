import { cryptoErrors, type ErrorLayer, tokenErrors } from '@keyfold/crypto-core';
import { apiErrors } from '@keyfold/protocol';
import { callErrors } from '../calls/call-error-table.ts';
import { configurationErrors } from '../configuration-errors.ts';
import { schemaErrors } from '../schema-errors.ts';
import { tlsFailures } from '../transport/tls-failures.ts';
import { transportErrors } from '../transport/transport-errors.ts';
import { valueErrors } from '../value-errors.ts';
import type { KeyfoldErrorCode } from './any-keyfold-error.ts';
import { meanings } from './meanings.ts';

/** One row of the table of codes. */
export interface ErrorEntry {
  /** Where the cause lies; `cause` where the error that led to it says so. */
  readonly layer: ErrorLayer | 'cause';
  /** Whether the same call may succeed later; `cause` where the error that led to it, or the answer's status, says so. */
  readonly retryable: boolean | 'cause';
  /** The HTTP status it answers, where the service says it. */
  readonly status: number | undefined;
  /** What went wrong. */
  readonly meaning: string;
  /** The way out. */
  readonly hint: string;
}

type Row = Omit<ErrorEntry, 'status' | 'meaning' | 'retryable'> &
  Partial<Pick<ErrorEntry, 'status' | 'retryable'>> & {
    readonly message?: string;
    readonly meaning?: string;
  };

/** The tables that the classes take their layers and hints from, each code once. */
const rows: Readonly<Record<KeyfoldErrorCode, Row>> = {
  ...cryptoErrors,
  ...tokenErrors,
  ...inLayer('config', configurationErrors),
  ...inLayer('config', schemaErrors),
  ...valueErrors,
  ...transportErrors,
  ...callErrors,
  unrecognised_answer: { ...callErrors.unrecognised_answer, retryable: 'cause' },
  batch_item_failed: { layer: 'cause', retryable: 'cause', hint: 'As the cause says.' },
  ...apiErrors, // last: for the codes that both have, the service's words are those that a caller meets first
};

const meaningOf: Readonly<Record<string, string>> = {
  ...meanings,
  ...Object.fromEntries(Object.entries(tlsFailures).map(([code, { meaning }]) => [code, meaning])),
  ...Object.fromEntries(Object.entries(apiErrors).map(([code, { message }]) => [code, message])),
};

/** Every code that the SDK's errors have. The documentation is made of it. */
export const keyfoldErrors: Readonly<Record<KeyfoldErrorCode, ErrorEntry>> = Object.fromEntries(
  Object.entries(rows)
    .filter(([code]) => meaningOf[code] !== undefined)
    .map(([code, { layer, hint, status, retryable = false }]) => [
      code,
      { layer, retryable, status, meaning: meaningOf[code], hint },
    ]),
) as Record<KeyfoldErrorCode, ErrorEntry>; // a test holds the codes against the classes

function inLayer<Code extends string>(
  layer: ErrorLayer,
  table: Readonly<Record<Code, { readonly hint: string }>>,
): Record<Code, { readonly layer: ErrorLayer; readonly hint: string }> {
  const entries = Object.entries<{ readonly hint: string }>(table);
  return Object.fromEntries(entries.map(([code, { hint }]) => [code, { layer, hint }])) as Record<
    Code,
    { readonly layer: ErrorLayer; readonly hint: string }
  >;
}
