import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What each package may import of the others. Arrows point one way; `testing` helpers are for tests alone. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'packages/crypto-core': [],
  'packages/protocol': [],
  'packages/test-support': [],
  'packages/key-hierarchy': ['crypto-core'],
  'packages/kms': ['crypto-core', 'key-hierarchy'],
  'packages/stores': ['key-hierarchy'],
  'packages/service': ['crypto-core', 'key-hierarchy', 'protocol'],
  'packages/sdk': ['crypto-core', 'key-hierarchy', 'protocol'],
  'apps/emulator': ['crypto-core', 'key-hierarchy', 'kms', 'protocol', 'service', 'stores'],
};
const everyName = Object.keys(mayImport).map((folder) => folder.split('/')[1] ?? folder);

/** Specifiers that must be refused where they are planted, beyond those that the table above implies. */
const alsoForbidden: Readonly<Record<string, readonly string[]>> = {
  'packages/crypto-core/src': ['node:crypto', 'node:fs', 'undici', 'zod', './node/index.ts'],
  'packages/crypto-core/src/node': ['node:fs', 'undici'],
  'packages/protocol/src': ['zod'],
  'packages/sdk/src': ['zod', '@keyfold/protocol/schemas'],
};

interface Plant {
  readonly folder: string;
  readonly specifiers: readonly string[];
}

const plants: readonly Plant[] = [
  ...Object.entries(mayImport).map(([folder, allowed]) => ({
    folder: `${folder}/src`,
    specifiers: [
      ...everyName
        .filter((name) => name !== folder.split('/')[1] && !allowed.includes(name))
        .map((name) => `@keyfold/${name}`),
      ...(alsoForbidden[`${folder}/src`] ?? []),
    ],
  })),
  {
    folder: 'packages/crypto-core/src/node',
    specifiers: alsoForbidden['packages/crypto-core/src/node'] ?? [],
  },
];

interface Diagnostic {
  readonly category: string;
  readonly location: { readonly path: string; readonly start: { readonly line: number } };
}

describe('import directions', () => {
  // A copy of the rules over an otherwise empty tree: nothing is ever planted in the sources themselves.
  const tree = mkdtempSync(join(tmpdir(), 'import-directions-'));
  let diagnostics: readonly Diagnostic[] = [];

  beforeAll(() => {
    const config: { vcs?: unknown; files?: unknown } = JSON.parse(
      readFileSync(join(root, 'biome.json'), 'utf8'),
    );
    delete config.vcs;
    delete config.files;
    writeFileSync(join(tree, 'biome.json'), JSON.stringify({ ...config, root: true }));
    for (const { folder, specifiers } of plants) {
      mkdirSync(join(tree, folder), { recursive: true });
      const lines = specifiers.map(
        (specifier, index) => `export const p${index} = await import('${specifier}');`,
      );
      writeFileSync(join(tree, folder, 'planted.ts'), lines.join('\n'));
    }
    const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
    let output: string;
    try {
      const args = [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'];
      output = execFileSync(process.execPath, args, { cwd: tree, encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      // Biome exits with 1 where it finds what was planted; its report is what counts.
      output = (error as { stdout: string }).stdout;
    }
    const report: { diagnostics: readonly Diagnostic[] } = JSON.parse(output);
    diagnostics = report.diagnostics.filter(({ category }) => category === 'lint/style/noRestrictedImports');
  });
  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  for (const { folder, specifiers } of plants)
    it(`refuses in ${folder}: ${specifiers.join(', ') || 'nothing'}`, () => {
      const lines = diagnostics
        .filter(({ location }) => location.path.endsWith(`${folder}/planted.ts`))
        .map(({ location }) => location.start.line);
      expect(lines.toSorted((a, b) => a - b)).toEqual(specifiers.map((_, index) => index + 1));
    });

  for (const [folder, allowed] of Object.entries(mayImport))
    it(`lets ${folder} depend on no other of ours than: ${allowed.join(', ') || 'none'}`, () => {
      const manifest: { dependencies?: Record<string, string> } = JSON.parse(
        readFileSync(join(root, folder, 'package.json'), 'utf8'),
      );
      const ours = Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith('@keyfold/'));
      expect(allowed.map((name) => `@keyfold/${name}`)).toEqual(expect.arrayContaining(ours));
    });

  it('covers every package and app there is', () => {
    const present = ['packages', 'apps'].flatMap((group) =>
      readdirSync(join(root, group)).map((name) => `${group}/${name}`),
    );
    expect(Object.keys(mayImport).toSorted()).toEqual(present.toSorted());
  });
});
