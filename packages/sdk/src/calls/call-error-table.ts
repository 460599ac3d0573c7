import type { ErrorLayer } from '@keyfold/crypto-core';

/** The codes of calls that end on this side, whatever the service would have said. */
export type CallErrorCode =
  | 'circuit_open'
  | 'unrecognised_answer'
  | 'api_key_not_shown_again'
  | 'key_set_unavailable'
  | 'lease_ended'
  | 'middleware_invalid';

/** For each code: where its cause lies, whether trying again may help, and the way out. */
export const callErrors: Readonly<
  Record<CallErrorCode, { readonly layer: ErrorLayer; readonly retryable: boolean; readonly hint: string }>
> = {
  circuit_open: {
    layer: 'transport',
    retryable: true,
    hint: 'Look at the cause: that is what the server at baseUrl does. Calls are let through again by themselves once it is back.',
  },
  unrecognised_answer: {
    layer: 'api',
    retryable: false, // but for the statuses that say "later"
    hint: 'Check that baseUrl names a Keyfold service, look at the proxies between, or update @keyfold/sdk.',
  },
  api_key_not_shown_again: {
    layer: 'api',
    retryable: false,
    hint: 'The API key exists and nobody knows its secret: revoke the one that apiKeyId names, and create another.',
  },
  key_set_unavailable: {
    layer: 'transport',
    retryable: true,
    hint: 'Look at the cause: that is what the address in url answers. Tokens that cannot be judged are refused until it answers with a key set again.',
  },
  lease_ended: {
    layer: 'key',
    retryable: true,
    hint: "Answers take longer than the leases they carry: look at the latency to the service and at this machine's clock.",
  },
  middleware_invalid: {
    layer: 'config',
    retryable: false,
    hint: 'A middleware may add headers of its own and look at what comes back: it returns what next() gave it, and calls it once.',
  },
};
