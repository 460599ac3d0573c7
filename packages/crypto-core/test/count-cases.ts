import { evidence } from '@keyfold/test-support';
import { afterAll, afterEach } from 'vitest';

/** Prints how many tests of the suite that calls it ran, each of which is one published case. */
export function countCases(title: string): void {
  let ran = 0;
  afterEach(() => {
    ran++;
  });
  afterAll(() => evidence.report(title, ran));
}
