import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('the example of the README runs as it stands, and prints what it says', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = /^```ts\n(.*?)^```/ms.exec(readme)?.[1] ?? '';
  const printed = execFileSync(
    process.execPath,
    ['--conditions=@keyfold/source', '--input-type=module-typescript', '--eval', example],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8' },
  );
  expect(printed).toBe('4111 1111 1111 1111\n');
});
