import { Keyfold } from '@keyfold/sdk';

// Run as a process of its own, whose log goes where KEYFOLD_LOG says: calls that succeed, and calls that fail.
const plaintext = process.env['PLAINTEXT'] ?? '';
const context = { owner: process.env['CONTEXT'] ?? '' };
const keyfold = new Keyfold({ insecureLoopback: true, maxAttempts: 2 });
const keys = keyfold.tenant('acme').service('billing');
const token = await keys.encrypt(plaintext, { context });
await keyfold.apiKeys.create({ role: 'application', tenants: ['acme'] });
const stranger = new Keyfold({ insecureLoopback: true, apiKey: `${process.env['KEYFOLD_API_KEY']}x` });
const lost = new Keyfold({ baseUrl: 'https://127.0.0.1:1', maxAttempts: 1 });
for (const client of [stranger, lost]) {
  await client.tenant('acme').service('billing').decrypt(token, { context }).catch(console.error);
}
await keys.decrypt(token, { context: { owner: 'another' } }).catch(console.error);
await Promise.all([keyfold, stranger, lost].map((client) => client.close()));
