import { createHash, createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';
import type { Change, Store } from '@keyfold/key-hierarchy';
import type { WrappingAlgorithm } from '../crypto/unwrap-material.ts';
import type { KeyAddress } from './key-address.ts';
import { KmsStateUnreadableError } from './kms-state-unreadable-error.ts';
import { makeKeyPair } from './make-material.ts';

/** What GetParametersForImport hands out. */
export interface IssuedParameters {
  readonly importToken: Buffer;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Buffer;
  readonly validToMs: number;
}

/** What an import token stands for. */
export interface ImportParameters {
  readonly wrappingKey: KeyObject;
  readonly algorithm: WrappingAlgorithm;
  readonly validToMs: number;
}

interface Header {
  readonly format: 1;
  readonly algorithm: WrappingAlgorithm;
  readonly validToMs: number;
}

const table = 'kms_import_parameters';
/** AWS KMS API reference, "GetParametersForImport": 24 hours. */
const validMs = 24 * 60 * 60 * 1000;
const tokenByteLength = 256;
const rowsPerPage = 100;

/** The wrapping keys that were handed out, by the tokens that go with them. They survive a restart. */
export class ImportParametersStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Makes a wrapping key that is valid for a day, and forgets those of the key that no longer are. */
  async issue(
    address: KeyAddress,
    modulusLength: number,
    algorithm: WrappingAlgorithm,
    nowMs: number,
  ): Promise<IssuedParameters> {
    const { publicKey, privateKey } = await makeKeyPair({ kind: 'rsa', modulusLength });
    const validToMs = nowMs + validMs;
    const importToken = randomBytes(tokenByteLength);
    const header = Buffer.from(JSON.stringify({ format: 1, algorithm, validToMs } satisfies Header));
    const length = Buffer.alloc(2);
    length.writeUInt16BE(header.byteLength);
    // Not a Buffer, whose slices share its memory.
    const content = new Uint8Array(Buffer.concat([length, header, privateKey]));
    privateKey.fill(0);
    const key = rowKey(address, importToken);
    try {
      await this.#store.commit([
        { table, key, expectedRevision: 0, content },
        ...(await this.#until(address, nowMs)),
      ]);
    } finally {
      content.fill(0);
    }
    return { importToken, publicKey, validToMs };
  }

  /** What a token stands for, expired or not; undefined for one that was not issued for the key. */
  async find(address: KeyAddress, importToken: Uint8Array): Promise<ImportParameters | undefined> {
    const row = await this.#store.get(table, rowKey(address, importToken));
    if (row === undefined) return undefined;
    const { algorithm, validToMs } = headerOf(row.content);
    const wrappingKey = createPrivateKey({
      key: Buffer.from(row.content.subarray(2 + headerLength(row.content))),
      format: 'der',
      type: 'pkcs8',
    });
    row.content.fill(0);
    return { wrappingKey, algorithm, validToMs };
  }

  /** Forgets everything that was handed out for a key that is gone. */
  async deleteOf(address: KeyAddress): Promise<void> {
    for (;;) {
      const changes = await this.#until(address, Number.POSITIVE_INFINITY);
      if (changes.length === 0) return;
      await this.#store.commit(changes);
    }
  }

  /** Deletes what was valid until then. */
  async #until({ accountId, region, keyId }: KeyAddress, atMs: number): Promise<readonly Change[]> {
    const rows = await this.#store.list(table, { prefix: [accountId, region, keyId], limit: rowsPerPage });
    return rows
      .filter(({ content }) => headerOf(content).validToMs <= atMs)
      .map(({ key, revision }) => ({ table, key, expectedRevision: revision, content: null }));
  }
}

function rowKey({ accountId, region, keyId }: KeyAddress, importToken: Uint8Array): readonly string[] {
  return [accountId, region, keyId, createHash('sha256').update(importToken).digest('hex')];
}

function headerLength(content: Uint8Array): number {
  return ((content[0] ?? 0) << 8) | (content[1] ?? 0);
}

function headerOf(content: Uint8Array): Header {
  try {
    const header = JSON.parse(
      Buffer.from(content.subarray(2, 2 + headerLength(content))).toString('utf8'),
    ) as Header;
    if (header.format === 1) return header;
  } catch {
    // Said below: the parser's message quotes the row.
  }
  throw new KmsStateUnreadableError('The row of KMS import parameters has another format.');
}
