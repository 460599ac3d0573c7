import { z } from 'zod';
import type { StateDocument } from '../../state/state-document.ts';
import { type ControlRoute, defineRoute, done } from './control-route.ts';

const snapshotSchema = z
  .object({ id: z.string(), takenAt: z.iso.datetime(), rowCount: z.int() })
  .meta({ id: 'Snapshot' });

const snapshotsSchema = z.object({ snapshots: z.array(snapshotSchema) }).meta({ id: 'Snapshots' });

const snapshotIdSchema = z.strictObject({ snapshot: z.string().regex(/^snapshot-\d{1,15}$/) });

const base64 = z.string().meta({ description: 'base64', contentEncoding: 'base64' });

/** What is inside is looked at where it is imported. */
const stateDocumentSchema = z
  .strictObject({
    format: z.literal('keyfold-emulator-state'),
    version: z.int(),
    exportedAt: z.string(),
    clock: z.strictObject({ aheadMs: z.number(), frozenAtMs: z.number().nullable() }),
    access: z.strictObject({ tenant: z.string(), service: z.string(), apiKey: z.string() }),
    platformRoot: base64,
    rows: z.array(
      z.strictObject({
        table: z.string(),
        key: z.array(z.string()).min(1).max(8),
        revision: z.int().min(1),
        content: base64,
      }),
    ),
  })
  .meta({
    id: 'State',
    description: 'The whole state of an emulator, for another one. It holds keys in the clear.',
  });

const seedSchema = z
  .strictObject({
    text: z.string().min(1).meta({ description: 'A seed, in YAML or JSON.' }),
    fileName: z.string().min(1).max(255).default('seed').meta({ description: 'As errors name it.' }),
  })
  .meta({ id: 'Seed' });

const count = z.object({ created: z.int(), unchanged: z.int() });

const seedCountsSchema = z
  .object({
    keys: count,
    aliases: count,
    grants: count,
    secrets: count,
    tenants: count,
    apiKeys: count,
  })
  .meta({ id: 'SeedCounts', description: 'How many things were made, and how many were there already.' });

const healthSchema = z.object({ healthy: z.literal(true) }).meta({ id: 'Health' });

const readySchema = z.object({ ready: z.boolean() }).meta({ id: 'Ready' });

/** A state of some hundred thousand rows. */
const maxStateBytes = 64 * 1024 * 1024;

/** The emulator as a whole, and its state. */
export const stateRoutes: readonly ControlRoute[] = [
  defineRoute({
    id: 'getHealth',
    method: 'get',
    path: '/_emulator/health',
    summary: 'Whether the emulator runs.',
    success: { status: 200, description: 'It runs.', schema: healthSchema },
    run: () => ({ body: { healthy: true } }),
  }),
  defineRoute({
    id: 'getReady',
    method: 'get',
    path: '/_emulator/ready',
    summary: 'Whether everything that is there from the start is there, seeds included.',
    success: { status: 200, description: 'It is.', schema: readySchema },
    otherwise: { 503: { description: 'It is not there yet.', schema: readySchema } },
    run: ({ isReady }) => {
      const ready = isReady();
      return { status: ready ? 200 : 503, body: { ready } };
    },
  }),
  defineRoute({
    id: 'reset',
    method: 'post',
    path: '/_emulator/reset',
    summary: 'Put everything back to how it was right after the start: state, clock, faults and journal.',
    success: done,
    run: async ({ emulator }) => {
      await emulator.reset();
      return {};
    },
  }),
  defineRoute({
    id: 'seed',
    method: 'post',
    path: '/_emulator/seed',
    summary: 'Add what a seed says to what is there.',
    body: seedSchema,
    maxBodyBytes: 16 * 1024 * 1024,
    success: { status: 200, description: 'What was made.', schema: seedCountsSchema },
    errors: ['seed_invalid', 'seed_conflict', 'invalid_identity', 'store_closed'],
    run: async ({ emulator }, { body }) => ({ body: await emulator.seed(body) }),
  }),
  defineRoute({
    id: 'exportState',
    method: 'get',
    path: '/_emulator/state',
    summary: 'Export the whole state. It holds keys in the clear.',
    success: { status: 200, description: 'The state.', schema: stateDocumentSchema },
    run: async ({ emulator }) => ({ body: await emulator.export() }),
  }),
  defineRoute({
    id: 'importState',
    method: 'put',
    path: '/_emulator/state',
    summary: 'Put an exported state in place of the one that is there.',
    body: stateDocumentSchema,
    maxBodyBytes: maxStateBytes,
    success: done,
    errors: ['invalid_state_document'],
    run: async ({ emulator }, { body }) => {
      await emulator.import(body as StateDocument);
      return {};
    },
  }),
  defineRoute({
    id: 'takeSnapshot',
    method: 'post',
    path: '/_emulator/snapshots',
    summary: 'Keep the state of this moment.',
    success: { status: 201, description: 'The snapshot.', schema: snapshotSchema },
    run: async ({ emulator, snapshots }) => {
      const snapshot = await emulator.snapshot();
      const { takenAt, rowCount } = snapshot;
      return { body: { id: snapshots.put(snapshot), takenAt, rowCount } };
    },
  }),
  defineRoute({
    id: 'listSnapshots',
    method: 'get',
    path: '/_emulator/snapshots',
    summary: 'List the snapshots that were taken here since the start.',
    success: { status: 200, description: 'The snapshots.', schema: snapshotsSchema },
    run: ({ snapshots }) => ({
      body: {
        snapshots: snapshots.list().map(([id, { takenAt, rowCount }]) => ({ id, takenAt, rowCount })),
      },
    }),
  }),
  defineRoute({
    id: 'restoreSnapshot',
    method: 'post',
    path: '/_emulator/snapshots/{snapshot}/restore',
    summary: "Put the state and the clock back to a snapshot's.",
    params: snapshotIdSchema,
    success: done,
    errors: ['snapshot_not_found'],
    run: async ({ emulator, snapshots }, { params }) => {
      await emulator.restore(snapshots.get(params.snapshot));
      return {};
    },
  }),
  defineRoute({
    id: 'deleteSnapshot',
    method: 'delete',
    path: '/_emulator/snapshots/{snapshot}',
    summary: 'Forget a snapshot.',
    params: snapshotIdSchema,
    success: done,
    errors: ['snapshot_not_found'],
    run: ({ snapshots }, { params }) => {
      snapshots.delete(params.snapshot);
      return {};
    },
  }),
];
