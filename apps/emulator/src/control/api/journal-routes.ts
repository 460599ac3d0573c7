import { z } from 'zod';
import type { ExpectedCount } from '../journal.ts';
import type { JournalFilter } from '../journal-filter.ts';
import { type ControlRoute, defineRoute, done } from './control-route.ts';
import { accountId, defined, from, name, operation, service } from './fields.ts';

const error = name.meta({ description: "An error's name or code." });

/** A filter in JSON, where `error: null` means what succeeded. */
const journalFilterSchema = z
  .strictObject({
    service: service.optional(),
    operation: operation.optional(),
    key: name.optional(),
    tenant: name.optional(),
    account: accountId.optional(),
    caller: name.optional(),
    from: from.optional(),
    status: z.int().min(0).max(599).optional(),
    error: error.nullable().optional().meta({ description: 'null: only what succeeded.' }),
    requestId: name.optional(),
    faulted: z.boolean().optional().meta({ description: 'Whether a fault interfered.' }),
    refused: z.boolean().optional().meta({ description: 'Whether a policy refused, or would have.' }),
    afterSequence: z.int().min(0).optional(),
  })
  .meta({ id: 'JournalFilter', description: 'Requests that fit every member that is there.' });

/** The same in a query. */
const journalQuerySchema = z.strictObject({
  service: service.optional(),
  operation: operation.optional(),
  key: name.optional(),
  tenant: name.optional(),
  account: accountId.optional(),
  caller: name.optional(),
  from: from.optional(),
  status: z.coerce.number().int().min(0).max(599).optional(),
  error: error.optional().meta({ description: "An error's name or code; `none`: only what succeeded." }),
  requestId: name.optional(),
  faulted: z.enum(['true', 'false']).optional(),
  refused: z.enum(['true', 'false']).optional(),
  afterSequence: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(1_000).meta({
    description: 'At most so many requests, the latest that fit.',
  }),
});

const journalEntrySchema = z
  .object({
    sequence: z.int(),
    at: z.iso.datetime(),
    service,
    operation: z.string().nullable(),
    requestId: z.string(),
    from,
    account: z.string().nullable(),
    region: z.string().nullable(),
    caller: z.string().nullable(),
    keys: z.array(z.string()),
    tenant: z.string().nullable(),
    context: z.array(z.object({ name: z.string(), valueLength: z.int() })),
    status: z.int().meta({ description: '0 where the connection was broken off.' }),
    error: z.string().nullable(),
    durationMs: z.number(),
    fault: z.object({ rule: z.string(), effect: z.string() }).nullable(),
    decisions: z.array(
      z.object({
        action: z.string(),
        principal: z.string(),
        resource: z.string(),
        allowed: z.boolean(),
        enforced: z.boolean(),
        decidedBy: z.string(),
      }),
    ),
  })
  .meta({
    id: 'JournalEntry',
    description:
      'A request and how it ended. No plaintext, ciphertext, key, token or value of an encryption context is in it.',
  });

const journalSchema = z
  .object({
    total: z.int().meta({ description: 'How many requests were noted, with those that are forgotten.' }),
    found: z.int().meta({ description: 'How many of those that are remembered fit.' }),
    entries: z.array(journalEntrySchema),
  })
  .meta({ id: 'Journal' });

const journalAssertionSchema = z
  .strictObject({
    filter: journalFilterSchema,
    times: z
      .union([
        z.int().min(0),
        z.strictObject({ atLeast: z.int().min(0).optional(), atMost: z.int().min(0).optional() }),
      ])
      .optional()
      .meta({ description: 'Exactly so often, or within bounds; at least once if left out.' }),
  })
  .meta({ id: 'JournalAssertion' });

const journalFoundSchema = z.object({ entries: z.array(journalEntrySchema) }).meta({ id: 'JournalFound' });

/** What was asked for. */
export const journalRoutes: readonly ControlRoute[] = [
  defineRoute({
    id: 'getJournal',
    method: 'get',
    path: '/_emulator/journal',
    summary: 'The latest requests that fit, in the order in which they ended.',
    query: journalQuerySchema,
    success: { status: 200, description: 'The requests.', schema: journalSchema },
    errors: ['invalid_option'],
    run: ({ emulator: { journal } }, { query }) => {
      const { limit, error, faulted, refused, ...rest } = query;
      const entries = journal.find(
        defined<JournalFilter>({
          ...rest,
          error: error === 'none' ? null : error,
          faulted: faulted && faulted === 'true',
          refused: refused && refused === 'true',
        }),
      );
      return { body: { total: journal.total, found: entries.length, entries: entries.slice(-limit) } };
    },
  }),
  defineRoute({
    id: 'clearJournal',
    method: 'delete',
    path: '/_emulator/journal',
    summary: 'Forget all requests.',
    success: done,
    run: ({ emulator: { journal } }) => {
      journal.clear();
      return {};
    },
  }),
  defineRoute({
    id: 'assertJournal',
    method: 'post',
    path: '/_emulator/journal/assert',
    summary: 'Check how often something was asked for.',
    body: journalAssertionSchema,
    success: { status: 200, description: 'It is as expected: what fits.', schema: journalFoundSchema },
    errors: ['journal_mismatch', 'invalid_option'],
    run: ({ emulator: { journal } }, { body: { filter, times = { atLeast: 1 } } }) => ({
      body: {
        entries: journal.expect(
          defined<JournalFilter>(filter),
          typeof times === 'number' ? times : defined<ExpectedCount>(times),
        ),
      },
    }),
  }),
];
