import type { KMSClient } from '@aws-sdk/client-kms';
import {
  type RootKey,
  RootKeyInvalidError,
  RootProviderUnknownError,
  type RootReference,
} from '@keyfold/key-hierarchy';
import { awsRootKey } from '@keyfold/kms/aws';

/** Where a key lives: the emulated KMS takes the account from the caller's access key, the region from its signature. */
interface Place {
  readonly region: string;
  readonly accountId: string;
}

const keyArn = /^arn:aws:kms:([a-z0-9-]{1,32}):(\d{12}):key\/[A-Za-z0-9-]{1,64}$/;
const home: Place = { region: 'us-east-1', accountId: '000000000000' };

/**
 * Reaches tenants' root keys in the emulated AWS KMS, over HTTP and through AWS's own client, just as a deployment reaches
 * them in the real one.
 */
export class EmulatedRoots {
  #endpoint = '';
  readonly #clients = new Map<string, Promise<KMSClient>>();
  readonly #roots = new Map<string, RootKey>();

  /** Names the emulated KMS's address, which is known only once it listens. */
  connect(endpoint: string): void {
    this.#endpoint = endpoint;
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
    const root = awsRootKey({ keyId: reference.keyId, client: () => this.#client({ region, accountId }) });
    this.#roots.set(reference.keyId, root);
    return root;
  }

  /** Makes a key in the emulated KMS and returns its ARN. */
  async createKey(): Promise<string> {
    const { CreateKeyCommand } = await import('@aws-sdk/client-kms');
    const client = await this.#client(home);
    const Description = "Root key of the emulator's development tenant";
    const { KeyMetadata } = await client.send(new CreateKeyCommand({ Description }));
    if (KeyMetadata?.Arn === undefined) throw new TypeError('A new key has an ARN.');
    return KeyMetadata.Arn;
  }

  /** Closes the clients' connections. */
  async close(): Promise<void> {
    const clients = await Promise.all(this.#clients.values());
    for (const client of clients) client.destroy();
    this.#clients.clear();
    this.#roots.clear();
  }

  #client(place: Place): Promise<KMSClient> {
    const key = `${place.region}/${place.accountId}`;
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const client = this.#connect(place);
    this.#clients.set(key, client);
    return client;
  }

  /** AWS's client takes longer to load than the whole emulator to start: it is loaded when a root key is first used. */
  async #connect({ region, accountId }: Place): Promise<KMSClient> {
    const { KMSClient } = await import('@aws-sdk/client-kms');
    const credentials = { accessKeyId: accountId, secretAccessKey: 'emulator' };
    return new KMSClient({ endpoint: this.#endpoint, region, credentials, maxAttempts: 2 });
  }
}
