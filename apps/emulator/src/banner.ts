import { relative } from 'node:path';
import type { Emulator } from './emulator.ts';

/** The Node that runs the emulator runs the snippet too, whatever `node` means in the reader's shell. */
function nodeCommand(): string {
  const local = relative(process.cwd(), process.execPath);
  const command = local.startsWith('..') ? 'node' : local;
  // Quoted for the shell where it needs it: a folder may be named anything.
  return /^[\w./-]+$/.test(command) ? command : `'${command.replaceAll("'", "'\\''")}'`;
}

/** What a developer needs to go on, in a few lines. The snippet stands at the margin: a here-document's end has to. */
export function banner(emulator: Emulator): string {
  const { access } = emulator;
  const { accessKeyId, secretAccessKey } = emulator.credentials;
  // Where signatures do not count, the account's number will do.
  const others = /^\d{12}$/.test(accessKeyId) ? ', or any others.' : '';
  const state = emulator.stateFolder ?? 'kept nowhere (--ephemeral)';
  return `
  Keyfold emulator is ready. For development only: it keeps root keys on this disk.

  HTTP     ${emulator.url}   AWS KMS, Secrets Manager and the encryption API
  HTTPS    ${emulator.httpsUrl}   the same, under a local CA
  CA       ${emulator.caFile}
  pin      ${emulator.pin}
  API key  ${access.apiKey}
  tenant   ${access.tenant}, service ${access.service}
  state    ${state}

  Paste this into another terminal, in a folder where @keyfold/sdk is installed:

${nodeCommand()} --input-type=module <<'END'
import { readFileSync } from 'node:fs';
import { Keyfold } from '@keyfold/sdk';
const keyfold = new Keyfold({
  apiKey: ${JSON.stringify(access.apiKey)},
  baseUrl: ${JSON.stringify(emulator.httpsUrl)},
  tls: { ca: readFileSync(${JSON.stringify(emulator.caFile)}, 'utf8') },
});
const cards = keyfold.tenant('${access.tenant}').service('${access.service}');
const sealed = await cards.encrypt('4111 1111 1111 1111', { context: { card: '42' } });
console.log(sealed);
console.log(await cards.decrypt(sealed, { context: { card: '42' } }));
await keyfold.close();
END

  AWS clients: AWS_ENDPOINT_URL=${emulator.url} with the credentials
  AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}${others}
  Control: ${emulator.url}/_emulator/openapi.json says how. Ctrl-C ends it.
`;
}
