import { parentPort } from 'node:worker_threads';
import { nodeBackend } from '../src/node/index.ts';
import { webBackend } from '../src/web/index.ts';
import { drawNonces } from './drawn-nonces.ts';

// Run as a worker thread, as a child process and as a member of a cluster by nonce-processes.test.ts.
const nonces = [...(await drawNonces(nodeBackend, 20)), ...(await drawNonces(webBackend, 20))];
if (parentPort !== null) parentPort.postMessage(nonces);
else process.send?.(nonces, () => process.disconnect());
