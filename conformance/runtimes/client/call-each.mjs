// Run as a process of its own: one call to each base URL in turn, and what each came to.
import { isKeyfoldError, Keyfold } from '@keyfold/sdk/fetch';

const [apiKey = '', ...baseUrls] = process.argv.slice(2);
const outcomes = [];
for (const baseUrl of baseUrls) {
  const keyfold = new Keyfold({ apiKey, baseUrl });
  try {
    await keyfold.tenants.list({ limit: 1 });
    outcomes.push('answered');
  } catch (error) {
    outcomes.push(
      isKeyfoldError(error) ? `${error.code} in ${error.layer}, attempts ${error.attempts}` : `${error}`,
    );
  }
  await keyfold.close();
}
console.log(JSON.stringify(outcomes));
