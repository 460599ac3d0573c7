import type { ApiErrorCode, OperationId } from '@keyfold/protocol';

/**
 * What is recorded of a request: who, what, where, and how it ended. These fields and no others, so that no body, key,
 * context or text of an error can reach a log.
 */
export interface AuditRecord {
  readonly operation: OperationId;
  /** The public part of the API key; null where none was good. */
  readonly principal: string | null;
  /** null where the operation names none, or none that the key may see. */
  readonly tenant: string | null;
  readonly status: number;
  /** null where it succeeded. */
  readonly code: ApiErrorCode | null;
  readonly requestId: string;
  readonly durationMs: number;
}
