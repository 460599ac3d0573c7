import { type CallDetails, CallError } from './calls/call-error.ts';
import { callErrors } from './calls/call-error-table.ts';

/** The API key was made by an earlier attempt whose answer was lost, and its secret is never sent twice. */
export class ApiKeyNotShownAgainError extends CallError {
  readonly code = 'api_key_not_shown_again';
  /** The public part of the key that was made, for `apiKeys.revoke`. */
  readonly apiKeyId: string;

  constructor(apiKeyId: string, call: CallDetails) {
    super(`The API key ${apiKeyId} was made before, and its secret is not shown again.`, call, {
      ...callErrors.api_key_not_shown_again,
    });
    this.apiKeyId = apiKeyId;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), apiKeyId: this.apiKeyId };
  }
}
