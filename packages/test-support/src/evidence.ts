import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of published vectors or recorded answers, or the path at which it was looked for. */
export type EvidenceFile =
  | { readonly found: true; readonly path: string; readonly text: string; json(): unknown }
  | { readonly found: false; readonly path: string };

/**
 * Published test vectors and recorded answers, which live beside the checkout and are no part of it.
 *
 * `KEYFOLD_EVIDENCE_DIR` names the folder that holds `vectors/` and `oracles/`. Where a file is absent a suite calls
 * {@link Evidence.missing}: the gap is printed, and is an error where `KEYFOLD_EVIDENCE=required` (as in CI).
 */
export interface Evidence {
  vectors(relativePath: string): EvidenceFile;
  oracle(relativePath: string): EvidenceFile;
  /** Prints how many cases ran, so that a suite that silently shrank is seen. */
  report(title: string, casesRun: number): void;
  /** Prints what did not run. @throws {Error} where evidence is required. */
  missing(path: string): void;
}

const workspaceRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const folder = (): string => process.env['KEYFOLD_EVIDENCE_DIR'] ?? join(workspaceRoot, '..', 'shared');

function load(...segments: string[]): EvidenceFile {
  const path = join(folder(), ...segments);
  try {
    const text = readFileSync(path, 'utf8');
    return { found: true, path, text, json: () => JSON.parse(text) as unknown };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { found: false, path };
    throw error;
  }
}

/** See {@link Evidence}. */
export const evidence: Evidence = {
  vectors: (relativePath) => load('vectors', relativePath),
  oracle: (relativePath) => load('oracles', relativePath),
  report: (title, casesRun) => {
    process.stdout.write(`evidence: ${title}: ${casesRun} cases ran\n`);
  },
  missing: (path) => {
    if (process.env['KEYFOLD_EVIDENCE'] === 'required')
      throw new Error(
        `Evidence is required (KEYFOLD_EVIDENCE=required) and ${path} is not there. Set KEYFOLD_EVIDENCE_DIR.`,
      );
    process.stdout.write(`evidence: did not run, not found: ${path}\n`);
  },
};
