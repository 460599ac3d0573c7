import { randomUUID } from 'node:crypto';
import type { Key } from './key.ts';
import { type KeyAddress, keyArn } from './key-address.ts';

/** The last time a key did something for a client. */
export interface KeyUse {
  readonly operation: string;
  readonly atMs: number;
  readonly requestId: string;
  /** Names the event in an audit trail; this emulator's own. */
  readonly eventId: string;
}

/**
 * When keys were last used, since the emulator started. It is not stored: that would make a write of each encryption, and AWS
 * says from when on it has looked.
 */
export class KeyUses {
  readonly sinceMs: number;
  readonly #uses = new Map<string, Omit<KeyUse, 'eventId'> & { eventId?: string }>();

  constructor(sinceMs: number) {
    this.sinceMs = sinceMs;
  }

  note({ arn }: Key, operation: string, atMs: number, requestId: string): void {
    this.#uses.set(arn, { operation, atMs, requestId });
  }

  /** Forgets a key that is gone. */
  deleteOf(address: KeyAddress): void {
    this.#uses.delete(keyArn(address));
  }

  last({ arn }: Key): KeyUse | undefined {
    const use = this.#uses.get(arn);
    if (use === undefined) return undefined;
    use.eventId ??= randomUUID();
    return { ...use, eventId: use.eventId };
  }
}
