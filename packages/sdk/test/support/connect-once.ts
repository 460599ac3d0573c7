import { isKeyfoldError, Keyfold } from '@keyfold/sdk';

// Run as a process of its own: one call by environment alone, whose outcome is its only output.
const keyfold = new Keyfold();
try {
  await keyfold.tenants.get('acme');
  console.log('connected');
} catch (error) {
  console.log(isKeyfoldError(error) ? error.code : 'another error');
} finally {
  await keyfold.close();
}
