// Run as a process of its own: what one call of the client's came to, and then one `fetch` of the program's own.
import { isKeyfoldError, Keyfold } from '@keyfold/sdk/fetch';

const [options = '', url = ''] = process.argv.slice(2);

async function called() {
  try {
    const keyfold = new Keyfold({ ...JSON.parse(options), insecureLoopback: true, maxAttempts: 1 });
    const { items } = await keyfold.tenants.list({ limit: 1 });
    await keyfold.close();
    return `answered: ${items.length}`;
  } catch (error) {
    return isKeyfoldError(error) ? error.code : `${error}`;
  }
}

const client = await called();
const own = await fetch(url).then(
  ({ status }) => status,
  () => 'failed',
);
console.log(JSON.stringify({ client, own }));
