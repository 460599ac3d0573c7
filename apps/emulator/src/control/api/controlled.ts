import type { ClockControl } from '../../clock/emulator-clock.ts';
import type { SeedSource } from '../../plant-seed.ts';
import type { SeedCounts } from '../../seeds/seed-counts.ts';
import type { Snapshot } from '../../state/snapshot.ts';
import type { StateDocument } from '../../state/state-document.ts';
import type { FaultControl } from '../fault-book.ts';
import type { JournalReader } from '../journal.ts';

/** What the control API has power over: what `createEmulator`'s handle has. */
export interface Controlled {
  readonly clock: ClockControl;
  readonly faults: FaultControl;
  readonly journal: JournalReader;
  reset(): Promise<void>;
  snapshot(): Promise<Snapshot>;
  restore(snapshot: Snapshot): Promise<void>;
  export(snapshot?: Snapshot): Promise<StateDocument>;
  import(document: unknown): Promise<void>;
  seed(source: SeedSource): Promise<SeedCounts>;
}
