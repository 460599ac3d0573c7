import type { ApiErrorCode } from '@keyfold/protocol';
import type { TlsErrorCode } from '../transport/tls-failures.ts';
import type { KeyfoldErrorCode } from './any-keyfold-error.ts';

/** What each code means, in a sentence; those of the API and of TLS stand in tables of their own. */
export const meanings: Readonly<Record<Exclude<KeyfoldErrorCode, ApiErrorCode | TlsErrorCode>, string>> = {
  api_key_not_configured: 'There is no API key, or it has characters that none has.',
  base_url_invalid: 'There is no base URL, or it cannot be one.',
  insecure_base_url: 'The base URL would send keys unencrypted.',
  ca_invalid: 'A certificate authority is no PEM certificate, or its file cannot be read.',
  ca_expired: 'Every certificate authority that was given is out of date.',
  crl_invalid: 'A revocation list is none.',
  crl_expired: 'A revocation list is out of date.',
  pins_invalid: 'A pin is malformed, or there is no backup pin.',
  client_certificate_invalid: 'The client certificate, or its key, cannot be used.',
  proxy_invalid: 'The proxy is not the URL of one.',
  option_unsupported: 'The option cannot be kept on this runtime.',
  option_invalid: 'An option is out of its range.',
  identifier_invalid: 'An id does not have the form of one.',
  client_closed: 'The client was closed, before the call or during it.',

  connection_failed: 'The server could not be reached, or the connection broke.',
  timeout: 'The call did not end within its deadline.',
  call_aborted: 'The signal of the call was aborted.',
  redirect_refused: 'The server answered with a redirect.',
  response_too_large: 'The answer is longer than any answer of the service.',
  unexpected_response: 'The answer is not what the operation answers with.',
  proxy_refused: 'The proxy does not open a tunnel to the server.',
  header_forbidden: 'A header was set that the transport alone writes.',

  circuit_open: 'Nothing was sent, because the server has been down.',
  unrecognised_answer: 'An answer that is no success carries no error that this version knows.',
  api_key_not_shown_again: 'The API key was made, and the answer that showed its secret was lost.',
  key_set_unavailable:
    'Whether a token is good cannot be said, because the keys to verify it by cannot be fetched.',
  lease_ended: 'The lease of the data key had ended when its answer arrived.',
  middleware_invalid: 'A middleware did what is not its to do.',

  table_invalid: 'The declaration of a table is wrong in itself.',
  row_invalid: 'What was passed as a row is no object.',
  column_unknown: 'A row has a column that the table does not declare.',
  column_missing: 'A row lacks a declared column.',
  column_not_nullable: 'A column is null and was not declared nullable.',
  column_kind_mismatch: 'A column has a value of another kind than declared.',

  encryption_context_required: 'A value was to be encrypted or decrypted without a context.',
  plaintext_kind_mismatch: 'A value is authentic and of another kind than was asked for.',
  batch_item_failed: 'One item of a batch failed; `index` says which, `cause` why.',

  invalid_argument: 'An argument is not what the call takes.',
  invalid_encryption_context: 'The context cannot be bound to a ciphertext.',
  not_keyfold_ciphertext:
    'What was to be decrypted was not sealed by Keyfold, or is another form than expected.',
  unsupported_format: 'The ciphertext is of a version or suite that is not known here.',
  truncated_ciphertext: 'Bytes are missing at the end of the ciphertext.',
  non_canonical_encoding: 'The text is not spelled as it was produced.',
  unsupported_value: 'A value of this kind cannot be encrypted.',
  integrity_check_failed:
    'The ciphertext does not open in this place: it was changed, or it belongs elsewhere.',
  data_key_exhausted: 'A data key has sealed as much as it may.',
  token_invalid: 'The token is not accepted; `reason` says why.',
  token_expired: 'The token was good and is over.',
  key_set_invalid:
    'What is published as a key set holds something that does not belong there; `reason` says what.',
  secret_disposed: 'A key was used after it was zeroised.',
};
