import { parentPort } from 'node:worker_threads';
import { dataKeyPair, fieldContext, hex } from './fixtures.ts';

// Run as a worker thread and as a child process by nonce-source.test.ts.
const { sealer } = dataKeyPair();
const nonces = Array.from({ length: 3 }, () => hex(sealer.sealField('x', fieldContext(), 1).subarray(1, 13)));
if (parentPort !== null) parentPort.postMessage(nonces);
else process.send?.(nonces, () => process.disconnect());
