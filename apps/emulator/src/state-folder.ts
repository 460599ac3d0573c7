import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidOptionError, StateUnusableError, StateUnwritableError } from './errors.ts';

/** Where an emulator keeps what must outlive it. Files are readable by their owner alone. */
export interface StateFolder {
  /** Absolute path. */
  readonly path: string;
  /** True where the folder goes when the emulator does. */
  readonly ephemeral: boolean;
  file(name: StateFileName): string;
  has(name: StateFileName): boolean;
  /** The bytes of a file, or undefined where it was never written. */
  read(name: StateFileName): Buffer | undefined;
  /**
   * Writes a whole file durably: readers see the old content or the new one, never a part.
   * @throws {StateUnwritableError}
   */
  write(name: StateFileName, content: string | Uint8Array): string;
  /** Removes what a run that was killed left half written. For the folder's owner alone: others may be writing. */
  sweep(): void;
  /** Removes the folder where it is ephemeral. */
  close(): void;
}

/** Every file there is: names are never made from input. */
export type StateFileName =
  | 'state.sqlite'
  | 'platform-root.key'
  | 'ca.pem'
  | 'ca-key.pem'
  | 'server.pem'
  | 'server-key.pem'
  | 'development.json';

const ownerOnlyFolder = 0o700;
const ownerOnlyFile = 0o600;

/** Of a file before it is whole. */
const draftName = /^[a-z-]+\.(key|pem|json)\.\d+\.new$/;

/** What tells a folder of ours from anybody's: it holds one of these, or nothing at all. */
const marks: readonly StateFileName[] = ['platform-root.key', 'state.sqlite', 'ca.pem'];

/**
 * Makes the folder, or makes sure that it is one of ours. Keys are never put beside somebody's files, and nobody's
 * permissions are changed.
 */
function prepare(path: string): void {
  try {
    const made = mkdirSync(path, { recursive: true, mode: ownerOnlyFolder });
    const names = made === undefined ? readdirSync(path) : [];
    if (names.length > 0 && !marks.some((mark) => names.includes(mark)))
      throw new StateUnusableError(path, "holds files that are not the emulator's");
    // On Windows modes say nothing about who may read.
    const open = process.platform === 'win32' ? 0 : statSync(path).mode & 0o077;
    if (open !== 0 && names.length > 0)
      throw new StateUnusableError(path, 'is open to other users, and holds root keys: chmod 700 it');
    if (open !== 0) chmodSync(path, ownerOnlyFolder);
    const probe = join(path, `.probe-${process.pid}`);
    closeSync(openSync(probe, 'w', ownerOnlyFile));
    rmSync(probe);
  } catch (error) {
    if (error instanceof StateUnusableError) throw error;
    throw new StateUnwritableError(path, { cause: error });
  }
}

/** Renaming is atomic; the folder's own entry reaches the disk only with its own fsync (POSIX leaves it open). */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Opens a state folder, making it where it does not exist.
 *
 * @param path - the folder; undefined makes a temporary one that {@link StateFolder.close} removes.
 * @throws {StateUnwritableError} where the folder cannot be made or written.
 * @throws {StateUnusableError} where it holds something else, or others may read it.
 * @throws {InvalidOptionError} for an empty path, which would be the current folder.
 */
export function openStateFolder(path?: string): StateFolder {
  if (path === '') throw new InvalidOptionError('The state folder has no name.');
  const ephemeral = path === undefined;
  const folder = path === undefined ? mkdtempSync(join(tmpdir(), 'keyfold-')) : resolve(path);
  prepare(folder);
  const file = (name: StateFileName): string => join(folder, name);

  return {
    path: folder,
    ephemeral,
    file,
    has: (name) => existsSync(file(name)),
    read: (name) => (existsSync(file(name)) ? readFileSync(file(name)) : undefined),
    write: (name, content) => {
      const target = file(name);
      const draft = `${target}.${process.pid}.new`; // As draftName has it.
      try {
        const handle = openSync(draft, 'w', ownerOnlyFile);
        try {
          // Unlike writeSync, this goes on until all of it is written.
          writeFileSync(handle, content);
          // Nobody looks for what goes when the emulator does.
          if (!ephemeral) fsyncSync(handle);
        } finally {
          closeSync(handle);
        }
        renameSync(draft, target);
        if (!ephemeral) syncFolder(folder);
      } catch (error) {
        throw new StateUnwritableError(target, { cause: error });
      }
      return target;
    },
    sweep: () => {
      for (const name of readdirSync(folder).filter((name) => draftName.test(name)))
        rmSync(join(folder, name), { force: true });
    },
    close: () => {
      if (ephemeral) rmSync(folder, { recursive: true, force: true });
    },
  };
}
