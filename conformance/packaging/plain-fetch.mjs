// The client over fetch, by its own name: on other runtimes it is what '@keyfold/sdk' means.
import assert from 'node:assert/strict';
import { Keyfold } from '@keyfold/sdk/fetch';

const context = { from: 'tarball' };
const keyfold = new Keyfold({ insecureLoopback: true });
const keys = keyfold.tenant('demo').service('app');
const sealed = await keys.encrypt('fetched', { context });
assert.equal(await keys.decrypt(sealed, { context }), 'fetched');
await keyfold.close();
