// One installer at a time. The holder keeps its lock file's time fresh; a run that was killed does not, so that its lock
// is taken over. A pid would not do: in a container the same few are used again and again.
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';

const heartbeatMs = 1_000;
const staleAfterMs = 10_000;

/** The error codes of a file that somebody else made, or removed, in the meantime. */
const isRace = (error) => ['EEXIST', 'ENOENT'].includes(error.code);

/** Takes the lock of a holder that is gone. Of several that see this, one gets it. */
function removeStale(file, mine) {
  try {
    const holder = readFileSync(file, 'utf8');
    if (Date.now() - statSync(file).mtimeMs < staleAfterMs) return;
    renameSync(file, mine);
    // Somebody was faster, and this is their new lock: put it back.
    if (readFileSync(mine, 'utf8') !== holder) linkSync(mine, file);
  } catch (error) {
    if (!isRace(error)) throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * Tries to take the lock.
 *
 * @param {string} file
 * @returns {(() => void) | undefined} releases it; undefined while somebody else holds it
 */
export function tryLock(file) {
  const token = `${process.pid}-${Date.now()}-${Math.random()}`;
  removeStale(file, `${file}.${token}`);
  try {
    writeFileSync(file, token, { flag: 'wx' });
  } catch (error) {
    if (isRace(error)) return undefined;
    throw error;
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimesSync(file, now, now);
  }, heartbeatMs);
  return () => {
    clearInterval(heartbeat);
    rmSync(file, { force: true });
  };
}
