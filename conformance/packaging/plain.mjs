// A plain JavaScript application, in an empty project with the SDK's tarball and a running emulator.
import assert from 'node:assert/strict';
import { integerId, isKeyfoldError, Keyfold, text } from '@keyfold/sdk';

const context = { from: 'tarball' };
const keyfold = new Keyfold();
const keys = keyfold.tenant('demo').service('app');
const sealed = await keys.encrypt('installed', { context });
assert.equal(await keys.decrypt(sealed, { context, as: 'text' }), 'installed');
const people = keys.table('people', { id: integerId('id'), fields: { ssn: text() } });
const row = await people.encrypt({ id: 7, ssn: '078-05-1120' });
assert.deepEqual(await people.decrypt(row), { id: 7, ssn: '078-05-1120' });
await assert.rejects(keyfold.tenants.get('nobody'), (error) => isKeyfoldError(error) && error.status === 404);
await keyfold.close();
