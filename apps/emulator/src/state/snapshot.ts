import type { StoredRow } from '@keyfold/key-hierarchy';
import type { ClockSetting } from '../clock/emulator-clock.ts';

/** What a snapshot holds. */
export interface SnapshotContent {
  /** The emulator that took it. */
  readonly owner: object;
  readonly rows: readonly StoredRow[];
  readonly clock: ClockSetting;
}

const contents = new WeakMap<Snapshot, SnapshotContent>();

/**
 * The state of an emulator at a moment: keys, secrets, tenants, identities and the time. It is of use to that emulator alone, as
 * often as one likes; `emulator.export(snapshot)` makes JSON of it. It shows nothing of what it holds.
 */
export class Snapshot {
  /** ISO 8601, UTC; by the real clock. */
  readonly takenAt: string = new Date().toISOString();
  /** How many rows of state it holds. */
  readonly rowCount: number;

  constructor(content: SnapshotContent) {
    this.rowCount = content.rows.length;
    contents.set(this, content);
  }
}

/** What a snapshot holds; undefined for what only looks like one. */
export function contentOf(snapshot: Snapshot): SnapshotContent | undefined {
  return contents.get(snapshot);
}
