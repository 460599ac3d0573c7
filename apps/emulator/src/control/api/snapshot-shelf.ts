import type { Snapshot } from '../../state/snapshot.ts';
import { SnapshotNotFoundError } from '../control-errors.ts';

/** Snapshots that clients of the control API took, by ids. They are in memory, and end with the emulator. */
export class SnapshotShelf {
  readonly #snapshots = new Map<string, Snapshot>();
  #taken = 0;

  put(snapshot: Snapshot): string {
    this.#taken += 1;
    const id = `snapshot-${this.#taken}`;
    this.#snapshots.set(id, snapshot);
    return id;
  }

  /** @throws {SnapshotNotFoundError} */
  get(id: string): Snapshot {
    const snapshot = this.#snapshots.get(id);
    if (snapshot === undefined) throw new SnapshotNotFoundError();
    return snapshot;
  }

  /** @throws {SnapshotNotFoundError} */
  delete(id: string): void {
    if (!this.#snapshots.delete(id)) throw new SnapshotNotFoundError();
  }

  list(): readonly (readonly [id: string, snapshot: Snapshot])[] {
    return [...this.#snapshots];
  }
}
