import { isKeyfoldError } from '@keyfold/sdk';

/** What became of an attempt to decrypt: `opened`, or the code of the error that says why not. */
export type Outcome = string;

/** Anything but an error of Keyfold's is a fault of the program, and is thrown on. */
export async function outcomeOf(attempt: () => Promise<unknown>): Promise<Outcome> {
  try {
    await attempt();
    return 'opened';
  } catch (error) {
    if (isKeyfoldError(error)) return error.code;
    throw error;
  }
}
