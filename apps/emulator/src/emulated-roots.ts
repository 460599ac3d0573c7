import { randomUUID } from 'node:crypto';
import { type EncryptionContext, SecretBytes } from '@keyfold/crypto-core';
import {
  type RootCallOptions,
  type RootDescription,
  type RootKey,
  RootKeyInvalidError,
  type RootKeyOutcome,
  RootKeyUnavailableError,
  RootProviderUnknownError,
  type RootReference,
  rootKeyOutcomes,
} from '@keyfold/key-hierarchy';
import { type Kms, targetPrefix } from './kms/kms.ts';

/** Where a key lives. */
interface Place {
  readonly region: string;
  readonly accountId: string;
}

const keyArn = /^arn:aws:kms:([a-z0-9-]{1,32}):(\d{12}):key\/[A-Za-z0-9-]{1,64}$/;
const home: Place = { region: 'us-east-1', accountId: '000000000000' };

/**
 * What each answer of the emulated KMS to Encrypt, Decrypt and DescribeKey means for the keys below: as the adapter for the real
 * one has it. What is not in the table is nobody's refusal: unavailable.
 */
export const rootOutcomes: Readonly<Record<string, RootKeyOutcome>> = {
  DisabledException: 'denied',
  KMSInvalidStateException: 'denied',
  NotFoundException: 'denied',
  AccessDeniedException: 'denied',
  ThrottlingException: 'throttled',
  LimitExceededException: 'throttled',
  InvalidCiphertextException: 'invalid',
  IncorrectKeyException: 'invalid',
  InvalidKeyUsageException: 'invalid',
  InvalidArnException: 'invalid',
  UnsupportedOperationException: 'invalid',
  ValidationException: 'invalid',
  SerializationException: 'invalid',
};

/** The members of an answer that are looked at. */
interface Answer {
  readonly KeyId?: unknown;
  readonly CiphertextBlob?: unknown;
  readonly Plaintext?: unknown;
  readonly KeyMetadata?: { readonly Arn?: unknown; readonly KeyState?: unknown };
  readonly __type?: unknown;
}

/**
 * Tenants' root keys in the emulated AWS KMS, in this process. They are asked as the account's root user asks, by requests of the
 * same form as a client's, so that faults, key policies and the journal see them too.
 */
export class EmulatedRoots {
  readonly #kms: Pick<Kms, 'handle'>;
  readonly #roots = new Map<string, RootKey>();

  constructor(kms: Pick<Kms, 'handle'>) {
    this.#kms = kms;
  }

  /**
   * @throws {RootProviderUnknownError} for a provider other than `aws-kms`.
   * @throws {RootKeyInvalidError} for a key id that is not the ARN of a KMS key.
   */
  resolve(reference: RootReference): RootKey {
    if (reference.provider !== 'aws-kms')
      throw new RootProviderUnknownError('The emulator has root keys of the provider aws-kms only.');
    const known = this.#roots.get(reference.keyId);
    if (known !== undefined) return known;
    const [, region, accountId] = keyArn.exec(reference.keyId) ?? [];
    if (region === undefined || accountId === undefined)
      throw new RootKeyInvalidError('A root key of the provider aws-kms is named by its key ARN.');
    const root = new EmulatedRoot(this.#kms, reference, { region, accountId });
    this.#roots.set(reference.keyId, root);
    return root;
  }

  /** Makes a key in the emulated KMS and returns its ARN. */
  async createKey(): Promise<string> {
    const Description = "Root key of the emulator's development tenant";
    const { KeyMetadata } = await ask(this.#kms, home, 'CreateKey', { Description });
    if (typeof KeyMetadata?.Arn !== 'string') throw new TypeError('A new key has an ARN.');
    return KeyMetadata.Arn;
  }
}

class EmulatedRoot implements RootKey {
  readonly reference: RootReference;
  readonly #kms: Pick<Kms, 'handle'>;
  readonly #place: Place;

  constructor(kms: Pick<Kms, 'handle'>, reference: RootReference, place: Place) {
    this.reference = { provider: reference.provider, keyId: reference.keyId };
    this.#kms = kms;
    this.#place = place;
  }

  async wrap(key: SecretBytes, context: EncryptionContext, options?: RootCallOptions): Promise<Uint8Array> {
    const answer = await this.#ask('Encrypt', options, {
      // JSON has no bytes: as with the real KMS, the key is text for a moment.
      Plaintext: base64(key.reveal()),
      EncryptionContext: context,
    });
    return this.#bytes('Encrypt', answer, answer.CiphertextBlob);
  }

  async unwrap(
    wrapped: Uint8Array,
    context: EncryptionContext,
    options?: RootCallOptions,
  ): Promise<SecretBytes> {
    const answer = await this.#ask('Decrypt', options, {
      CiphertextBlob: base64(wrapped),
      EncryptionContext: context,
    });
    return SecretBytes.take(this.#bytes('Decrypt', answer, answer.Plaintext));
  }

  async describe(options?: RootCallOptions): Promise<RootDescription> {
    const { KeyMetadata } = await this.#ask('DescribeKey', options, {});
    const state = String(KeyMetadata?.KeyState ?? 'Unknown');
    return { enabled: state === 'Enabled', state };
  }

  async #ask(operation: string, options: RootCallOptions | undefined, members: object): Promise<Answer> {
    const { signal } = options ?? {};
    const givenUp = () => new RootKeyUnavailableError('The call to the emulated AWS KMS was given up.');
    if (signal?.aborted === true) throw givenUp();
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(givenUp());
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const KeyId = this.reference.keyId;
      return await Promise.race([
        aborted.promise,
        ask(this.#kms, this.#place, operation, { KeyId, ...members }),
      ]);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** The bytes of an answer. One from another key is not an answer. */
  #bytes(operation: string, { KeyId }: Answer, text: unknown): Uint8Array {
    if (typeof text !== 'string' || KeyId !== this.reference.keyId)
      throw new RootKeyInvalidError(
        `The emulated AWS KMS did not answer ${operation} with ${this.reference.keyId}.`,
      );
    return Buffer.from(text, 'base64');
  }
}

async function ask(
  kms: Pick<Kms, 'handle'>,
  place: Place,
  operation: string,
  members: object,
): Promise<Answer> {
  const body = Buffer.from(JSON.stringify(members));
  try {
    const answer = await kms.handle({
      ...place,
      target: targetPrefix + operation,
      body,
      requestId: randomUUID(),
    });
    const text = Buffer.from(answer.body).toString('utf8');
    // A connection that breaks leaves no text.
    const value: unknown = text === '' ? {} : JSON.parse(text);
    const output: Answer = typeof value === 'object' && value !== null ? value : {};
    if (answer.status === 200) return output;
    const name = typeof output.__type === 'string' ? output.__type : '';
    const Outcome =
      rootKeyOutcomes[(Object.hasOwn(rootOutcomes, name) && rootOutcomes[name]) || 'unavailable'];
    throw new Outcome(`The emulated AWS KMS did not ${operation}: ${name || 'no answer'}.`);
  } finally {
    body.fill(0);
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
