import { parseArgs } from 'node:util';
import type { EmulatorOptions } from './emulator-options.ts';
import { InvalidOptionError } from './errors.ts';

/** One option of the command line. */
interface Option {
  /** What stands for its value in the help; absent: it takes none. */
  readonly value?: string;
  readonly multiple?: true;
  readonly help: string;
}

const options = {
  port: { value: 'N', help: 'HTTP port (5390; 0 takes any free one)' },
  'https-port': { value: 'N', help: 'HTTPS port (5391; 0 takes any free one)' },
  host: { value: 'ADDRESS', help: 'address to listen on (127.0.0.1: this machine only)' },
  'allow-host': {
    value: 'NAME',
    multiple: true,
    help: "host name to answer to beside the loopback's own; may be repeated",
  },
  state: { value: 'FOLDER', help: 'where keys are kept (.keyfold)' },
  ephemeral: { help: 'keep nothing' },
  seed: {
    value: 'FILE',
    multiple: true,
    help: 'what is there from the start, in YAML or JSON; may be repeated',
  },
  policies: {
    value: 'MODE',
    help: 'off, warn or strict: what becomes of what policies and grants do not allow (strict for known identities)',
  },
  signatures: {
    value: 'MODE',
    help: 'lax: any credentials will do; strict: known ones, with a right signature (lax)',
  },
  rate: {
    value: 'OP=N',
    multiple: true,
    help: 'requests a second to an operation of AWS KMS, * for each other (no limit); may be repeated',
  },
  clock: { value: 'TIME', help: 'what the clock is set to at the start, in ISO 8601 (now)' },
  freeze: { help: 'the clock stands still' },
  journal: { value: 'N', help: 'how many requests the journal remembers (10000)' },
  'fault-seed': { value: 'N', help: "seed of what faults' probabilities are drawn from (1)" },
  help: { help: 'this text' },
} as const satisfies Readonly<Record<string, Option>>;

const rows: readonly (readonly [string, Option])[] = Object.entries(options);
const width = Math.max(...rows.map(([name, { value }]) => label(name, value).length));

function label(name: string, value: string | undefined): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

/** What `--help` prints. */
export const help: string = `keyfold-emulator: AWS KMS, AWS Secrets Manager and Keyfold's encryption API on this machine

${rows.map(([name, { value, help }]) => `  ${label(name, value).padEnd(width)}  ${help}`).join('\n')}
`;

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'start'; readonly options: EmulatorOptions };

/**
 * Reads the command line.
 *
 * @throws {InvalidOptionError} for values that make no sense, and a `TypeError` of the runtime's for options that there are not
 */
export function readCommand(args: readonly string[]): Command {
  const { values } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      rows.map(([name, { value, multiple }]) => [
        name,
        { type: value === undefined ? 'boolean' : 'string', multiple: multiple === true },
      ]),
    ),
  });
  const text = (name: keyof typeof options): string | undefined => one(values[name]);
  const list = (name: keyof typeof options): readonly string[] => many(values[name]);
  if (values['help'] === true) return { kind: 'help' };
  if (values['ephemeral'] === true && values['state'] !== undefined)
    throw new InvalidOptionError('--ephemeral keeps nothing, and --state says where: choose one.');
  const clock = text('clock');
  const journal = text('journal');
  const faultSeed = text('fault-seed');
  const policies = text('policies');
  const signatures = text('signatures');
  return {
    kind: 'start',
    options: {
      port: port(text('port') ?? '5390', 'port'),
      httpsPort: port(text('https-port') ?? '5391', 'https-port'),
      host: text('host') ?? '127.0.0.1',
      allowHosts: list('allow-host'),
      seeds: list('seed'),
      frozen: values['freeze'] === true,
      requestRates: Object.fromEntries(list('rate').map(rate)),
      ...(values['ephemeral'] === true ? {} : { stateFolder: text('state') ?? '.keyfold' }),
      ...(policies === undefined
        ? {}
        : { keyPolicies: choice(policies, 'policies', ['off', 'warn', 'strict']) }),
      ...(signatures === undefined
        ? {}
        : { signatures: choice(signatures, 'signatures', ['lax', 'strict']) }),
      ...(clock === undefined ? {} : { startAt: clock }),
      ...(journal === undefined ? {} : { journalCapacity: whole(journal, 'journal') }),
      ...(faultSeed === undefined ? {} : { faultSeed: whole(faultSeed, 'fault-seed') }),
    },
  };
}

function one(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function many(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function port(text: string, option: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new InvalidOptionError(`--${option} takes a port from 0 to 65535.`);
}

function whole(text: string, option: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidOptionError(`--${option} takes a whole number.`);
}

function choice<Value extends string>(text: string, option: string, values: readonly Value[]): Value {
  const found = values.find((value) => value === text);
  if (found !== undefined) return found;
  throw new InvalidOptionError(`--${option} is one of ${values.join(', ')}.`);
}

/** `Encrypt=100` */
function rate(text: string): readonly [string, number] {
  const [, operation, perSecond] = /^(\*|[A-Za-z]{1,64})=(\d{1,7}(?:\.\d{1,3})?)$/.exec(text) ?? [];
  if (operation === undefined)
    throw new InvalidOptionError('--rate takes an operation and a rate, such as Encrypt=100.');
  return [operation, Number(perSecond)];
}
