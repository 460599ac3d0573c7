import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type { AnyKeyfoldError, ApiErrorCode, KeyfoldErrorCode, TransportErrorCode } from '../src/index.ts';
import { keyfoldErrors } from '../src/index.ts';
import { compile, type Diagnostics } from './support/compile.ts';

const prelude = `
import {
  clear, createRemoteKeySet, date, type EncryptedRow, integerId, isKeyfoldError, Keyfold, text, type Middleware,
} from '../src/index.ts';
declare const keyfold: Keyfold;
declare const caught: unknown;
const cards = keyfold.tenant('acme').service('billing');
const people = cards.table('people', {
  id: integerId('id'),
  fields: { ssn: text(), bornAt: date().nullable(), plan: clear<'free' | 'pro'>() },
});
`;

const codes = Object.keys(keyfoldErrors);
const exhaustive = (handled: readonly string[]) => `
export function handle(): string {
  if (!isKeyfoldError(caught)) return 'not ours';
  switch (caught.code) {
    ${handled.map((code) => `case '${code}': return caught.hint;`).join('\n')}
    default: {
      const never: never = caught;
      return never;
    }
  }
}`;

/** What compiles. */
const uses: Readonly<Record<string, string>> = {
  'an exhaustive switch over the codes': exhaustive(codes),
  'a code that narrows to its class': `
    if (isKeyfoldError(caught)) {
      if (caught.code === 'pin_mismatch') caught.presented satisfies string;
      if (caught.code === 'circuit_open') caught.retryAt satisfies Date;
      if (caught.code === 'batch_item_failed') caught.index satisfies number;
      if (caught.code === 'column_missing') caught.table satisfies string;
      if ('attempts' in caught) caught.attempts satisfies number;
    }`,
  'a call with its answer': `
    const { data, response } = await keyfold.tenants.get('acme').withResponse();
    data.id satisfies string;
    response.requestId satisfies string | undefined;`,
  'a list, awaited and iterated': `
    (await keyfold.tenants.list({ limit: 1 })).next satisfies string | undefined;
    for await (const tenant of keyfold.tenants.list({}, { maxItems: 3 })) tenant.root.keyId satisfies string;`,
  'a signal with every call': `
    const { signal } = new AbortController();
    await cards.encrypt('x', { context: { card: '42' }, signal });
    await cards.decryptMany([], { as: 'text', signal });
    await people.encrypt({ id: 7, ssn: 'x', bornAt: null, plan: 'pro' }, { signal });
    await keyfold.apiKeys.create({ role: 'application', tenants: '*' }, { signal, idempotencyKey: 'a', timeoutMs: 1 });`,
  'a middleware and a console as logger': `
    const use: Middleware = (request, next) => next({ ...request, headers: { ...request.headers, 'x-team': 'a' } });
    new Keyfold({ use: [use], logger: console, logLevel: 'debug', hedge: { afterMs: 50 } });`,
  'the OpenTelemetry module': `
    import * as opentelemetry from '@opentelemetry/api';
    new Keyfold({ opentelemetry });`,
};

/** What does not compile, and words that the compiler's message has. */
const misuses: Readonly<Record<string, readonly [code: string, ...words: string[]]>> = {
  'a switch that leaves out a code': [
    exhaustive(codes.filter((code) => code !== 'pin_mismatch')),
    "'PinMismatchError' is not assignable to type 'never'",
  ],
  'a code that no error has': [
    `if (isKeyfoldError(caught) && caught.code === 'pin_missmatch') throw caught;`,
    'no overlap',
    'pin_missmatch',
  ],
  'a value without a context': [`await cards.encrypt('x');`, 'Expected 2 arguments'],
  'a context that is not text': [
    `await cards.encrypt('x', { context: { card: 42 } });`,
    "'number' is not assignable to type 'string'",
  ],
  'a signal in the context’s place': [
    `await cards.encrypt('x', { signal: AbortSignal.timeout(1) });`,
    "Property 'context' is missing",
    'EncryptOptions',
  ],
  'null as a value': [`await cards.encrypt(null, { context: { a: 'b' } });`, 'null', 'Plaintext'],
  'a nonce': [
    `await cards.encrypt('x', { context: { a: 'b' }, nonce: new Uint8Array(12) });`,
    "'nonce' does not exist in type 'EncryptOptions'",
  ],
  'a kind that there is not': [
    `await cards.decrypt('kf1.', { context: { a: 'b' }, as: 'string' });`,
    '"string"',
    '"text" | "bytes"',
  ],
  'a column that is not declared': [
    `await people.encrypt({ id: 7, ssn: 'x', bornAt: null, plan: 'pro', age: 3 });`,
    "'age' does not exist",
  ],
  'null in a column that is not nullable': [
    `await people.encrypt({ id: 7, ssn: null, bornAt: null, plan: 'pro' });`,
    "Type 'null' is not assignable to type 'string'",
  ],
  'an idempotency key where repeating is harmless': [
    `await keyfold.tenants.get('acme', { idempotencyKey: 'a' });`,
    "'idempotencyKey' does not exist in type 'CallOptions'",
  ],
  'headers with a call': [
    `await keyfold.tenants.get('acme', { headers: { host: 'x' } });`,
    "'headers' does not exist in type 'CallOptions'",
  ],
  'a timeout in the wrong unit’s name': [
    `await keyfold.tenants.get('acme', { timeout: 5 });`,
    "'timeout' does not exist in type 'CallOptions'",
  ],
  'verification switched off': [
    `new Keyfold({ tls: { rejectUnauthorized: false } });`,
    "'rejectUnauthorized' does not exist in type 'TlsOptions'",
  ],
  'a level that there is not': [`new Keyfold({ logLevel: 'verbose' });`, '"verbose"', 'LogLevel'],
  'a logger that lacks a method': [
    `new Keyfold({ logger: { info: console.info } });`,
    'is missing the following properties',
    'debug, warn, error',
  ],
  'a middleware that returns nothing': [
    `new Keyfold({ use: [async (request, next) => { await next(request); }] });`,
    "'void' is not assignable to type 'AttemptResponse'",
  ],
  'a middleware that sees the body': [
    `new Keyfold({ use: [(request, next) => { request.body; return next(request); }] });`,
    "'body' does not exist on type 'AttemptRequest'",
  ],
  'an API key’s secret from the list': [
    `for await (const key of keyfold.apiKeys.list()) key.apiKey;`,
    "'apiKey' does not exist on type 'ApiKeyInfo'",
  ],
};

