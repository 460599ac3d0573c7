import { isKeyfoldError } from '@keyfold/crypto-core';

/**
 * Tries again what met a conflict in the store: the same request won a race, which the next attempt finds, or a random id is
 * taken. Ids have 48 random bits, so a third time is a broken generator.
 */
export async function overConflicts<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 3; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (!isKeyfoldError(error) || error.code !== 'store_conflict' || left === 1) throw error;
    }
  }
}
