import type { Store } from '@keyfold/key-hierarchy';

/** What the emulator keeps for itself beside its services' rows, so that it is part of snapshots and exports. */
export type NoteName = 'platform-root' | 'access' | 'identities';

export const noteTable = 'emulator_notes';

export async function readNote(store: Store, name: NoteName): Promise<Uint8Array | undefined> {
  return (await store.get(noteTable, [name]))?.content;
}

export async function writeNote(store: Store, name: NoteName, content: Uint8Array): Promise<void> {
  const before = await store.get(noteTable, [name]);
  await store.commit([{ table: noteTable, key: [name], expectedRevision: before?.revision ?? 0, content }]);
}
