import { isKeyfoldError, Keyfold, type KeyfoldOptions } from '@keyfold/sdk';

// Run as a process of its own: one call to each target in turn, whose outcomes are its only output.
const targets: readonly KeyfoldOptions[] = JSON.parse(process.env['TARGETS'] ?? '[]');
for (const target of targets) {
  const keyfold = new Keyfold(target);
  try {
    await keyfold.tenants.get('acme');
    console.log('connected');
  } catch (error) {
    console.log(isKeyfoldError(error) ? error.code : 'another error');
  } finally {
    await keyfold.close();
  }
}
