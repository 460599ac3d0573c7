import type { Clock } from '@keyfold/crypto-core';
import type { Store } from '@keyfold/key-hierarchy';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { expect } from 'vitest';
import { createKms } from '../../src/kms/kms.ts';
import type { AccessReport, EnforcementMode } from '../../src/kms/policy/access-gate.ts';
import type { Connection } from '../../src/kms/policy/caller-identity.ts';
import { createIdentityRegistry, type IdentityOptions } from '../../src/kms/policy/identity-registry.ts';
import type { RequestRates } from '../../src/kms/policy/request-quotas.ts';

export const account = '111122223333';
export const otherAccount = '444455556666';
export const region = 'eu-central-1';

/** The members that tests look at. */
export type Members = Readonly<Record<string, never>>;

/** An answer's members as a test expects them. JSON has no types: what the test then asserts of them is the check. */
export function outputAs<T>(output: Members): T {
  return output as unknown as T;
}

export interface AccessAnswer {
  readonly status: number;
  readonly error: string | undefined;
  readonly message: string | undefined;
  readonly output: Members;
}

/** Who sends: an access key of one of the identities, or an account with no identity. */
export type Sender = { readonly key: string } | { readonly account: string };

export interface AccessHarness {
  readonly reports: AccessReport[];
  readonly clock: { wallMs: number };
  call(sender: Sender, operation: string, input?: object, connection?: Connection): Promise<AccessAnswer>;
  /** Sends as the account's root user. */
  root(operation: string, input?: object): Promise<AccessAnswer>;
  /** Creates a key as the account's root user; its ARN. */
  createKey(input?: object, accountId?: string): Promise<string>;
}

export interface HarnessOptions {
  readonly identities?: readonly IdentityOptions[];
  readonly mode?: EnforcementMode;
  readonly requestRates?: RequestRates;
  readonly store?: Store;
}

export const anyone: Sender = { account };

/** An identity with one access key, called as the identity is. */
export function identity(
  arn: string,
  statements: readonly object[] = [],
  more: Partial<IdentityOptions> = {},
): IdentityOptions {
  const name = arn.split('/').at(-1) ?? 'root';
  return {
    arn,
    ...(statements.length === 0
      ? {}
      : { policies: { inline: { Version: '2012-10-17', Statement: statements } } }),
    accessKeys: [{ accessKeyId: name, secretAccessKey: 'secret' }],
    ...more,
  };
}

export async function openAccess({
  identities = [],
  mode,
  requestRates,
  store = createMemoryStore(),
}: HarnessOptions = {}): Promise<AccessHarness> {
  const registry = createIdentityRegistry(identities);
  const reports: AccessReport[] = [];
  const clock = { wallMs: Date.UTC(2026, 0, 2, 3, 4, 5) };
  const time: Clock = { now: () => ({ wallMs: clock.wallMs, monotonicMs: 0 }) };
  const internalErrors: unknown[] = [];
  const kms = await createKms({
    store,
    clock: time,
    onInternalError: (error) => internalErrors.push(error),
    access: { ...(mode === undefined ? {} : { mode }), onDecision: (report) => reports.push(report) },
    ...(requestRates === undefined ? {} : { requestRates }),
  });
  const call: AccessHarness['call'] = async (sender, operation, input = {}, connection = {}) => {
    const credentials = 'key' in sender ? registry.credentialsOf(sender.key) : undefined;
    if ('key' in sender && credentials === undefined) throw new Error(`There is no key ${sender.key}.`);
    const { status, body } = await kms.handle({
      target: `TrentService.${operation}`,
      body: Buffer.from(JSON.stringify(input)),
      accountId: 'account' in sender ? sender.account : (credentials?.principal.accountId ?? ''),
      region,
      credentials,
      connection,
    });
    expect(internalErrors).toEqual([]);
    const text = Buffer.from(body).toString('utf8');
    const output = JSON.parse(text === '' ? '{}' : text);
    return { status, error: output.__type, message: output.message ?? output.Message, output };
  };
  return {
    reports,
    clock,
    call,
    root: (operation, input) => call(anyone, operation, input),
    createKey: async (input = {}, accountId = account) => {
      const { output } = await call({ account: accountId }, 'CreateKey', input);
      return outputAs<{ readonly KeyMetadata: { readonly Arn: string } }>(output).KeyMetadata.Arn;
    },
  };
}

export const user = (name: string, accountId: string = account): string =>
  `arn:aws:iam::${accountId}:user/${name}`;
export const role = (name: string, accountId: string = account): string =>
  `arn:aws:iam::${accountId}:role/${name}`;

/** A key policy: the account may do everything, and what else is said. */
export function keyPolicy(statements: readonly object[] = [], accountId: string = account): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
      ...statements,
    ],
  });
}

/** A key policy that names only an administrator, so that the account's own policies decide nothing. */
export function closedPolicy(statements: readonly object[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Administer',
        Effect: 'Allow',
        Principal: { AWS: user('admin') },
        Action: ['kms:*'],
        Resource: '*',
      },
      ...statements,
    ],
  });
}

export const data = Buffer.from('data').toString('base64');
