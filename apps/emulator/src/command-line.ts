import { isKeyfoldError } from '@keyfold/crypto-core';
import { help, readCommand } from './command-line-options.ts';

/** What a person can act on: the message and the way out, no stack. Anything else is a fault of ours and keeps its stack. */
function explain(error: unknown): string {
  if (isKeyfoldError(error)) return `keyfold-emulator: ${error.message}\n  ${error.hint} [${error.code}]\n`;
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
    return `keyfold-emulator: ${error.message}\n  keyfold-emulator --help lists the options. [invalid_option]\n`;
  return `keyfold-emulator: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}

async function run(args: readonly string[]): Promise<void> {
  const command = readCommand(args);
  if (command.kind === 'help') {
    process.stdout.write(help);
    return;
  }
  // Loaded here, so that --help and a mistyped option are answered at once.
  const [{ createEmulator }, { banner }] = await Promise.all([
    import('./create-emulator.ts'),
    import('./banner.ts'),
  ]);
  const emulator = await createEmulator({
    ...command.options,
    onError: (error) => process.stderr.write(explain(error)),
  });
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

/** The command: starts an emulator and keeps it until a signal ends it, or says why it cannot. */
export function runCommandLine(args: readonly string[]): void {
  run(args).catch((error: unknown) => {
    process.stderr.write(explain(error));
    process.exitCode = 1;
  });
}
