import { randomUUID } from 'node:crypto';
import type { Store } from '@keyfold/key-hierarchy';
import { AddressMap } from './address-map.ts';
import type { Key } from './key.ts';
import type { KeyAddress } from './key-address.ts';
import { RecordBook } from './record-book.ts';

/** The last time a key did something for a client. */
export interface KeyUse {
  readonly operation: string;
  readonly atMs: number;
  readonly requestId: string;
  /** Names the event in an audit trail; this emulator's own. */
  readonly eventId: string;
}

/** A use as it is stored, and since when uses of the key have been looked for. */
interface UseRecord extends KeyUse {
  readonly format: 1;
  readonly sinceMs: number;
}

/** The use that was last, written over by the next: encryption makes nothing new for it. */
interface HeldUse {
  operation: string;
  atMs: number;
  requestId: string;
  eventId: string | undefined;
  /** When a use of the key was last stored, or begun to be. */
  storedAtMs: number | undefined;
}

/** How long after a stored use the next one is stored. */
const storeEveryMs = 60 * 60 * 1000;

/**
 * When keys were last used. What is told of a running emulator is exact; stored is the first use of a key in each hour, beside the
 * request and never in its way, or each encryption would be a write. After a restart the use that is told may so be an hour older than
 * the last, and one that came in the moment before the end may be missing.
 */
export class KeyUses {
  readonly #book: RecordBook<UseRecord>;
  readonly #startedMs: number;
  readonly #uses = new AddressMap<HeldUse>();
  #storing: Promise<unknown> = Promise.resolve();

  constructor(store: Store, startedMs: number) {
    this.#book = new RecordBook(store, 'kms_key_uses');
    this.#startedMs = startedMs;
  }

  note({ address }: Key, operation: string, atMs: number, requestId: string): void {
    const use = this.#uses.get(address) ?? this.#add(address);
    use.operation = operation;
    use.atMs = atMs;
    use.requestId = requestId;
    use.eventId = undefined;
    // A clock that was set back must not stop the storing.
    if (use.storedAtMs !== undefined && Math.abs(atMs - use.storedAtMs) < storeEveryMs) return;
    use.storedAtMs = atMs;
    const stored = named(use);
    this.#storing = this.#storing.then(() => this.#keep(address, use, stored));
  }

  /** Forgets a key that is gone. */
  async deleteOf(address: KeyAddress): Promise<void> {
    this.#uses.delete(address);
    await this.#storing;
    await this.#book.change(rowKey(address), () => undefined);
  }

  /** The last use that is known, and since when uses have been looked for. */
  async last({ address }: Key): Promise<{ readonly use: KeyUse | undefined; readonly sinceMs: number }> {
    await this.#storing;
    const stored = await this.#book.get(rowKey(address));
    const held = this.#uses.get(address);
    const use = held === undefined ? stored : named(held);
    return { use, sinceMs: stored?.sinceMs ?? this.#startedMs };
  }

  #add(address: KeyAddress): HeldUse {
    const use = { operation: '', atMs: 0, requestId: '', eventId: undefined, storedAtMs: undefined };
    this.#uses.set(address, use);
    return use;
  }

  /** What cannot be stored is still known until the emulator ends. */
  async #keep(address: KeyAddress, use: HeldUse, stored: KeyUse): Promise<void> {
    try {
      await this.#book.change(rowKey(address), (before) => ({
        format: 1,
        ...stored,
        sinceMs: before?.sinceMs ?? this.#startedMs,
      }));
    } catch {
      use.storedAtMs = undefined;
    }
  }
}

/** Ids cost time that encryption has not: a use gets one when somebody looks. */
function named(use: HeldUse): KeyUse {
  use.eventId ??= randomUUID();
  return { operation: use.operation, atMs: use.atMs, requestId: use.requestId, eventId: use.eventId };
}

function rowKey({ accountId, region, keyId }: KeyAddress): readonly string[] {
  return [accountId, region, keyId];
}
