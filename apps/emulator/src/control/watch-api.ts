import type { Awaitable } from '@keyfold/crypto-core';
import { mediaTypes, type OperationId } from '@keyfold/protocol';
import { type Service, type ServiceRequest, ServiceResponse } from '@keyfold/service';
import { whenDone } from '../when-done.ts';
import type { World } from '../world/world.ts';
import type { Delivery } from './delivery.ts';
import type { FaultHit } from './fault-book.ts';
import { faultRows } from './fault-effects.ts';
import type { Exchange, Watch, WatchedSource } from './watch.ts';
import { spoilFrame, wrongApiAnswer } from './wrong-answer.ts';

/** An answer of the encryption API, and how it is to be delivered where a fault has a say in it. */
export interface WatchedApiAnswer {
  readonly answer: ServiceResponse;
  readonly delivery?: Delivery;
}

/** The public part of an API key, by which it is named in lists. */
const publicPart = /^Bearer (kf_(?:admin|application)_[A-Za-z0-9_-]{8})[A-Za-z0-9_-]{35}$/;

/** The services of the worlds that have theirs loaded: to ask again for what was promised would cost each request a promise. */
const loaded = new WeakMap<World['service'], Service>();

/** The encryption API, watched: each request is written into the journal, and faults strike it. */
export function executeWatched(
  { service: load, watch }: Pick<World, 'service' | 'watch'>,
  id: OperationId,
  request: ServiceRequest,
): Awaitable<WatchedApiAnswer> {
  const service = loaded.get(load);
  if (service !== undefined) return executed(service, watch, id, request);
  return load().then((service) => {
    loaded.set(load, service);
    return executed(service, watch, id, request);
  });
}

function executed(
  service: Service,
  watch: Watch,
  id: OperationId,
  request: ServiceRequest,
): Awaitable<WatchedApiAnswer> {
  const { requestId } = request;
  const exchange = watch.beginAt(sourceOf(request), requestId);
  exchange.named(id, request.params['tenant'] ?? null);
  const noted = (answered: WatchedApiAnswer): WatchedApiAnswer => {
    let watched = answered;
    if (watch.signal.aborted && watched.answer.status >= 500 && watched.delivery === undefined) {
      // What failed because the state was put back is not the request's fault.
      watched.answer[Symbol.dispose]();
      watched = { answer: service.refuse('service_closed', requestId) };
    }
    exchange.ended(watched.answer.status, errorOf(watched.answer));
    return watched;
  };
  const failed = (error: unknown): WatchedApiAnswer => {
    if (!watch.signal.aborted) throw error;
    return noted({ answer: service.refuse('service_closed', requestId) });
  };
  let answered: Awaitable<WatchedApiAnswer>;
  try {
    const striking = exchange.strike();
    answered =
      striking === undefined
        ? whenDone(service.execute(id, request), (answer) => ({ answer }))
        : struck(service, id, request, striking, exchange, watch.signal);
  } catch (error) {
    return failed(error);
  }
  return answered instanceof Promise ? answered.then(noted, failed) : noted(answered);
}

/** Where the last request came from: thousands in a journal come from the same one, and share it. */
let lastSource: WatchedSource & { readonly caller: string | null } = {
  service: 'encryption-api',
  from: 'client',
  caller: null,
};

/** Where a request comes from: the public part of the API key that it carries. */
function sourceOf({ headers }: ServiceRequest): WatchedSource {
  const { authorization } = headers;
  const found = typeof authorization === 'string' ? publicPart.exec(authorization)?.[1] : undefined;
  if (found === undefined ? lastSource.caller === null : lastSource.caller === found) return lastSource;
  // A part of a string keeps the whole of it, and the journal keeps this one: the key would stay for as long.
  const caller = found === undefined ? null : Buffer.from(found, 'latin1').toString('latin1');
  lastSource = { service: 'encryption-api', from: 'client', caller };
  return lastSource;
}

async function struck(
  service: Service,
  id: OperationId,
  request: ServiceRequest,
  striking: Awaitable<FaultHit | undefined>,
  exchange: Exchange,
  signal: AbortSignal,
): Promise<WatchedApiAnswer> {
  const hit = await striking;
  const effect = hit?.effect;
  const code = effect === undefined ? undefined : faultRows[effect.kind].refusal?.['encryption-api'];
  if (code !== undefined) return { answer: service.refuse(code, request.requestId) };
  if (effect?.kind === 'connection-reset' && effect.when !== 'after') return broken();
  const answer = await service.execute(id, request);
  const watched = hit === undefined ? { answer } : altered(answer, hit, signal);
  if (watched === undefined) exchange.missed();
  return watched ?? { answer };
}

const broken = (): WatchedApiAnswer => ({
  answer: new ServiceResponse(0, {}, new Uint8Array()),
  delivery: { kind: 'reset' },
});

/** What a fault makes of an answer; undefined where a wrong answer has nothing to change in it. */
function altered(
  answer: ServiceResponse,
  { effect }: FaultHit,
  signal: AbortSignal,
): WatchedApiAnswer | undefined {
  if (effect.kind === 'connection-reset') {
    answer[Symbol.dispose]();
    return broken();
  }
  if (effect.kind === 'slow-body')
    return { answer, delivery: { kind: 'slow-body', bytesPerSecond: effect.bytesPerSecond, signal } };
  if (effect.kind !== 'wrong-answer') return { answer };
  if (answer.status !== 200) return undefined;
  if (answer.headers['content-type'] === mediaTypes.frame) {
    if (effect.what !== 'flipped-bit' || answer.body.byteLength === 0) return undefined;
    spoilFrame(answer.body);
    return { answer };
  }
  const body = wrongApiAnswer(answer.body, effect);
  return body === undefined
    ? undefined
    : { answer: new ServiceResponse(answer.status, answer.headers, body) };
}

/** The code of an answer that is an error. */
function errorOf(answer: ServiceResponse): string | null {
  if (answer.status === 0) return 'connection_reset';
  if (answer.status < 400) return null;
  // Every error is JSON. Not by its bytes, which would have to be made for it.
  const { error }: { error?: { code?: string } } = JSON.parse(answer.text ?? '{}');
  return error?.code ?? null;
}
