import { isKeyfoldError } from '@keyfold/crypto-core';
import { StoreCorruptError } from '@keyfold/key-hierarchy';
import type { EmulatorClock } from '../clock/emulator-clock.ts';
import { ForeignSnapshotError, InvalidStateDocumentError } from '../control/control-errors.ts';
import { accessWorks, type DevelopmentAccess, importedAccess } from '../development-access.ts';
import { InvalidOptionError } from '../errors.ts';
import { missingOfKeys } from '../kms/keys/missing-of-keys.ts';
import { revealRoot, wrapImportedRoot } from '../platform-root.ts';
import { type NoteName, noteTable } from '../state/notes.ts';
import { contentOf, Snapshot, type SnapshotContent } from '../state/snapshot.ts';
import { readStateDocument, type StateDocument, writeStateDocument } from '../state/state-document.ts';
import type { StateStore } from '../state/state-store.ts';
import { openWorld, type World, type WorldSettings } from './world.ts';
import type { WorldHost } from './world-host.ts';

/** What state is controlled with. */
export interface StateControlDeps {
  readonly state: StateStore;
  readonly host: WorldHost;
  readonly clock: EmulatorClock;
  readonly settings: WorldSettings;
  /** The access of the state folder's own. */
  readonly access: DevelopmentAccess;
  /** Puts the clock where it was at the start. */
  readonly startClock: () => void;
}

/** Puts the state of an emulator back, and takes it elsewhere. */
export class StateControl {
  readonly #deps: StateControlDeps;
  readonly #baseline: Snapshot;
  #access: DevelopmentAccess;

  private constructor(deps: StateControlDeps, baseline: Snapshot, access: DevelopmentAccess) {
    this.#deps = deps;
    this.#baseline = baseline;
    this.#access = access;
  }

  /**
   * To be called once the emulator is ready: what is there then, a reset goes back to.
   *
   * @throws {StoreCorruptError} where rows are missing
   */
  static async open(deps: StateControlDeps): Promise<StateControl> {
    const { state, host, clock, access } = deps;
    const rows = await state.rows();
    const missing = missingOfKeys(rows);
    if (missing !== undefined) throw new StoreCorruptError(`The emulator's state lacks ${missing}.`);
    const baseline = new Snapshot({ owner: state, rows, clock: clock.setting });
    return new StateControl(deps, baseline, (await importedAccess(host.current.view)) ?? access);
  }

  /** The access that works with the rows that are there. */
  get access(): DevelopmentAccess {
    return this.#access;
  }

  /** Back to how everything was right after the start: state, clock, faults and journal. */
  async reset(): Promise<void> {
    const { settings, startClock } = this.#deps;
    await this.#put(contentOf(this.#baseline)?.rows ?? [], () => {
      startClock();
      settings.faults.clear();
      settings.journal.clear();
    });
  }

  snapshot(): Promise<Snapshot> {
    const { state, host, clock } = this.#deps;
    return host.look(async () => {
      const rows = await state.rows();
      return new Snapshot({ owner: state, rows, clock: clock.setting });
    });
  }

  /**
   * Puts back the state and the clock; journal and faults stay.
   *
   * @throws {ForeignSnapshotError} for a snapshot of another emulator
   */
  async restore(snapshot: Snapshot): Promise<void> {
    const { rows, clock } = this.#contentOf(snapshot);
    await this.#put(rows, () => this.#deps.clock.restore(clock));
  }

  /** The state as JSON, now or that of a snapshot. It holds keys in the clear. */
  async export(snapshot?: Snapshot): Promise<StateDocument> {
    const { host, settings, access: own } = this.#deps;
    const { rows, clock } = this.#contentOf(snapshot ?? (await this.snapshot()));
    const noteOf = (name: NoteName): Uint8Array | undefined =>
      rows.find(({ table, key }) => table === noteTable && key[0] === name)?.content;
    const note = noteOf('access');
    const access: DevelopmentAccess =
      note === undefined ? own : JSON.parse(Buffer.from(note).toString('utf8'));
    // That of the rows: the world that stands may be under another one by now.
    const platformRoot = await host.look(() => revealRoot(noteOf('platform-root'), settings.platformRoot));
    try {
      return writeStateDocument({ clock, access, platformRoot, rows: rows.filter(isTaken) });
    } finally {
      platformRoot.dispose();
    }
  }

  /**
   * Puts an exported state in place of the one that is there, all or nothing. Its API key is the one that works from then on.
   *
   * @throws {InvalidStateDocumentError} for what is none; nothing is changed then
   * @throws {EmulatorClosedError} once it is closed
   */
  async import(document: unknown): Promise<void> {
    const { clock, access, platformRoot, rows } = readStateDocument(document);
    const { host, settings } = this.#deps;
    const note = (name: string, content: Uint8Array) => ({
      table: noteTable,
      key: [name],
      revision: 1,
      content,
    });
    try {
      const missing = missingOfKeys(rows);
      if (missing !== undefined) throw new InvalidStateDocumentError(`The document lacks ${missing}.`);
      const wrapped = await host.look(() => wrapImportedRoot(platformRoot, settings.platformRoot));
      const imported = [
        ...rows.filter(isTaken),
        note('platform-root', wrapped),
        note('access', Buffer.from(JSON.stringify(access))),
      ];
      await this.#put(
        imported,
        () => this.#deps.clock.restore(clock),
        async (world) => {
          if (!(await accessWorks(world, access)))
            throw new InvalidStateDocumentError('The document names an API key that its rows do not have.');
        },
      );
    } catch (error) {
      if (error instanceof InvalidStateDocumentError || isNoFaultOfDocument(error)) throw error;
      throw new InvalidStateDocumentError('The state of the document cannot be opened.', { cause: error });
    } finally {
      platformRoot.dispose();
    }
  }

  #contentOf(snapshot: Snapshot): SnapshotContent {
    const content = contentOf(snapshot);
    if (content === undefined) throw new InvalidOptionError('What is to be restored is not a snapshot.');
    if (content.owner !== this.#deps.state) throw new ForeignSnapshotError();
    return content;
  }

  /** Other rows, a new world on them, and what else goes with that; or, where they do not open, everything as it was. */
  async #put(
    rows: SnapshotContent['rows'],
    also: () => void,
    verify: (world: World) => Promise<void> = async () => undefined,
  ): Promise<void> {
    const { state, host, settings, access } = this.#deps;
    let failure: { readonly error: unknown } | undefined;
    await host.replace(async () => {
      const before = await state.rows();
      let world: World | undefined;
      try {
        await state.replace(rows);
        world = await openWorld(state.view(), settings);
        await verify(world);
        this.#access = (await importedAccess(world.view)) ?? access;
        also();
        return world;
      } catch (error) {
        failure = { error };
        world?.retire();
        await state.replace(before);
        return openWorld(state.view(), settings);
      }
    });
    if (failure !== undefined) throw failure.error;
  }
}

const ownFailures: readonly string[] = [
  'emulator_closed',
  'store_failed',
  'store_unwritable',
  'store_closed',
];

/** The emulator is closed, or its disk failed. */
function isNoFaultOfDocument(error: unknown): boolean {
  return isKeyfoldError(error) && ownFailures.includes(error.code);
}

/** An exported state brings its root and its access in places of their own. */
function isTaken({ table, key }: { readonly table: string; readonly key: readonly string[] }): boolean {
  return !(table === noteTable && (key[0] === 'platform-root' || key[0] === 'access'));
}
