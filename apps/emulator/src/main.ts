#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { isKeyfoldError } from '@keyfold/crypto-core';
import { banner } from './banner.ts';
import type { EmulatorOptions } from './create-emulator.ts';
import { InvalidOptionError } from './errors.ts';

const help = `keyfold-emulator: AWS KMS and Keyfold's encryption API on this machine

  --port N          HTTP port (5390; 0 takes any free one)
  --https-port N    HTTPS port (5391; 0 takes any free one)
  --host ADDRESS    address to listen on (127.0.0.1: this machine only)
  --allow-host NAME host name to answer to beside the loopback's own; may be repeated
  --state FOLDER    where keys are kept (.keyfold)
  --ephemeral       keep nothing
  --strict-policies refuse what key policies and grants do not allow
  --help            this text
`;

function port(text: string, option: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new InvalidOptionError(`--${option} takes a port from 0 to 65535.`);
}

function readOptions(args: readonly string[]): EmulatorOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '5390' },
      'https-port': { type: 'string', default: '5391' },
      host: { type: 'string', default: '127.0.0.1' },
      'allow-host': { type: 'string', multiple: true, default: [] },
      state: { type: 'string', default: '.keyfold' },
      ephemeral: { type: 'boolean', default: false },
      'strict-policies': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    port: port(values.port, 'port'),
    httpsPort: port(values['https-port'], 'https-port'),
    host: values.host,
    allowHosts: values['allow-host'],
    keyPolicies: values['strict-policies'] ? 'strict' : 'off',
    onError: (error) => process.stderr.write(explain(error)),
    ...(values.ephemeral ? {} : { stateFolder: values.state }),
  };
}

/** What a person can act on: the message and the way out, no stack. Anything else is a fault of ours and keeps its stack. */
function explain(error: unknown): string {
  if (isKeyfoldError(error)) return `keyfold-emulator: ${error.message}\n  ${error.hint} [${error.code}]\n`;
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
    return `keyfold-emulator: ${error.message}\n  keyfold-emulator --help lists the options. [invalid_option]\n`;
  return `keyfold-emulator: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}

async function run(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(help);
    return;
  }
  // Loaded here, so that --help and a mistyped option are answered at once.
  const { createEmulator } = await import('./create-emulator.ts');
  const emulator = await createEmulator(options);
  let stopping = false;
  const stop = (): void => {
    // A second Ctrl-C must not cut short the first one's orderly end.
    if (stopping) return;
    stopping = true;
    emulator.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(explain(error));
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // Last: whoever reads it may send a signal at once.
  process.stdout.write(banner(emulator));
}

run().catch((error: unknown) => {
  process.stderr.write(explain(error));
  process.exitCode = 1;
});
