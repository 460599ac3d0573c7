// The same from CommonJS: Node loads an ES module by require().
const assert = require('node:assert/strict');
const { isKeyfoldError, Keyfold } = require('@keyfold/sdk');

async function main() {
  const context = { from: 'tarball' };
  const keyfold = new Keyfold();
  const keys = keyfold.tenant('demo').service('app');
  const sealed = await keys.encrypt('required', { context });
  assert.equal(await keys.decrypt(sealed, { context }), 'required');
  const imported = await import('@keyfold/sdk');
  assert.equal(imported.Keyfold, Keyfold, 'required and imported, it is one module');
  await assert.rejects(keys.decrypt(sealed, { context: { from: 'x' } }), isKeyfoldError);
  await keyfold.close();
}

main();