/** The examples of the SDK's reference, each as it stands. */
const reference = new URL('../../../docs/sdk/', import.meta.url);
const examples = readdirSync(reference).flatMap((file) => {
  const blocks = readFileSync(new URL(file, reference), 'utf8').matchAll(/^```ts\n(.*?)^```/gms);
  return Array.from(blocks, ([, code = ''], index) => ({ name: `${file} ${index + 1}`, code: asTest(code) }));
});

/** An example in the place of a test: with what the text around it has declared, and without what that imports, too. */
function asTest(code: string): string {
  const own = code.replace(/^import .* from '@keyfold\/sdk';$/gm, '').replace(/\btoken\b(?! =)/g, 'sealed');
  return `declare const sealed: string; declare const stored: EncryptedRow<typeof people>[];${own}`;
}

let documented: readonly Diagnostics[] = [];
let used: readonly Diagnostics[] = [];
let misused: readonly Diagnostics[] = [];

beforeAll(() => {
  const right = Object.values(uses);
  const wrong = Object.values(misuses).map(([code]) => code);
  const texts = [...right, ...wrong, ...examples.map(({ code }) => code)];
  const diagnostics = compile(texts.map((text) => prelude + text));
  used = diagnostics.slice(0, right.length);
  misused = diagnostics.slice(right.length, right.length + wrong.length);
  documented = diagnostics.slice(right.length + wrong.length);
}, 120_000);

describe('the types accept', () => {
  it.each(Object.keys(uses).map((name, index) => [name, index] as const))('%s', (_, index) => {
    expect(used[index]).toEqual([]);
  });
});

describe('the types refuse, in words that help,', () => {
  it.each(Object.entries(misuses).map(([name, [, ...words]], index) => [name, words, index] as const))(
    '%s',
    (_, words, index) => {
      const said = misused[index] ?? [];
      expect(said).toHaveLength(1);
      for (const word of words) expect(said[0]).toContain(word);
    },
  );
});

describe('a browser’s project, whose settings name no library for disposing,', () => {
  it('knows that a client can be disposed of', () => {
    const text = `import { Keyfold } from '../src/fetch/index.ts';
      declare const keyfold: Keyfold;
      keyfold satisfies AsyncDisposable;`;
    const [said] = compile([text], { lib: ['lib.es2024.d.ts', 'lib.dom.d.ts'], types: [] });
    expect(said).toEqual([]);
  }, 120_000);
});

describe('the reference', () => {
  it.each(examples.map(({ name }, index) => [name, index] as const))(
    'has an example that compiles: %s',
    (_, index) => {
      expect(documented[index]).toEqual([]);
    },
  );

  it('has examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(8);
  });
});

describe('the union of codes', () => {
  it('has all codes of the API and of the transport', () => {
    expectTypeOf<ApiErrorCode>().toExtend<KeyfoldErrorCode>();
    expectTypeOf<TransportErrorCode>().toExtend<KeyfoldErrorCode>();
    expectTypeOf<'not_a_code'>().not.toExtend<KeyfoldErrorCode>();
    expectTypeOf<Extract<AnyKeyfoldError, { code: 'pin_mismatch' }>>().toHaveProperty('presented');
    expectTypeOf(keyfoldErrors).toExtend<Readonly<Record<KeyfoldErrorCode, object>>>();
  });
});
