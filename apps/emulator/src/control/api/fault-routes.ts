import { z } from 'zod';
import { FaultRuleNotFoundError } from '../control-errors.ts';
import type { FaultHandle } from '../fault-book.ts';
import type { FaultRule } from '../fault-rule.ts';
import { type ControlRoute, defineRoute, done } from './control-route.ts';
import type { Controlled } from './controlled.ts';
import { accountId, defined, from, name, operation, service } from './fields.ts';

const plainFaults = [
  'throttling',
  'internal-error',
  'dependency-timeout',
  'disabled-root',
  'connection-reset',
] as const;

const delayMs = z.number().min(0).max(600_000);

const refusals = ['throttling', 'internal-error', 'dependency-timeout', 'disabled-root'] as const;

const effectSchema = z
  .union(
    [
      z.enum(plainFaults),
      z.strictObject({ kind: z.enum(refusals) }),
      z.strictObject({ kind: z.literal('latency'), ms: delayMs }),
      z.strictObject({ kind: z.literal('latency'), minMs: delayMs, maxMs: delayMs }),
      z.strictObject({ kind: z.literal('latency'), medianMs: delayMs.gt(0), p99Ms: delayMs }),
      z.strictObject({ kind: z.literal('connection-reset'), when: z.enum(['before', 'after']).optional() }),
      z.strictObject({ kind: z.literal('slow-body'), bytesPerSecond: z.number().min(1).max(1_000_000_000) }),
      z.strictObject({
        kind: z.literal('wrong-answer'),
        what: z.enum(['flipped-bit', 'other-key']),
        member: name.optional(),
      }),
    ],
    { error: 'It is none of the effects that there are, or has other members than they have' },
  )
  .meta({
    id: 'FaultEffect',
    description:
      'What becomes of a request: a refusal as the service itself would give it, an answer that is held back (for a time, evenly between two, or log-normal), a connection that breaks, a body that trickles, or an answer that is wrong.',
  });

const faultRuleSchema = z
  .strictObject({
    service: service.optional(),
    operation: operation.optional(),
    key: name.optional().meta({ description: 'A key by id, ARN or alias, or a secret by name or ARN.' }),
    tenant: name.optional(),
    account: accountId.optional(),
    from: from.optional(),
    nth: z.int().min(1).optional().meta({ description: 'Only the n-th request that fits.' }),
    probability: z.number().min(0).max(1).optional(),
    count: z.int().min(1).optional().meta({ description: 'After so many hits the rule does nothing more.' }),
    effect: effectSchema,
  })
  .meta({ id: 'FaultRule', description: 'Which requests meet a fault, and what it is.' });

const faultSchema = z
  .object({ id: z.string(), rule: faultRuleSchema, hits: z.int().min(0) })
  .meta({ id: 'Fault', description: 'A rule in force, and how many requests met it.' });

const faultsSchema = z.object({ faults: z.array(faultSchema) }).meta({ id: 'Faults' });

const faultIdSchema = z.strictObject({ fault: z.string().regex(/^fault-\d{1,15}$/) });

function faultBody({ id, rule, hits }: FaultHandle): object {
  return { id, rule, hits };
}

/** @throws {FaultRuleNotFoundError} */
function faultOf({ faults }: Controlled, id: string): FaultHandle {
  const found = faults.list().find((fault) => fault.id === id);
  if (found === undefined) throw new FaultRuleNotFoundError();
  return found;
}

/** What goes wrong. */
export const faultRoutes: readonly ControlRoute[] = [
  defineRoute({
    id: 'addFault',
    method: 'post',
    path: '/_emulator/faults',
    summary: 'Add a fault rule. The first that hits decides.',
    body: faultRuleSchema,
    success: { status: 201, description: 'The rule in force.', schema: faultSchema },
    errors: ['invalid_fault_rule'],
    run: ({ emulator: { faults } }, { body }) => ({ body: faultBody(faults.add(defined<FaultRule>(body))) }),
  }),
  defineRoute({
    id: 'listFaults',
    method: 'get',
    path: '/_emulator/faults',
    summary: 'List the fault rules in force.',
    success: { status: 200, description: 'The rules.', schema: faultsSchema },
    run: ({ emulator: { faults } }) => ({ body: { faults: faults.list().map(faultBody) } }),
  }),
  defineRoute({
    id: 'clearFaults',
    method: 'delete',
    path: '/_emulator/faults',
    summary: 'Remove all fault rules.',
    success: done,
    run: ({ emulator: { faults } }) => {
      faults.clear();
      return {};
    },
  }),
  defineRoute({
    id: 'getFault',
    method: 'get',
    path: '/_emulator/faults/{fault}',
    summary: 'A fault rule, and how many requests met it.',
    params: faultIdSchema,
    success: { status: 200, description: 'The rule.', schema: faultSchema },
    errors: ['fault_rule_not_found'],
    run: ({ emulator }, { params }) => ({ body: faultBody(faultOf(emulator, params.fault)) }),
  }),
  defineRoute({
    id: 'removeFault',
    method: 'delete',
    path: '/_emulator/faults/{fault}',
    summary: 'Remove a fault rule.',
    params: faultIdSchema,
    success: done,
    errors: ['fault_rule_not_found'],
    run: ({ emulator }, { params }) => {
      faultOf(emulator, params.fault).remove();
      return {};
    },
  }),
];
