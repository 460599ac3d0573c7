import type { Awaitable } from '@keyfold/crypto-core';
import type { KmsRequest, RequestProbe } from '../kms/kms.ts';
import type { AccessReport } from '../kms/policy/access-gate.ts';
import { awsJson, type KmsResponse } from '../kms/wire/answers.ts';
import { RequestIds } from '../request-ids.ts';
import type { Delivery } from './delivery.ts';
import type { FaultHit } from './fault-book.ts';
import { type AwsRefusal, faultRows } from './fault-effects.ts';
import type { Exchange, Watch, WatchedSource } from './watch.ts';
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
  handle(request: Request): Awaitable<KmsResponse>;
}

/** A service of AWS's as it is reached, with its watch. */
export interface WatchedAws {
  handle(request: KmsRequest): Awaitable<WatchedAnswer>;
}

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
  const ids = new RequestIds();
  const sources = new Sources(service, from);
  const names = new OperationNames();
  return {
    handle(request) {
      const { requestId = ids.next(), accountId, region, credentials, target } = request;
      const source = sources.of(accountId, region, credentials?.principal.arn);
      const exchange = watch.beginAt(source, requestId);
      const operation = names.of(target);
      if (operation !== undefined) exchange.named(operation);
      const probe = new ExchangeProbe(exchange, service);
      try {
        const answer = inner.handle(requestOf(request, requestId, probe));
        // Not awaited where it is there: most answers are.
        return answer instanceof Promise
          ? answer.then(
              (answer) => noted(answer, exchange, watch.signal),
              (error: unknown) => failed(error, exchange, watch.signal),
            )
          : noted(answer, exchange, watch.signal);
      } catch (error) {
        return failed(error, exchange, watch.signal);
      }
    },
  };
}

const operationForm = /^[A-Za-z]{1,64}$/;
/** As many targets are remembered: more than a service has operations. */
const maxTargets = 256;
/** Longer ones are not remembered. */
const maxTargetLength = 128;

/** What targets name, each read once: thousands of requests in a journal share their operation's name. */
class OperationNames {
  readonly #byTarget = new Map<string, string>();

  /** undefined where no operation can have such a name. One that the service does not know is the client's text. */
  of(target: string): string | undefined {
    const known = this.#byTarget.get(target);
    if (known !== undefined) return known;
    const operation = target.slice(target.indexOf('.') + 1);
    if (!operationForm.test(operation)) return undefined;
    if (target.length > maxTargetLength) return operation;
    if (this.#byTarget.size === maxTargets) this.#byTarget.clear();
    this.#byTarget.set(target, operation);
    return operation;
  }
}

/** Where requests come from, the one of the last request kept: thousands in a journal share it. */
class Sources {
  readonly #service: WatchedSource['service'];
  readonly #from: WatchedSource['from'];
  #last: WatchedSource | undefined;

  constructor(service: WatchedSource['service'], from: WatchedSource['from']) {
    this.#service = service;
    this.#from = from;
  }

  of(account: string, region: string, caller: string | undefined): WatchedSource {
    const last = this.#last;
    if (last !== undefined && last.account === account && last.region === region && last.caller === caller)
      return last;
    this.#last = { service: this.#service, from: this.#from, account, region, caller };
    return this.#last;
  }
}

/** A request with what watches it. Written out: to spread it would cost as much as to find its key. */
function requestOf(request: KmsRequest, requestId: string, probe: RequestProbe): KmsRequest {
  const { target, body, accountId, region, credentials, connection, viaService } = request;
  return {
    target,
    body,
    accountId,
    region,
    requestId,
    credentials,
    connection,
    viaService,
    probe,
  };
}

function noted(inner: KmsResponse, exchange: Exchange, signal: AbortSignal): WatchedAnswer {
  const { hit } = exchange;
  const answer = hit === undefined ? inner : altered(inner, hit, signal);
  if (answer === inner && hit?.effect.kind === 'wrong-answer') exchange.missed();
  // What failed because the state was put back is not the request's fault.
  return ended(signal.aborted && answer.status >= 500 ? unavailableAnswer() : answer, exchange);
}

function failed(error: unknown, exchange: Exchange, signal: AbortSignal): WatchedAnswer {
  if (!signal.aborted) throw error;
  return ended(unavailableAnswer(), exchange);
}

function ended(answer: WatchedAnswer, exchange: Exchange): WatchedAnswer {
  const error = answer.status === 200 ? null : (answer.headers['x-amzn-errortype'] ?? 'ConnectionReset');
  if (error === 'UnknownOperationException') exchange.unnamed();
  exchange.ended(answer.status, error);
  return answer;
}

/** What a connection that breaks leaves. */
const noAnswer: WatchedAnswer = {
  status: 0,
  headers: {},
  body: new Uint8Array(),
  delivery: { kind: 'reset' },
};

/** What a fault makes of an answer, once there is one; the same answer where there is nothing to change. */
export function altered(answer: WatchedAnswer, { effect }: FaultHit, signal: AbortSignal): WatchedAnswer {
  if (effect.kind === 'connection-reset') return noAnswer;
  if (effect.kind !== 'slow-body' && (effect.kind !== 'wrong-answer' || answer.status !== 200)) return answer;
  const { status, headers, body } = answer;
  if (effect.kind === 'slow-body') {
    const { bytesPerSecond } = effect;
    return { status, headers, body, delivery: { kind: 'slow-body', bytesPerSecond, signal } };
  }
  const wrong = wrongAwsAnswer(body, effect);
  return wrong === undefined ? answer : { status, headers, body: wrong };
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
