import { setTimeout } from 'node:timers/promises';
import { localChecks } from './local-checks.ts';
import { matchAnswer, type WireAnswer } from './match-answer.ts';
import { Placeholders } from './placeholders.ts';
import {
  type CheckStep,
  isMembers,
  type RecordedCase,
  type RecordedFile,
  type RequestStep,
  valueAt,
} from './recorded-cases.ts';
import type { Value } from './values.ts';
import { resolveValue, type Variables } from './variables.ts';

/** Where and as whom a case is replayed. */
export interface Environment {
  readonly partition: string;
  readonly region: string;
  readonly secondaryRegion: string;
  readonly account: string;
  readonly principalArn: string;
}

/** Sends one request without looking at it, as no SDK does. */
export type SendRequest = (operation: string, region: string, input: string) => Promise<WireAnswer>;

const pauseMs = 50;

/** Replays a case, step by step; the differences of the first step that has any, or none. */
export async function replayCase(
  recorded: RecordedCase,
  { placeholders }: Pick<RecordedFile, 'placeholders'>,
  environment: Environment,
  send: SendRequest,
): Promise<readonly string[]> {
  const replay = new Replay(environment, new Placeholders(placeholders), send);
  for (const [index, step] of recorded.steps.entries()) {
    const differences = 'check' in step ? replay.check(step) : await replay.request(step);
    const what = 'check' in step ? step.check : step.operation;
    if (differences.length > 0)
      return differences.map((difference) => `step ${index + 1}, ${what}: ${difference}`);
  }
  return [];
}

class Replay {
  readonly #environment: Environment;
  readonly #variables: Variables;
  readonly #placeholders: Placeholders;
  readonly #send: SendRequest;

  constructor(environment: Environment, placeholders: Placeholders, send: SendRequest) {
    this.#environment = environment;
    this.#variables = new Map<string, Value>(Object.entries(environment));
    this.#placeholders = placeholders;
    this.#send = send;
  }

  check(step: CheckStep): readonly string[] {
    const check = localChecks[step.check];
    if (check === undefined) return ['is not known here'];
    const reason = check(
      Object.fromEntries(
        Object.entries(step.with).map(([name, value]) => [name, resolveValue(value, this.#variables)]),
      ),
    );
    return reason === undefined ? [] : [reason];
  }

  async request(step: RequestStep): Promise<readonly string[]> {
    for (const [name, value] of Object.entries(step.let ?? {}))
      this.#variables.set(name, resolveValue(value, this.#variables));
    const deadlineMs = Date.now() + (step.until?.withinSeconds ?? 0) * 1000;
    for (;;) {
      const input = resolveValue(step.input, this.#variables);
      const answer = await this.#answer(step, input);
      const scope = {
        variables: this.#variables,
        placeholders: this.#placeholders,
        requestedKeyId: isMembers(input) ? input['KeyId'] : undefined,
      };
      const differences = matchAnswer(step.expect, answer, scope);
      if (differences.length === 0) {
        this.#capture(step, answer);
        return [];
      }
      if (Date.now() >= deadlineMs) return differences;
      await setTimeout(pauseMs);
    }
  }

  /** One answer, or the joined lists of all pages. */
  async #answer({ operation, region, allPages }: RequestStep, input: Value): Promise<WireAnswer> {
    const { region: primary, secondaryRegion } = this.#environment;
    const send = (members: Value): Promise<WireAnswer> =>
      this.#send(operation, region === 'secondary' ? secondaryRegion : primary, toWire(members));
    let answer = await send(input);
    for (let marker = nextMarker(answer); allPages && marker !== undefined; marker = nextMarker(answer)) {
      const next = await send({ ...(isMembers(input) ? input : {}), Marker: marker });
      answer = { status: next.status, body: joinLists(answer.body, next.body) };
    }
    return answer;
  }

  #capture({ capture = {} }: RequestStep, { body }: WireAnswer): void {
    for (const [name, path] of Object.entries(capture)) {
      const value = valueAt(body, path);
      if (typeof value !== 'string' && typeof value !== 'number')
        throw new Error(`There is no ${path} to capture.`);
      this.#variables.set(name, value);
    }
  }
}

/** JSON with blobs as base64. */
function toWire(value: Value): string {
  const withBase64 = (part: Value): unknown => {
    if (Buffer.isBuffer(part)) return part.toString('base64');
    if (Array.isArray(part)) return part.map(withBase64);
    if (!isMembers(part)) return part;
    // A text that must be JSON: the request carries it as text.
    if ('@json' in part) return JSON.stringify(part['@json']);
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, withBase64(member)]));
  };
  return JSON.stringify(withBase64(value));
}

function nextMarker({ body }: WireAnswer): string | undefined {
  const marker = isMembers(body) ? body['NextMarker'] : undefined;
  return typeof marker === 'string' ? marker : undefined;
}

function joinLists(first: unknown, second: unknown): unknown {
  if (!isMembers(first) || !isMembers(second)) return second;
  const joined = Object.entries(second).map(([name, value]) => {
    const before = first[name];
    return [name, Array.isArray(value) && Array.isArray(before) ? [...before, ...value] : value];
  });
  return Object.fromEntries(joined);
}
