import type { Store } from '@keyfold/key-hierarchy';
import type { ShapeValue } from '../model/shape-value.ts';
import type { Place } from './key-address.ts';
import { RecordBook } from './record-book.ts';

type CreateInput = ShapeValue<'CreateCustomKeyStoreRequest'>;

/** How a simulated proxy of an external key store is reached. Its secret is not kept: nothing is ever signed with it. */
export interface ProxyConfiguration {
  readonly connectivity: NonNullable<CreateInput['XksProxyConnectivity']>;
  readonly accessKeyId: string;
  readonly uriEndpoint: string;
  readonly uriPath: string;
  readonly vpcEndpointServiceName?: string;
  readonly vpcEndpointServiceOwner?: string;
}

/** A simulated custom key store. */
export interface KeyStoreRecord {
  readonly format: 1;
  readonly name: string;
  readonly createdAtMs: number;
  readonly type: NonNullable<CreateInput['CustomKeyStoreType']>;
  readonly connectionState: 'CONNECTED' | 'DISCONNECTED';
  readonly cloudHsmClusterId?: string;
  readonly trustAnchorCertificate?: string;
  readonly proxy?: ProxyConfiguration;
}

export interface KeyStore {
  readonly id: string;
  readonly record: KeyStoreRecord;
}

/** The custom key stores of all accounts and regions. */
export class KeyStoreBook {
  readonly #book: RecordBook<KeyStoreRecord>;

  constructor(store: Store) {
    this.#book = new RecordBook(store, 'kms_custom_key_stores');
  }

  get({ accountId, region }: Place, id: string): Promise<KeyStoreRecord | undefined> {
    return this.#book.get([accountId, region, id]);
  }

  /** @param next - see {@link RecordBook.change} */
  change(
    { accountId, region }: Place,
    id: string,
    next: (record: KeyStoreRecord | undefined) => KeyStoreRecord | undefined,
  ): Promise<void> {
    return this.#book.change([accountId, region, id], next);
  }

  /** See {@link RecordBook.exclusively}. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#book.exclusively(work);
  }

  /** All of a place, in order of id, beginning after `after`. */
  async list({ accountId, region }: Place, after?: string): Promise<readonly KeyStore[]> {
    const found: KeyStore[] = [];
    const from = after === undefined ? undefined : [accountId, region, after];
    for await (const { key, record } of this.#book.all([accountId, region], from))
      found.push({ id: key[2] ?? '', record });
    return found;
  }
}
