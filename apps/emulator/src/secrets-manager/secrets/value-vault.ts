import { KmsFault } from '../../kms/faults/kms-fault.ts';
import { refusal } from '../faults/refusal.ts';
import { type DataKey, type KmsCaller, type KmsClient, KmsRefusal, managedAlias } from './kms-client.ts';
import type { SecretAddress } from './secret-address.ts';
import { openValue, type SealedValue, type SecretValue, sealValue } from './secret-value.ts';

/** Which version of which secret a value is. */
export interface ValuePlace {
  readonly address: SecretAddress;
  readonly arn: string;
  readonly versionId: string;
}

/** How a version's record names the account's AWS managed key. */
const defaultKey = 'default';

/** What AWS has in the encryption context in place of a version's id where it only tries a key out. */
const validation = 'RequestToValidateKeyAccess';

/**
 * Seals secret values under data keys of the emulated KMS and opens them, bound to their secret and version as AWS binds them. AWS
 * Secrets Manager user guide, "Secret encryption and decryption".
 */
export class ValueVault {
  readonly #kms: KmsClient;

  constructor(kms: KmsClient) {
    this.#kms = kms;
  }

  /**
   * Makes sure that a key which a secret is to get exists, is in use, and lets the caller encrypt and decrypt: also where the secret
   * has no value yet. AWS Secrets Manager user guide, "Secret encryption and decryption", "Validating access to the KMS key".
   *
   * @param kmsKeyId - as the secret names it; undefined for the account's AWS managed key, which lets in every caller of the account.
   * @throws {SecretsFault} AccessDeniedException, EncryptionFailure, DecryptionFailure
   */
  async validateKey(
    kmsKeyId: string | undefined,
    secret: Omit<ValuePlace, 'versionId'>,
    caller: KmsCaller,
  ): Promise<void> {
    if (kmsKeyId === undefined) return;
    const place = { ...secret, versionId: validation };
    const { plaintext, blob, kmsKey } = await this.#dataKey(inPlace(kmsKeyId, place, caller), place, caller);
    plaintext.fill(0);
    (await this.#openDataKey(kmsKey, blob, place, caller)).fill(0);
  }

  /**
   * @param kmsKeyId - as the secret names it; undefined for the account's AWS managed key.
   * @throws {SecretsFault} AccessDeniedException, EncryptionFailure
   */
  async seal(
    value: SecretValue,
    place: ValuePlace,
    kmsKeyId: string | undefined,
    caller: KmsCaller,
  ): Promise<SealedValue> {
    const isDefault = kmsKeyId === undefined;
    if (isDefault) refuseForeign(place, caller);
    const dataKey = await this.#dataKey(
      isDefault ? await this.#kms.managedKey(place.address) : inPlace(kmsKeyId, place, caller),
      place,
      caller,
    );
    const { plaintext, blob, kmsKey } = dataKey;
    const key = { dataKey: plaintext, dataKeyBlob: blob, kmsKey: isDefault ? defaultKey : kmsKey };
    try {
      return sealValue(value, key, nameOf(place));
    } finally {
      plaintext.fill(0);
    }
  }

  /**
   * The caller zeroises the value's bytes.
   *
   * @throws {SecretsFault} AccessDeniedException, DecryptionFailure
   */
  async open(sealed: SealedValue, place: ValuePlace, caller: KmsCaller): Promise<SecretValue> {
    const { kmsKey } = sealed;
    if (kmsKey === defaultKey) refuseForeign(place, caller);
    // By its alias, which makes no key: what is sealed under a managed key that is gone does not open.
    const keyId = kmsKey === defaultKey ? managedAlias : kmsKey;
    const dataKey = await this.#openDataKey(keyId, sealed.dataKeyBlob, place, caller);
    try {
      return openValue(sealed, dataKey, nameOf(place));
    } finally {
      dataKey.fill(0);
    }
  }

  async #openDataKey(
    keyId: string,
    blob: Uint8Array,
    place: ValuePlace,
    caller: KmsCaller,
  ): Promise<Uint8Array> {
    try {
      return await this.#kms.decrypt(keyId, blob, contextOf(place), caller);
    } catch (error) {
      throw translated(error, 'cannotDecrypt');
    }
  }

  async #dataKey(keyId: string, place: ValuePlace, caller: KmsCaller): Promise<DataKey> {
    try {
      return await this.#kms.generateDataKey(keyId, contextOf(place), caller);
    } catch (error) {
      throw translated(error, 'cannotEncrypt');
    }
  }
}

/** A key of a version, as ListSecretVersionIds names it. */
export function shownKey(kmsKey: string): string {
  return kmsKey === defaultKey ? 'DefaultEncryptionKey' : kmsKey;
}

/** A request's KmsKeyId; undefined where it stands for the account's AWS managed key. */
export function customerKey(kmsKeyId: string | undefined): string | undefined {
  return kmsKeyId === undefined || kmsKeyId === '' || kmsKeyId === managedAlias ? undefined : kmsKeyId;
}

function contextOf({ arn, versionId }: ValuePlace): Readonly<Record<string, string>> {
  return { SecretARN: arn, SecretVersionId: versionId };
}

/** Neither part has a line break in it. */
function nameOf({ arn, versionId }: ValuePlace): string {
  return `${arn}\n${versionId}`;
}

function refuseForeign({ address }: ValuePlace, { accountId }: KmsCaller): void {
  if (address.accountId !== accountId) throw refusal('foreignDefaultKey');
}

/** A key id or alias of the secret's own account means nothing in the caller's: only an ARN leads there. */
function inPlace(kmsKeyId: string, { address, arn }: ValuePlace, { accountId }: KmsCaller): string {
  if (kmsKeyId.startsWith('arn:') || accountId === address.accountId) return kmsKeyId;
  const [, partition = 'aws'] = arn.split(':', 2);
  const resource = kmsKeyId.startsWith('alias/') ? kmsKeyId : `key/${kmsKeyId}`;
  return `arn:${partition}:kms:${address.region}:${address.accountId}:${resource}`;
}

/** Refusals of a caller keep their kind; whatever else is wrong with a key is a failure of encryption. */
function translated(error: unknown, failure: 'cannotDecrypt' | 'cannotEncrypt'): unknown {
  if (!(error instanceof KmsRefusal)) return error;
  if (error.error === 'AccessDeniedException')
    return new KmsFault('AccessDeniedException', 'Access to KMS is not allowed');
  return refusal(failure, { reason: error.message, error: error.error, requestId: error.requestId });
}
