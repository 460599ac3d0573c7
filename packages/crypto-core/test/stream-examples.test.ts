import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('the example of docs/formats/streams.md runs as it stands, and prints what it says', () => {
  const page = readFileSync(new URL('../../../docs/formats/streams.md', import.meta.url), 'utf8');
  const example = /^```ts\n(.*?)^```/ms.exec(page)?.[1] ?? '';
  const printed = execFileSync(
    process.execPath,
    ['--conditions=@keyfold/source', '--input-type=module-typescript', '--eval', example],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8' },
  );
  expect(printed).toBe('A line of an export.\n');
});
