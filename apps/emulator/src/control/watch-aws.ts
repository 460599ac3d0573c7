import { randomUUID } from 'node:crypto';
import type { Awaitable } from '@keyfold/crypto-core';
import type { KmsRequest, RequestProbe } from '../kms/kms.ts';
import type { AccessReport } from '../kms/policy/access-gate.ts';
import { awsJson, type KmsResponse } from '../kms/wire/answers.ts';
import type { Delivery } from './delivery.ts';
import type { FaultHit } from './fault-book.ts';
import { type AwsRefusal, faultRows } from './fault-effects.ts';
import type { Exchange, Watch } from './watch.ts';
import { wrongAwsAnswer } from './wrong-answer.ts';

/** An answer, and how it is to be delivered where a fault has a say in it. */
export interface WatchedAnswer extends KmsResponse {
  readonly delivery?: Delivery;
}

/** An answer that says nothing but that there is none now. */
export function unavailableAnswer(): KmsResponse {
  // AWS KMS API reference, "Common errors": ServiceUnavailable.
  return refusalAnswer({
    status: 503,
    name: 'ServiceUnavailableException',
    textMember: 'message',
    text: () => 'The request has failed due to a temporary failure of the server.',
  });
}

/** A probe for one request of AWS KMS or Secrets Manager. */
class ExchangeProbe implements RequestProbe {
  readonly #exchange: Exchange;
  readonly #service: 'kms' | 'secretsmanager';

  constructor(exchange: Exchange, service: 'kms' | 'secretsmanager') {
    this.#exchange = exchange;
    this.#service = service;
  }

  before(
    members: Readonly<Record<string, unknown>>,
    resolveKeys?: () => Promise<readonly string[]>,
  ): Awaitable<KmsResponse | undefined> {
    this.#exchange.look(members);
    const striking = this.#exchange.strike(resolveKeys);
    return striking === undefined ? undefined : struck(striking, this.#service, this.#exchange, resolveKeys);
  }

  decided(report: AccessReport): void {
    this.#exchange.decided(report);
  }

  after(output: Readonly<Record<string, unknown>>): void {
    this.#exchange.look(output);
  }
}

async function struck(
  striking: Awaitable<FaultHit | undefined>,
  service: 'kms' | 'secretsmanager',
  exchange: Exchange,
  resolveKeys?: () => Promise<readonly string[]>,
): Promise<KmsResponse | undefined> {
  const hit = await striking;
  if (hit === undefined) return undefined;
  const { effect } = hit;
  if (effect.kind === 'connection-reset') return effect.when === 'after' ? undefined : noAnswer;
  const refusal = faultRows[effect.kind].refusal?.[service];
  if (refusal === undefined) return undefined;
  const arn = (await resolveKeys?.())?.find((name) => name.includes(':key/')) ?? exchange.keys[0] ?? '';
  return refusalAnswer(refusal, arn);
}

/** A service of AWS's, freed from HTTP. */
export interface AwsService<Request> {
  handle(request: Request): Promise<KmsResponse>;
}

/** A service of AWS's as it is reached, with its watch. */
export interface WatchedAws {
  handle(request: KmsRequest): Promise<WatchedAnswer>;
}

const operationForm = /^[A-Za-z]{1,64}$/;

/**
 * A service of AWS's, watched: each request is written into the journal, and faults strike it.
 *
 * @param from - who asks: clients, or the emulator's own services.
 */
export function watchAws(
  service: 'kms' | 'secretsmanager',
  inner: AwsService<KmsRequest>,
  watch: Watch,
  from: 'client' | 'emulator',
): WatchedAws {
  return {
    async handle(request) {
      const { requestId = randomUUID(), accountId: account, region, credentials, target } = request;
      const caller = credentials?.principal.arn;
      const exchange = watch.begin({ service, from, requestId, account, region, caller });
      const operation = target.slice(target.indexOf('.') + 1);
      // A name that it does not know is the client's text.
      if (operationForm.test(operation)) exchange.named(operation);
      let answer: WatchedAnswer;
      try {
        answer = await inner.handle({ ...request, requestId, probe: new ExchangeProbe(exchange, service) });
        if (exchange.hit !== undefined) answer = altered(answer, exchange.hit, watch.signal);
      } catch (error) {
        if (!watch.signal.aborted) throw error;
        answer = unavailableAnswer();
      }
      // What failed because the state was put back is not the request's fault.
      if (watch.signal.aborted && answer.status >= 500) answer = unavailableAnswer();
      const error = answer.status === 200 ? null : (answer.headers['x-amzn-errortype'] ?? 'ConnectionReset');
      if (error === 'UnknownOperationException') exchange.unnamed();
      exchange.ended(answer.status, error);
      return answer;
    },
  };
}

/** What a connection that breaks leaves. */
const noAnswer: WatchedAnswer = {
  status: 0,
  headers: {},
  body: new Uint8Array(),
  delivery: { kind: 'reset' },
};

/** What a fault makes of an answer, once there is one. */
export function altered(answer: WatchedAnswer, { effect }: FaultHit, signal: AbortSignal): WatchedAnswer {
  if (effect.kind === 'connection-reset') return noAnswer;
  if (effect.kind !== 'slow-body' && (effect.kind !== 'wrong-answer' || answer.status !== 200)) return answer;
  const { status, headers, body } = answer;
  if (effect.kind === 'slow-body') {
    const { bytesPerSecond } = effect;
    return { status, headers, body, delivery: { kind: 'slow-body', bytesPerSecond, signal } };
  }
  return { status, headers, body: wrongAwsAnswer(body, effect) ?? body };
}

function refusalAnswer({ status, name, textMember, text }: AwsRefusal, keyArn = ''): KmsResponse {
  return {
    status,
    headers: {
      'content-type': awsJson,
      'cache-control': 'no-cache, no-store, must-revalidate, private',
      'x-amzn-errortype': name,
    },
    body: Buffer.from(JSON.stringify({ __type: name, [textMember]: text(keyArn) })),
  };
}
