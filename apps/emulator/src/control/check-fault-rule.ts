import { noSuchName } from '../known-names.ts';
import { InvalidFaultRuleError } from './control-errors.ts';
import { faultRows } from './fault-effects.ts';
import type { FaultEffect, FaultKind, FaultRule } from './fault-rule.ts';
import type { WatchedService } from './journal-entry.ts';
import { operationNames, watchedServices, wrongName } from './operation-names.ts';

const longestDelayMs = 600_000;

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 1;
const isDelay = (value: unknown): boolean =>
  typeof value === 'number' && value >= 0 && value <= longestDelayMs;
const isText = (value: unknown): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= 2_048;
const oneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);

/** What each member of a rule may be; which texts are names is looked at after. */
const ruleMembers: { readonly [Name in keyof Required<FaultRule>]: (value: unknown) => boolean } = {
  service: isText,
  operation: isText,
  key: isText,
  tenant: isText,
  account: (value) => typeof value === 'string' && /^\d{12}$/.test(value),
  from: isText,
  nth: isWhole,
  probability: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  count: isWhole,
  effect: () => true,
};

type Members = Readonly<Record<string, (value: unknown) => boolean>>;

const delayForms: readonly Members[] = [
  { ms: isDelay },
  { minMs: isDelay, maxMs: isDelay },
  { medianMs: (value) => isDelay(value) && value !== 0, p99Ms: isDelay },
];
const optional =
  (check: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || check(value);

/** For each kind, the forms that its further members may have. */
const effectForms: Readonly<Record<FaultKind, readonly Members[]>> = {
  throttling: [{}],
  'internal-error': [{}],
  'dependency-timeout': [{}],
  'disabled-root': [{}],
  latency: delayForms,
  'connection-reset': [{ when: optional(oneOf('before', 'after')) }],
  'slow-body': [
    { bytesPerSecond: (value) => typeof value === 'number' && value >= 1 && value <= 1_000_000_000 },
  ],
  'wrong-answer': [{ what: oneOf('flipped-bit', 'other-key'), member: optional(isText) }],
};

/**
 * Checks a rule, which may come from JavaScript without types.
 *
 * @returns its effect, written out
 * @throws {InvalidFaultRuleError} naming what is wrong
 */
export function checkFaultRule(rule: FaultRule): FaultEffect {
  for (const [name, value] of Object.entries(rule)) {
    if (!Object.hasOwn(ruleMembers, name))
      throw new InvalidFaultRuleError(noSuchName('member of fault rules', name, Object.keys(ruleMembers)));
    if (value !== undefined && !ruleMembers[name as keyof FaultRule](value))
      throw new InvalidFaultRuleError(`The member ${name} of the fault rule has no value that it can have.`);
  }
  const wrong = wrongName(rule);
  if (wrong !== undefined) throw new InvalidFaultRuleError(wrong);
  const effect = writtenOut(rule.effect);
  const { kind, ...members }: { kind: FaultKind; [member: string]: unknown } = { ...effect };
  const fits = effectForms[kind].some(
    (form) =>
      Object.keys(members).every((name) => Object.hasOwn(form, name)) &&
      Object.entries(form).every(([name, check]) => check(members[name])),
  );
  const isOrdered =
    ('minMs' in effect ? effect.minMs <= effect.maxMs : true) &&
    ('medianMs' in effect ? effect.medianMs <= effect.p99Ms : true);
  if (!fits || !isOrdered)
    throw new InvalidFaultRuleError(`The effect ${kind} has no members of this kind, or lacks one.`);
  if (rule.service !== undefined && !faultRows[kind].services.includes(rule.service))
    throw new InvalidFaultRuleError(
      `The effect ${kind} is none of ${rule.service}'s: it strikes the service kms below it, from the emulator.`,
    );
  if (!watchedServices.some((service) => canStrike(rule, service, kind)))
    throw new InvalidFaultRuleError(
      'No request can fit the fault rule: AWS requests have keys and accounts, those of the encryption API tenants, and the emulator itself asks AWS KMS alone.',
    );
  return effect;
}

/** What a rule can know requests of each service by. */
const traits: Readonly<Record<WatchedService, readonly (keyof FaultRule)[]>> = {
  kms: ['key', 'account'],
  secretsmanager: ['key', 'account'],
  'encryption-api': ['tenant'],
};

function canStrike(rule: FaultRule, service: WatchedService, kind: FaultKind): boolean {
  const isKnownBy = (trait: keyof FaultRule): boolean =>
    rule[trait] === undefined || traits[service].includes(trait);
  return (
    (rule.service ?? service) === service &&
    (rule.operation === undefined || operationNames[service].includes(rule.operation)) &&
    faultRows[kind].services.includes(service) &&
    (rule.from !== 'emulator' || service === 'kms') &&
    Object.values(traits).flat().every(isKnownBy)
  );
}

function writtenOut(effect: unknown): FaultEffect {
  const kind: unknown = typeof effect === 'object' && effect !== null ? Reflect.get(effect, 'kind') : effect;
  if (typeof kind !== 'string' || !Object.hasOwn(faultRows, kind))
    throw new InvalidFaultRuleError(
      `The effect of a fault rule is one of ${Object.keys(faultRows).join(', ')}.`,
    );
  return (typeof effect === 'string' ? { kind } : effect) as FaultEffect;
}
