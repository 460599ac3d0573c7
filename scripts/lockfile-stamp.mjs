// Which lockfile the installed packages belong to, so that setup knows whether there is anything to install.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, 'node_modules', '.keyfold-lockfile');

const wanted = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

/** Whether what is installed is what the lockfile says. */
export const isInstalled = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8').trim() === wanted();

/** Notes that what is installed is what the lockfile says. */
export const noteInstalled = () => writeFileSync(stampFile, `${wanted()}\n`);
