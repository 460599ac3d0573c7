import { afterEach, beforeEach, expect } from 'vitest';
import { settle } from '../../support/settle.ts';

/** Fails each test of a file that leaves a rejection nobody handles, whatever else it promises. */
export function watchRejections(): void {
  const unhandled: unknown[] = [];
  const onRejection = (reason: unknown): void => void unhandled.push(reason);
  beforeEach(() => {
    unhandled.length = 0;
    process.on('unhandledRejection', onRejection).on('uncaughtException', onRejection);
  });
  afterEach(async () => {
    await settle(); // Node reports them at the end of a turn
    process.off('unhandledRejection', onRejection).off('uncaughtException', onRejection);
    expect(unhandled).toEqual([]);
  });
}
