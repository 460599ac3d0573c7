import { mediaTypes, type OperationId } from '@keyfold/protocol';
import { type Service, type ServiceRequest, ServiceResponse } from '@keyfold/service';
import type { Delivery } from './delivery.ts';
import type { FaultHit } from './fault-book.ts';
import { faultRows } from './fault-effects.ts';
import type { Exchange, Watch } from './watch.ts';
import { spoilFrame, wrongApiAnswer } from './wrong-answer.ts';

/** An answer of the encryption API, and how it is to be delivered where a fault has a say in it. */
export interface WatchedApiAnswer {
  readonly answer: ServiceResponse;
  readonly delivery?: Delivery;
}

/** The public part of an API key, by which it is named in lists. */
const publicPart = /^Bearer (kf_(?:admin|application)_[A-Za-z0-9_-]{8})[A-Za-z0-9_-]{35}$/;

/** The encryption API, watched: each request is written into the journal, and faults strike it. */
export async function executeWatched(
  service: Service,
  watch: Watch,
  id: OperationId,
  request: ServiceRequest,
): Promise<WatchedApiAnswer> {
  const { authorization } = request.headers;
  const caller = typeof authorization === 'string' ? (publicPart.exec(authorization)?.[1] ?? null) : null;
  const { requestId } = request;
  const exchange = watch.begin({ service: 'encryption-api', from: 'client', requestId, caller });
  exchange.named(id, request.params['tenant'] ?? null);
  let watched: WatchedApiAnswer;
  try {
    watched = await struck(service, id, request, exchange, watch.signal);
  } catch (error) {
    if (!watch.signal.aborted) throw error;
    watched = { answer: service.refuse('service_closed', requestId) };
  }
  if (watch.signal.aborted && watched.answer.status >= 500 && watched.delivery === undefined) {
    // What failed because the state was put back is not the request's fault.
    watched.answer[Symbol.dispose]();
    watched = { answer: service.refuse('service_closed', requestId) };
  }
  const { status } = watched.answer;
  exchange.ended(status, errorOf(watched.answer));
  return watched;
}

async function struck(
  service: Service,
  id: OperationId,
  request: ServiceRequest,
  exchange: Exchange,
  signal: AbortSignal,
): Promise<WatchedApiAnswer> {
  const striking = exchange.strike();
  const hit = striking === undefined ? undefined : await striking;
  const effect = hit?.effect;
  const code = effect === undefined ? undefined : faultRows[effect.kind].refusal?.['encryption-api'];
  if (code !== undefined) return { answer: service.refuse(code, request.requestId) };
  if (effect?.kind === 'connection-reset' && effect.when !== 'after') return broken();
  const answer = await service.execute(id, request);
  return hit === undefined ? { answer } : altered(answer, hit, signal);
}

const broken = (): WatchedApiAnswer => ({
  answer: new ServiceResponse(0, {}, new Uint8Array()),
  delivery: { kind: 'reset' },
});

function altered(answer: ServiceResponse, { effect }: FaultHit, signal: AbortSignal): WatchedApiAnswer {
  if (effect.kind === 'connection-reset') {
    answer[Symbol.dispose]();
    return broken();
  }
  if (effect.kind === 'slow-body')
    return { answer, delivery: { kind: 'slow-body', bytesPerSecond: effect.bytesPerSecond, signal } };
  if (effect.kind !== 'wrong-answer' || answer.status !== 200) return { answer };
  if (answer.headers['content-type'] === mediaTypes.frame) {
    if (effect.what === 'flipped-bit') spoilFrame(answer.body);
    return { answer };
  }
  const body = wrongApiAnswer(answer.body, effect);
  return { answer: body === undefined ? answer : new ServiceResponse(answer.status, answer.headers, body) };
}

/** The code of an answer that is an error. */
function errorOf({ status, body }: ServiceResponse): string | null {
  if (status === 0) return 'connection_reset';
  if (status < 400) return null;
  const { error }: { error?: { code?: string } } = JSON.parse(Buffer.from(body).toString('utf8'));
  return error?.code ?? null;
}
