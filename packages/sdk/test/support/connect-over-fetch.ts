import { isKeyfoldError, Keyfold, type KeyfoldOptions } from '@keyfold/sdk/fetch';

// Run as a process of its own: one call to each target in turn, whose outcomes are its only output.
const targets: readonly KeyfoldOptions[] = JSON.parse(process.env['TARGETS'] ?? '[]');
for (const target of targets) {
  let keyfold: Keyfold | undefined;
  try {
    keyfold = new Keyfold(target);
    await keyfold.tenants.get('acme');
    console.log('connected');
  } catch (error) {
    console.log(isKeyfoldError(error) ? error.code : 'another error');
  } finally {
    await keyfold?.close();
  }
}
