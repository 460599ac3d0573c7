import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { StateUnwritableError } from './errors.ts';

/** Where an emulator keeps what must outlive it. Files are readable by their owner alone. */
export interface StateFolder {
  /** Absolute path. */
  readonly path: string;
  /** True where the folder goes when the emulator does. */
  readonly ephemeral: boolean;
  file(name: StateFileName): string;
  /** The bytes of a file, or undefined where it was never written. */
  read(name: StateFileName): Buffer | undefined;
  /**
   * Writes a whole file durably: readers see the old content or the new one, never a part.
   * @throws {StateUnwritableError}
   */
  write(name: StateFileName, content: string | Uint8Array): string;
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

function prepare(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: ownerOnlyFolder });
    // An existing folder keeps its mode otherwise, and the key material in it would be for everyone to read.
    chmodSync(path, ownerOnlyFolder);
    const probe = join(path, `.probe-${process.pid}`);
    closeSync(openSync(probe, 'w', ownerOnlyFile));
    rmSync(probe);
  } catch (error) {
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
 */
export function openStateFolder(path?: string): StateFolder {
  const ephemeral = path === undefined;
  const folder = path === undefined ? mkdtempSync(join(tmpdir(), 'keyfold-')) : resolve(path);
  prepare(folder);
  const file = (name: StateFileName): string => join(folder, name);

  return {
    path: folder,
    ephemeral,
    file,
    read: (name) => (existsSync(file(name)) ? readFileSync(file(name)) : undefined),
    write: (name, content) => {
      const target = file(name);
      const draft = `${target}.${process.pid}.new`;
      try {
        const handle = openSync(draft, 'w', ownerOnlyFile);
        try {
          const bytes = typeof content === 'string' ? Buffer.from(content) : content;
          writeSync(handle, bytes, 0, bytes.byteLength);
          fsyncSync(handle);
        } finally {
          closeSync(handle);
        }
        renameSync(draft, target);
        syncFolder(folder);
      } catch (error) {
        throw new StateUnwritableError(target, { cause: error });
      }
      return target;
    },
    close: () => {
      if (ephemeral) rmSync(folder, { recursive: true, force: true });
    },
  };
}
