import type { KMSClient } from '@aws-sdk/client-kms';
import { type EncryptionContext, isKeyfoldError, SecretBytes } from '@keyfold/crypto-core';
import {
  type RootCallOptions,
  type RootDescription,
  type RootKey,
  RootKeyInvalidError,
  RootKeyUnavailableError,
  type RootReference,
  rootKeyOutcomes,
} from '@keyfold/key-hierarchy';
import { awsErrorOutcomes } from './aws-error-outcomes.ts';

/** What is needed of the AWS client. */
export type AwsKmsClient = Pick<KMSClient, 'send'>;

/** What an AWS root key is made of. */
export interface AwsRootKeyOptions {
  /**
   * The key: a symmetric encryption key, best by its ARN, so that account and region cannot be confused. Once data is
   * encrypted, it names the key forever: an alias that is pointed elsewhere locks what is below.
   */
  readonly keyId: string;
  /** The client of the key's region, or a function that makes it when it is first needed: loading the AWS SDK takes a while. */
  readonly client: AwsKmsClient | (() => AwsKmsClient | Promise<AwsKmsClient>);
  /** When a call is given up, with all of the client's own retries, in milliseconds; 10,000 if left out. */
  readonly timeoutMs?: number;
}

const provider = 'aws-kms';
const algorithm = 'SYMMETRIC_DEFAULT';

/**
 * A root key in AWS KMS. Sends an encryption context with every call, names the key on Decrypt too, and checks that the answer
 * comes from that key. Needs `kms:Encrypt`, `kms:Decrypt` and, for `describe`, `kms:DescribeKey`.
 *
 * AWS's protocol is JSON: inside the AWS client, the wrapped and unwrapped key is for a moment a base64 string, which nobody
 * can wipe.
 *
 * @example
 * ```ts
 * const root = awsRootKey({ keyId: 'arn:aws:kms:eu-central-1:111122223333:key/…', client: new KMSClient({}) });
 * ```
 */
export function awsRootKey(options: AwsRootKeyOptions): RootKey {
  return new AwsRootKey(options);
}

class AwsRootKey implements RootKey {
  readonly reference: RootReference;
  readonly #keyId: string;
  readonly #timeoutMs: number;
  readonly #connect: () => AwsKmsClient | Promise<AwsKmsClient>;
  #client: AwsKmsClient | undefined;

  constructor({ keyId, client, timeoutMs }: AwsRootKeyOptions) {
    this.reference = { provider, keyId };
    this.#keyId = keyId;
    this.#timeoutMs = timeoutMs ?? 10_000;
    this.#connect = typeof client === 'function' ? client : () => client;
  }

  async wrap(key: SecretBytes, context: EncryptionContext, options?: RootCallOptions): Promise<Uint8Array> {
    return await this.#call('Encrypt', options, async (client, abortSignal) => {
      const { EncryptCommand } = await import('@aws-sdk/client-kms');
      const command = new EncryptCommand({
        KeyId: this.#keyId,
        Plaintext: key.reveal(),
        EncryptionContext: { ...context },
        EncryptionAlgorithm: algorithm,
      });
      const { KeyId, CiphertextBlob } = await client.send(command, { abortSignal });
      return this.#checked('Encrypt', KeyId, CiphertextBlob);
    });
  }

  async unwrap(
    wrapped: Uint8Array,
    context: EncryptionContext,
    options?: RootCallOptions,
  ): Promise<SecretBytes> {
    return await this.#call('Decrypt', options, async (client, abortSignal) => {
      const { DecryptCommand } = await import('@aws-sdk/client-kms');
      const command = new DecryptCommand({
        // Without it, KMS would use whatever key of whatever account the bytes name.
        KeyId: this.#keyId,
        CiphertextBlob: wrapped,
        EncryptionContext: { ...context },
        EncryptionAlgorithm: algorithm,
      });
      const { KeyId, Plaintext } = await client.send(command, { abortSignal });
      try {
        const key = this.#checked('Decrypt', KeyId, Plaintext);
        // Nobody waits any more, so nobody would dispose of the key.
        abortSignal.throwIfAborted();
        return SecretBytes.take(key);
      } finally {
        Plaintext?.fill(0);
      }
    });
  }

  async describe(options?: RootCallOptions): Promise<RootDescription> {
    return await this.#call('DescribeKey', options, async (client, abortSignal) => {
      const { DescribeKeyCommand } = await import('@aws-sdk/client-kms');
      const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: this.#keyId }), {
        abortSignal,
      });
      const state = KeyMetadata?.KeyState ?? 'Unknown';
      return { enabled: state === 'Enabled', state };
    });
  }

  async #call<T>(
    operation: string,
    options: RootCallOptions | undefined,
    send: (client: AwsKmsClient, abortSignal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    const signal = options?.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
    try {
      // The client does not look at the signal while it waits for credentials or between attempts.
      return await unlessAborted(signal, async () => {
        this.#client ??= await this.#connect();
        return await send(this.#client, signal);
      });
    } catch (error) {
      throw this.#translated(operation, error);
    }
  }

  /** The bytes of an answer. One from another key is not an answer. */
  #checked(operation: string, answeredBy: string | undefined, bytes: Uint8Array | undefined): Uint8Array {
    if (!(bytes instanceof Uint8Array) || answeredBy === undefined || !namesKey(this.#keyId, answeredBy)) {
      throw new RootKeyInvalidError(`AWS KMS did not answer ${operation} with ${this.#keyId}.`);
    }
    return bytes;
  }

  #translated(operation: string, error: unknown): Error {
    if (isKeyfoldError(error)) return error;
    const name = error instanceof Error ? error.name : 'unknown';
    const Outcome = rootKeyOutcomes[awsErrorOutcomes.get(name) ?? 'unavailable'];
    return new Outcome(`AWS KMS did not ${operation} with ${this.#keyId}: ${name}.`, {
      cause: safeCause(error, name),
    });
  }
}

/** Whether the key ARN of an answer is what was asked for. What an alias points to, only KMS knows: it has checked that. */
function namesKey(keyId: string, answeredArn: string): boolean {
  if (keyId.startsWith('alias/') || keyId.includes(':alias/')) return true;
  return keyId.startsWith('arn:') ? answeredArn === keyId : answeredArn.endsWith(`:key/${keyId}`);
}

/**
 * What is known of an error without what hangs on it: the client's errors lead to the whole response and request, credentials
 * included, and the message of a parser quotes the text that it could not read.
 */
function safeCause(error: unknown, name: string): Error {
  const { $fault, $metadata, code, message }: Partial<Record<string, unknown>> = Object(error);
  const speaks = $fault !== undefined || code !== undefined;
  const cause = new Error(speaks && typeof message === 'string' ? message : name);
  cause.name = name;
  const { requestId, httpStatusCode }: Partial<Record<string, unknown>> = Object($metadata);
  return Object.assign(cause, { code, requestId, httpStatusCode });
}

async function unlessAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const givenUp = () =>
    new RootKeyUnavailableError('The call to AWS KMS was given up.', { cause: signal.reason });
  if (signal.aborted) throw givenUp();
  const abort = () => aborted.reject(givenUp());
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([aborted.promise, work()]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
