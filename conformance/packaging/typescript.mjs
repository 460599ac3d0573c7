// Compiles a sample against the installed tarballs with every supported compiler, under both ways to resolve modules,
// as strictly as users may, the SDK's own declarations included.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The oldest compiler that is supported is installed; the others are the workspace's own. */
const oldest = '5.9.3';
const compilers = (root, project) => ({
  [`TypeScript ${oldest}`]: join(project, 'node_modules', 'typescript', 'bin', 'tsc'),
  'TypeScript 6': join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
  'TypeScript 7': join(root, 'node_modules', '@typescript', 'native', 'bin', 'tsc'),
});

const strict = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  noEmit: true,
};

/** Node with its types, a bundler with the browser's; no more libraries than each needs. */
const settings = {
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext', target: 'es2023', types: ['node'] },
  bundler: {
    module: 'esnext',
    moduleResolution: 'bundler',
    target: 'es2023',
    lib: ['es2024', 'dom', 'dom.asynciterable'],
    types: [],
  },
};

/**
 * @param {{ root: string, project: string }} where the workspace, and an empty project with the tarballs installed
 */
export async function checkTypeScript({ root, project }) {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--no-save'];
  await run('npm', ['install', ...quiet, `typescript@${oldest}`, '@types/node@24'], { cwd: project });
  const checks = [];
  for (const [resolution, compilerOptions] of Object.entries(settings)) {
    const folder = join(project, resolution);
    await mkdir(folder);
    await copyFile(join(import.meta.dirname, 'sample.mts'), join(folder, 'sample.ts'));
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...strict, ...compilerOptions }, files: ['sample.ts'] }),
    );
    for (const [name, compiler] of Object.entries(compilers(root, project))) {
      checks.push([`${name}, ${resolution}`, () => run(process.execPath, [compiler, '-p', folder])]);
    }
  }
  const outcomes = await Promise.allSettled(checks.map(([, check]) => check()));
  const failed = outcomes.flatMap(({ reason }, index) =>
    reason === undefined ? [] : [`${checks[index]?.[0]}:\n${reason.stdout ?? ''}${reason.stderr ?? reason}`],
  );
  if (failed.length > 0) throw new Error(`The sample does not compile with\n${failed.join('\n')}`);
  process.stdout.write(`a sample compiles with ${checks.map(([name]) => name).join('; ')}\n`);
}
