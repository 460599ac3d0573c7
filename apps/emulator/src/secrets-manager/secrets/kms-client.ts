import { randomUUID } from 'node:crypto';
import type { Place } from '../../kms/keys/key-address.ts';
import { predefinedAliases } from '../../kms/keys/managing-services.ts';
import type { Kms } from '../../kms/kms.ts';
import type { Connection } from '../../kms/policy/caller-identity.ts';
import type { KnownCredentials } from '../../kms/policy/identity-registry.ts';
import { refusal } from '../faults/refusal.ts';

/** On whose behalf the KMS is asked. */
export interface KmsCaller extends Place {
  readonly credentials: KnownCredentials | undefined;
  readonly connection: Connection;
}

/** A refusal of the KMS. */
export class KmsRefusal extends Error {
  override readonly name = 'KmsRefusal';
  /** AWS's name for it, such as `DisabledException`. */
  readonly error: string;
  readonly requestId: string;

  /** @param text - AWS KMS's own. */
  constructor(error: string, text: string, requestId: string) {
    super(text);
    this.error = error;
    this.requestId = requestId;
  }
}

/** A data key in the clear and under its KMS key. The caller zeroises the former. */
export interface DataKey {
  readonly plaintext: Uint8Array;
  readonly blob: Uint8Array;
  /** The ARN. */
  readonly kmsKey: string;
}

export type EncryptionContext = Readonly<Record<string, string>>;

const serviceName = 'secretsmanager';
/** AES_256. */
const dataKeyByteLength = 32;

/** The alias of the account's AWS managed key, by which a request may name it too. */
export const managedAlias: string = `alias/aws/${serviceName}`;

/**
 * Asks the emulated KMS in the caller's name and through Secrets Manager, as AWS does: by the protocol that its clients speak, so that
 * the journal, faults and policies see these requests too. The protocol carries a data key as base64 text in JSON, which no memory can
 * be made to forget; the bytes around it are zeroised.
 */
export class KmsClient {
  readonly #kms: Kms;

  constructor(kms: Kms) {
    this.#kms = kms;
  }

  /** The ARN of the place's AWS managed key, which is made where there is none yet. */
  async managedKey(place: Place): Promise<string> {
    const service = predefinedAliases.get(managedAlias);
    if (service === undefined) throw new TypeError(`The KMS has no service with ${managedAlias}.`);
    return this.#kms.managedKey(service, place);
  }

  /**
   * @throws {KmsRefusal}
   * @throws {SecretsFault} InternalServiceError where the KMS does not answer
   */
  async generateDataKey(keyId: string, context: EncryptionContext, caller: KmsCaller): Promise<DataKey> {
    const answer = await this.#ask(
      'GenerateDataKey',
      { KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: context },
      caller,
    );
    return {
      plaintext: dataKeyIn(answer),
      blob: Buffer.from(String(answer['CiphertextBlob']), 'base64'),
      kmsKey: String(answer['KeyId']),
    };
  }

  /**
   * @throws {KmsRefusal}
   * @throws {SecretsFault} InternalServiceError where the KMS does not answer
   */
  async decrypt(
    keyId: string,
    blob: Uint8Array,
    context: EncryptionContext,
    caller: KmsCaller,
  ): Promise<Uint8Array> {
    const answer = await this.#ask(
      'Decrypt',
      {
        KeyId: keyId,
        CiphertextBlob: Buffer.from(blob).toString('base64'),
        EncryptionContext: context,
      },
      caller,
    );
    return dataKeyIn(answer);
  }

  async #ask(
    operation: string,
    input: object,
    { accountId, region, credentials, connection }: KmsCaller,
  ): Promise<Readonly<Record<string, unknown>>> {
    const requestId = randomUUID();
    const { status, body } = await this.#kms.handle({
      requestId,
      target: `TrentService.${operation}`,
      body: Buffer.from(JSON.stringify(input)),
      accountId,
      region,
      credentials,
      connection,
      viaService: `${serviceName}.${region}.amazonaws.com`,
    });
    const answer = read(body);
    // A success has the data key in it.
    if (status === 200) body.fill(0);
    // A connection that broke has no status at all.
    if (answer === undefined || status < 200 || status >= 500) throw refusal('serverSide');
    if (status !== 200)
      throw new KmsRefusal(
        String(answer['__type']),
        String(answer['message'] ?? answer['Message'] ?? ''),
        requestId,
      );
    return answer;
  }
}

/** The members of an answer; undefined where it has none. */
function read(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(
      Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'),
    );
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** @throws {SecretsFault} InternalServiceError where the answer has no such data key */
function dataKeyIn({ Plaintext }: Readonly<Record<string, unknown>>): Uint8Array {
  const dataKey = Buffer.from(typeof Plaintext === 'string' ? Plaintext : '', 'base64');
  if (dataKey.byteLength !== dataKeyByteLength) throw refusal('serverSide');
  return dataKey;
}
