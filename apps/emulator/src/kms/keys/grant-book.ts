import type { Store } from '@keyfold/key-hierarchy';
import type { GrantRecord } from '../policy/grant.ts';
import { type KeyAddress, keyArn, type Place } from './key-address.ts';
import { type BookEntry, RecordBook } from './record-book.ts';

/** A grant of a key. */
export interface Grant {
  readonly id: string;
  readonly address: KeyAddress;
  readonly record: GrantRecord;
}

const grantIdForm = /^[0-9a-f]{64}$/;
const tokenMark = 'kgt1';

/** The grants of all keys. */
export class GrantBook {
  readonly #book: RecordBook<GrantRecord>;

  constructor(store: Store) {
    this.#book = new RecordBook(store, 'kms_grants');
  }

  async get(address: KeyAddress, id: string): Promise<Grant | undefined> {
    const record = await this.#book.get(rowKey(address, id));
    return record === undefined ? undefined : { id, address, record };
  }

  /** @param next - see {@link RecordBook.change} */
  change(
    address: KeyAddress,
    id: string,
    next: (record: GrantRecord | undefined) => GrantRecord | undefined,
  ): Promise<void> {
    return this.#book.change(rowKey(address, id), next);
  }

  /** See {@link RecordBook.exclusively}. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#book.exclusively(work);
  }

  /** The grants of a key in order of id, beginning after `after`. */
  async *of(address: KeyAddress, after?: string): AsyncGenerator<Grant, void, undefined> {
    const from = after === undefined ? undefined : rowKey(address, after);
    for await (const entry of this.#book.all([address.accountId, address.region, address.keyId], from))
      yield grantOf(entry);
  }

  /** The grants of all keys of a place, beginning after one of them. */
  async *in(place: Place, after?: Pick<Grant, 'address' | 'id'>): AsyncGenerator<Grant, void, undefined> {
    const from = after === undefined ? undefined : rowKey(after.address, after.id);
    for await (const entry of this.#book.all([place.accountId, place.region], from)) yield grantOf(entry);
  }

  /** Deletes every grant of a key that is gone. */
  async deleteOf(address: KeyAddress): Promise<void> {
    for await (const { id } of this.of(address)) await this.change(address, id, () => undefined);
  }
}

/** Whether a text has the form of a grant's id: 64 hexadecimal digits. */
export function isGrantId(text: string): boolean {
  return grantIdForm.test(text);
}

/** The token of a grant. It names the grant and proves nothing: AWS's tokens are no secrets either. */
export function grantToken({ address, id }: Pick<Grant, 'address' | 'id'>): string {
  return Buffer.from(`${tokenMark} ${keyArn(address)} ${id}`).toString('base64url');
}

/** The grant that a token names, or undefined where it is none of ours. */
export function readGrantToken(token: string): Pick<Grant, 'address' | 'id'> | undefined {
  const [mark, arn = '', id = '', ...rest] = Buffer.from(token, 'base64url').toString('utf8').split(' ');
  const [, , , region = '', accountId = '', resource = ''] = arn.split(':');
  const address = { accountId, region, keyId: resource.slice('key/'.length) };
  if (mark !== tokenMark || rest.length > 0 || !isGrantId(id)) return undefined;
  return grantToken({ address, id }) === token ? { address, id } : undefined;
}

function grantOf({ key, record }: BookEntry<GrantRecord>): Grant {
  const [accountId = '', region = '', keyId = '', id = ''] = key;
  return { id, address: { accountId, region, keyId }, record };
}

function rowKey({ accountId, region, keyId }: KeyAddress, id: string): readonly string[] {
  return [accountId, region, keyId, id];
}
