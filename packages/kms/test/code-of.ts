import { isKeyfoldError } from '@keyfold/crypto-core';

/** The code of the error that a call fails with; fails itself when the call succeeds or throws anything else. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => 'nothing: the call succeeded',
    (reason: unknown) => reason,
  );
  if (isKeyfoldError(error)) return error.code;
  throw new Error('The call did not fail with one of our errors.', { cause: error });
}
