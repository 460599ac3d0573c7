// Runs after each install. Makes `node` inside npm scripts mean the pinned Node that the lockfile names, whatever the
// host's own version is: npm 10 removes the link that the package itself declares, so it is made here.
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { noteInstalled, root } from './lockfile-stamp.mjs';

const platform = process.platform === 'win32' ? 'win' : process.platform;
const packageName = `node-${platform}-${process.arch}`;
const executable = process.platform === 'win32' ? 'node.exe' : 'node';
const pinned = join(root, 'node_modules', packageName, 'bin', executable);

// Other platforms run on the host's own Node.
if (existsSync(pinned)) {
  const bin = join(root, 'node_modules', '.bin');
  mkdirSync(bin, { recursive: true });
  if (process.platform === 'win32') {
    writeFileSync(join(bin, 'node.cmd'), `@"%~dp0\\..\\${packageName}\\bin\\node.exe" %*\r\n`);
  } else {
    const link = join(bin, 'node');
    rmSync(link, { force: true });
    chmodSync(pinned, 0o755);
    symlinkSync(join('..', packageName, 'bin', executable), link);
  }
}

noteInstalled();
