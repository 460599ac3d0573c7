import { randomUUID } from 'node:crypto';
import type { Clock } from '@keyfold/crypto-core';
import type { Store } from '@keyfold/key-hierarchy';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { expect } from 'vitest';
import { createKms, type KmsResponse } from '../../src/kms/kms.ts';
import type { AccessOptions, AccessReport } from '../../src/kms/policy/access-gate.ts';
import { createIdentityRegistry, type IdentityOptions } from '../../src/kms/policy/identity-registry.ts';
import { createSecretsManager, type SecretsManager } from '../../src/secrets-manager/secrets-manager.ts';

export const account = '111122223333';
export const otherAccount = '444455556666';
export const region = 'eu-central-1';
export const dayMs: number = 24 * 60 * 60 * 1000;
export const startMs: number = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** An answer, read as a client reads it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly output: Output;
}

/** The members that tests look at, of whichever operation's answer. */
export interface Output {
  readonly [member: string]: unknown;
  readonly __type: string;
  readonly ARN: string;
  readonly KeyMetadata: { readonly Arn: string; readonly KeyId: string };
  readonly Message: string;
  readonly NextToken: string | undefined;
  readonly RandomPassword: string;
  readonly SecretList: readonly Output[];
  readonly SecretString: string;
  readonly VersionId: string;
  readonly VersionIdsToStages: Readonly<Record<string, readonly string[]>>;
  readonly Versions: readonly Output[];
}

/** Who sends, and where to. */
export interface Sender {
  readonly accountId?: string;
  readonly region?: string;
  /** An access key of one of the identities. */
  readonly key?: string;
}

export interface Harness {
  readonly store: Store;
  readonly secretsManager: SecretsManager;
  readonly internalErrors: readonly unknown[];
  readonly reports: readonly AccessReport[];
  /** Sends members as JSON, with a fresh ClientRequestToken where the client's library would add one. */
  call(operation: string, input?: object, sender?: Sender): Promise<Answer>;
  /** Sends the bytes as they are. */
  send(target: string, body: Uint8Array | string, sender?: Sender): Promise<Answer>;
  /** Sends to the KMS under which secrets are. */
  kms(operation: string, input?: object, sender?: Sender): Promise<Answer>;
  advance(ms: number): void;
}

export interface HarnessOptions {
  readonly store?: Store;
  readonly identities?: readonly IdentityOptions[];
  readonly access?: AccessOptions;
  readonly startMs?: number;
  /** Stands between the two services. */
  readonly kmsAnswer?: (answer: KmsResponse, target: string) => KmsResponse;
}

/** Operations whose requests a client's library completes with a token. */
const withToken: readonly string[] = ['CreateSecret', 'PutSecretValue', 'UpdateSecret', 'RotateSecret'];

/** An emulated Secrets Manager on an emulated KMS, whose clock stands still until it is moved. */
export async function openSecrets(options: HarnessOptions = {}): Promise<Harness> {
  const { store = createMemoryStore(), identities = [], access = {} } = options;
  const internalErrors: unknown[] = [];
  const reports: AccessReport[] = [];
  const registry = createIdentityRegistry(identities);
  let elapsedMs = 0;
  const clock: Clock = {
    now: () => ({ wallMs: (options.startMs ?? startMs) + elapsedMs, monotonicMs: elapsedMs }),
  };
  const onInternalError = (error: unknown): void => void internalErrors.push(error);
  const kms = await createKms({ store, clock, onInternalError, access });
  const { kmsAnswer = (answer) => answer } = options;
  const secretsManager = createSecretsManager({
    store,
    clock,
    kms: {
      handle: async (request) => kmsAnswer(await kms.handle(request), request.target),
      managedKey: kms.managedKey,
    },
    onInternalError,
    access: { ...access, onDecision: (report) => reports.push(report) },
  });
  const request = (body: Uint8Array | string, { key, ...place }: Sender = {}) => {
    const credentials = key === undefined ? undefined : registry.credentialsOf(key);
    if (key !== undefined && credentials === undefined) throw new Error(`There is no key ${key}.`);
    return {
      body: typeof body === 'string' ? Buffer.from(body) : body,
      accountId: credentials?.principal.accountId ?? account,
      region,
      credentials,
      ...place,
    };
  };
  const send: Harness['send'] = async (target, body, sender) =>
    read(await secretsManager.handle({ target, ...request(body, sender) }));
  return {
    store,
    secretsManager,
    internalErrors,
    reports,
    send,
    call: (operation, input = {}, sender) => {
      const token = withToken.includes(operation) ? { ClientRequestToken: randomUUID() } : {};
      return send(`secretsmanager.${operation}`, JSON.stringify({ ...token, ...input }), sender);
    },
    kms: async (operation, input = {}, sender) =>
      read(
        await kms.handle({
          target: `TrentService.${operation}`,
          ...request(JSON.stringify(input), sender),
        }),
      ),
    advance: (ms) => {
      elapsedMs += ms;
    },
  };
}

function read({ status, headers, body }: KmsResponse): Answer {
  const text = Buffer.from(body).toString('utf8');
  return { status, headers, output: JSON.parse(text === '' ? 'null' : text) };
}

/** An error's answer: status, error header and the whole body. */
export function fault(name: string, text?: string, status = 400): object {
  const textMember = name === 'ValidationException' ? 'message' : 'Message';
  return {
    status,
    headers: expect.objectContaining({
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-errortype': name,
    }),
    output: text === undefined ? { __type: name } : { __type: name, [textMember]: text },
  };
}

/** A version id that tells tests apart: 36 characters, as a UUID has. */
export function token(mark: string): string {
  return mark.padEnd(36, '-');
}

/** The staging labels by version. */
export async function stagesOf(harness: Harness, SecretId: string): Promise<Output['VersionIdsToStages']> {
  return (await harness.call('DescribeSecret', { SecretId })).output.VersionIdsToStages;
}

export const notFound: object = fault(
  'ResourceNotFoundException',
  "Secrets Manager can't find the specified secret.",
);
export const marked: object = fault(
  'InvalidRequestException',
  "You can't perform this operation on the secret because it was marked for deletion.",
);
