import { Keyfold } from '@keyfold/sdk';

// Run as a process of its own, which has to end although the client is left open.
const keyfold = new Keyfold({ insecureLoopback: true });
const cards = keyfold.tenant('acme').service('billing');
const context = { card: '42' };
const opened = await cards.decrypt(await cards.encrypt('x', { context }), { context });
console.log(`round trip: ${opened === 'x'}`);
