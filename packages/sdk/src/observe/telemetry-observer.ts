import type { Clock } from '@keyfold/crypto-core';
import { isKeyfoldError } from '@keyfold/crypto-core';
import type { OperationId } from '@keyfold/protocol';
import type { CallError } from '../calls/call-error.ts';
import { requestIdOf } from '../calls/response-info.ts';
import type { BaseUrl } from '../transport/base-url.ts';
import { sdkVersion } from '../version.ts';
import type { AttemptObservation, BegunAttempt, CallObservation, CallObserver } from './call-observer.ts';
import type {
  OpenTelemetryApi,
  TelemetryAttributes,
  TelemetryCounter,
  TelemetryHistogram,
  TelemetrySpan,
  TelemetryTracer,
} from './open-telemetry.ts';
import { shownPath } from './shown-path.ts';

const scope = '@keyfold/sdk';

/** Boundaries in seconds, as the conventions for HTTP metrics advise. */
const boundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Headers by which a trace goes on at the service (https://www.w3.org/TR/trace-context/); baggage stays here. */
const traceHeaders: readonly string[] = ['traceparent', 'tracestate'];

/** What can stand in a header; anything else would end the request. */
const shownText = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

interface Instruments {
  readonly api: OpenTelemetryApi;
  readonly clock: Clock;
  readonly tracer: TelemetryTracer;
  readonly requestDuration: TelemetryHistogram;
  readonly callDuration: TelemetryHistogram;
  readonly retries: TelemetryCounter;
  readonly origin: string;
  readonly server: TelemetryAttributes;
}

/**
 * Spans and metrics: one span for a call, and within it one for each attempt, named and described by the semantic
 * conventions for HTTP clients (https://opentelemetry.io/docs/specs/semconv/http/).
 */
export function telemetryObserver(api: OpenTelemetryApi, baseUrl: BaseUrl, clock: Clock): CallObserver {
  const meter = api.metrics.getMeter(scope, sdkVersion);
  const { hostname, port, protocol } = new URL(baseUrl.origin);
  const seconds = { unit: 's', advice: { explicitBucketBoundaries: boundaries } };
  const instruments: Instruments = {
    api,
    clock,
    tracer: api.trace.getTracer(scope, sdkVersion),
    requestDuration: meter.createHistogram('http.client.request.duration', {
      ...seconds,
      description: 'Duration of HTTP client requests.',
    }),
    callDuration: meter.createHistogram('keyfold.client.call.duration', {
      ...seconds,
      description: 'Duration of calls to the service, with all attempts and waits.',
    }),
    retries: meter.createCounter('keyfold.client.retries', {
      description: 'Attempts that followed another one of the same call.',
      unit: '{retry}',
    }),
    origin: baseUrl.origin,
    server: {
      'server.address': hostname,
      'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    },
  };
  return {
    begin: (operation) => new TracedCall(operation, instruments),
    circuitChanged: () => {}, // calls that it ends say so themselves, by their error's code
  };
}

class TracedCall implements CallObservation {
  readonly #operation: OperationId;
  readonly #instruments: Instruments;
  readonly #span: TelemetrySpan;
  readonly #context: unknown;
  readonly #startedMs: number;

  constructor(operation: OperationId, instruments: Instruments) {
    const { api, tracer, clock } = instruments;
    const parent = api.context.active();
    this.#operation = operation;
    this.#instruments = instruments;
    this.#startedMs = clock.now().monotonicMs;
    this.#span = tracer.startSpan(
      `keyfold ${operation}`,
      { kind: api.SpanKind.INTERNAL, attributes: { 'keyfold.operation': operation } },
      parent,
    );
    this.#context = api.trace.setSpan(parent, this.#span);
  }

  attempt(attempt: BegunAttempt): AttemptObservation {
    return new TracedAttempt(attempt, this.#instruments, this.#context);
  }

  retry(error: CallError): void {
    this.#instruments.retries.add(1, { 'keyfold.operation': this.#operation, 'error.type': error.code });
  }

  end(attempts: number, error?: unknown): void {
    const { api, clock, callDuration } = this.#instruments;
    const outcome = errorType(error);
    callDuration.record((clock.now().monotonicMs - this.#startedMs) / 1_000, {
      'keyfold.operation': this.#operation,
      ...outcome,
    });
    this.#span.setAttributes({ 'keyfold.attempts': attempts, ...outcome });
    if (error !== undefined) this.#span.setStatus({ code: api.SpanStatusCode.ERROR });
    this.#span.end();
  }
}

class TracedAttempt implements AttemptObservation {
  readonly headers: Readonly<Record<string, string>>;
  readonly #instruments: Instruments;
  readonly #span: TelemetrySpan;
  readonly #context: unknown;
  readonly #startedMs: number;
  readonly #measured: TelemetryAttributes;

  constructor(attempt: BegunAttempt, instruments: Instruments, parent: unknown) {
    const { api, tracer, clock, origin, server } = instruments;
    this.#instruments = instruments;
    this.#startedMs = clock.now().monotonicMs;
    this.#measured = { 'http.request.method': attempt.method, 'url.template': attempt.template, ...server };
    this.#span = tracer.startSpan(
      `${attempt.method} ${attempt.template}`,
      {
        kind: api.SpanKind.CLIENT,
        attributes: {
          ...this.#measured,
          'url.full': origin + shownPath(attempt.path),
          ...(attempt.number > 1 && { 'http.request.resend_count': attempt.number - 1 }),
          ...(attempt.body && { 'http.request.body.size': attempt.body.byteLength }),
        },
      },
      parent,
    );
    this.#context = api.trace.setSpan(parent, this.#span);
    const carrier: Record<string, string> = {};
    api.propagation.inject(this.#context, carrier);
    this.headers = Object.fromEntries(
      Object.entries(carrier).filter(([name, value]) => traceHeaders.includes(name) && shownText.test(value)),
    );
  }

  run<T>(attempt: () => Promise<T>): Promise<T> {
    return this.#instruments.api.context.with(this.#context, attempt);
  }

  answered(response: Parameters<AttemptObservation['answered']>[0], byteLength: number): void {
    this.#measured['http.response.status_code'] = response.status;
    const requestId = requestIdOf(response);
    this.#span.setAttributes({
      'http.response.status_code': response.status,
      'http.response.body.size': byteLength,
      ...(requestId !== undefined && { 'keyfold.request_id': requestId }),
    });
  }

  end(error?: unknown): void {
    const { api, clock, requestDuration } = this.#instruments;
    const outcome = errorType(error);
    requestDuration.record((clock.now().monotonicMs - this.#startedMs) / 1_000, {
      ...this.#measured,
      ...outcome,
    });
    this.#span.setAttributes(outcome);
    if (error !== undefined) this.#span.setStatus({ code: api.SpanStatusCode.ERROR });
    this.#span.end();
  }
}

/** The code of an error of ours, the name of another's: few values, and nothing of its text. */
function errorType(error: unknown): TelemetryAttributes {
  if (error === undefined) return {};
  if (isKeyfoldError(error)) return { 'error.type': error.code };
  return { 'error.type': error instanceof Error ? error.name : '_OTHER' };
}
