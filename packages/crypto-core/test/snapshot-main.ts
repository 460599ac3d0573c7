import { randomBytes } from 'node:crypto';
import { startupSnapshot } from 'node:v8';
import { nodeBackend } from '../src/node/index.ts';
import { webBackend } from '../src/web/index.ts';
import { drawNonces } from './drawn-nonces.ts';

// Bundled, and run with --build-snapshot, by nonce-processes.test.ts. Whatever a module holds when it ends goes along into
// the snapshot: `carried` shows that it does.
const carried = randomBytes(12).toString('hex');

async function print(): Promise<void> {
  const node = await drawNonces(nodeBackend, 20);
  const web = await drawNonces(webBackend, 20);
  process.stdout.write(JSON.stringify({ carried, node, web }));
}

startupSnapshot.setDeserializeMainFunction(() => void print());
void print();
