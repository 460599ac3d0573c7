import type { AwsAccess } from './aws-access.ts';
import type { ClockControl } from './clock/emulator-clock.ts';
import type { FaultControl } from './control/fault-book.ts';
import type { JournalReader } from './control/journal.ts';
import type { DevelopmentAccess } from './development-access.ts';
import type { SeedSource } from './plant-seed.ts';
import type { SeedCounts } from './seeds/seed-counts.ts';
import type { Snapshot } from './state/snapshot.ts';
import type { StateDocument } from './state/state-document.ts';

/** A running emulator. */
export interface Emulator extends AsyncDisposable {
  /** `http://127.0.0.1:…`: AWS's services and the encryption API. */
  readonly url: string;
  /** `https://127.0.0.1:…`: the same, under the local CA. */
  readonly httpsUrl: string;
  /** The local CA's certificate, PEM: the SDK's `tls.ca`. */
  readonly ca: string;
  readonly caFile: string;
  /** The server key's pin, `sha256/…`: the SDK's `tls.pins`. */
  readonly pin: string;
  /** A tenant, a service and an administrator's API key that are there from the start. */
  readonly access: DevelopmentAccess;
  /** What AWS's clients are made with as it is: `new KMSClient(emulator.aws)`. */
  readonly aws: AwsAccess;
  /** Credentials that work in every mode, and the region that keys of the start are in: a part of {@link aws}. */
  readonly credentials: AwsAccess['credentials'];
  readonly region: string;
  /** Absolute path; undefined where nothing is kept. */
  readonly stateFolder: string | undefined;
  /** The time that everything goes by but leases, which it never stretches. */
  readonly clock: ClockControl;
  /** What goes wrong, on purpose. */
  readonly faults: FaultControl;
  /** The requests that came. */
  readonly journal: JournalReader;
  /**
   * Back to how everything was right after the start: keys, secrets, tenants, clock, faults, journal. Addresses, API key, CA and
   * credentials stay. Requests that are under way end in the old state, or with status 503.
   */
  reset(): Promise<void>;
  /** Keeps the state of this moment, for {@link restore}. */
  snapshot(): Promise<Snapshot>;
  /**
   * Puts the state and the clock back to a snapshot's.
   *
   * @throws {ForeignSnapshotError} for a snapshot of another emulator
   */
  restore(snapshot: Snapshot): Promise<void>;
  /** The whole state as JSON, now or that of a snapshot, for another emulator. It holds keys in the clear. */
  export(snapshot?: Snapshot): Promise<StateDocument>;
  /**
   * Puts an exported state in place of this one. {@link access} is then the one that came with it.
   *
   * @throws {InvalidStateDocumentError} for what is none; nothing is changed then
   */
  import(document: StateDocument): Promise<void>;
  /**
   * Adds what a seed says to what is there; a reset takes it away again. Of seeds that are added at once, one waits for the other.
   *
   * @throws {SeedInvalidError} {@link SeedConflictError} naming every line that is wrong
   */
  seed(source: SeedSource): Promise<SeedCounts>;
  /** Ends all connections, writes what is to be kept, zeroises keys, and frees the ports. */
  close(): Promise<void>;
}
