/** The services of an emulator whose requests are watched. */
export type WatchedService = 'kms' | 'secretsmanager' | 'encryption-api';

/** One decision about a permission. */
export interface JournalDecision {
  /** `kms:Encrypt` */
  readonly action: string;
  readonly principal: string;
  readonly resource: string;
  readonly allowed: boolean;
  /** False where a refusal was only noted. */
  readonly enforced: boolean;
  /** Which statement or grant decided, in words. */
  readonly decidedBy: string;
}

/** One part of an encryption context, without its value. */
export interface JournalContextPart {
  readonly name: string;
  /** UTF-16 code units. */
  readonly valueLength: number;
}

/**
 * One request and how it ended. These fields and no others: no plaintext, ciphertext, key, token or value of an encryption
 * context can get into a journal.
 */
export interface JournalEntry {
  /** 1 for the first request, one more for each that ended after it. */
  readonly sequence: number;
  /** When it came, by the emulator's clock: ISO 8601. */
  readonly at: string;
  readonly service: WatchedService;
  /** null where the request named none that there is. */
  readonly operation: string | null;
  readonly requestId: string;
  /** `client` over HTTP, `emulator` for what the emulator's own services ask one another. */
  readonly from: 'client' | 'emulator';
  /** Twelve digits; null for the encryption API. */
  readonly account: string | null;
  readonly region: string | null;
  /** The principal's ARN, or the public part of an API key; null where there was none. */
  readonly caller: string | null;
  /** Keys, aliases and secrets as the request named them and as the answer did. */
  readonly keys: readonly string[];
  readonly tenant: string | null;
  readonly context: readonly JournalContextPart[];
  readonly status: number;
  /** The error's name or code; null where it succeeded. */
  readonly error: string | null;
  readonly durationMs: number;
  /** The rule that interfered, and what it did. */
  readonly fault: { readonly rule: string; readonly effect: string } | null;
  readonly decisions: readonly JournalDecision[];
}
