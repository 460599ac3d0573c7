import * as opentelemetry from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveCallConfig } from '../../src/calls/call-config.ts';
import type { Middleware } from '../../src/calls/middleware.ts';
import { Keyfold } from '../../src/index.ts';
import { Tenants } from '../../src/tenants.ts';
import { testApiKey } from '../support/clients.ts';
import { FakeTime } from '../support/fake-time.ts';
import { KeyServer } from '../support/key-server.ts';
import { down, ok, type Reply, refusal, scriptedClient } from '../support/scripted-client.ts';
import { rejection } from '../support/settle.ts';

const spans = new InMemorySpanExporter();
let metrics: InMemoryMetricExporter;
let reader: PeriodicExportingMetricReader;

const traceParent = /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/;
const propagator: opentelemetry.TextMapPropagator = {
  inject: (context, carrier, setter) => {
    const span = opentelemetry.trace.getSpanContext(context);
    if (span !== undefined) {
      setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-0${span.traceFlags}`);
    }
    setter.set(carrier, 'baggage', 'user=CANARY');
    setter.set(carrier, 'authorization', 'CANARY');
  },
  extract: (context) => context,
  fields: () => ['traceparent'],
};

beforeEach(() => {
  spans.reset();
  metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 });
  opentelemetry.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  opentelemetry.trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
  );
  opentelemetry.metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  opentelemetry.propagation.setGlobalPropagator(propagator);
});
afterEach(async () => {
  await reader.shutdown();
  for (const api of [
    opentelemetry.context,
    opentelemetry.trace,
    opentelemetry.metrics,
    opentelemetry.propagation,
  ]) {
    api.disable();
  }
});

function traced(replies: readonly Reply[], middleware: readonly Middleware[] = []) {
  const time = new FakeTime({ automatic: true });
  const baseUrl = { origin: 'https://keyfold.example', pathPrefix: '', secure: true };
  const { observer } = resolveCallConfig({ opentelemetry }, {}, baseUrl, time);
  return scriptedClient(replies, { time, observer, middleware });
}

const parentOf = (span: ReadableSpan | undefined) => span?.parentSpanContext?.spanId;

async function points(): Promise<Record<string, readonly (readonly [object, unknown])[]>> {
  await reader.forceFlush();
  const found = metrics
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap((scope) => scope.metrics);
  return Object.fromEntries(
    found.map(({ descriptor, dataPoints }) => [
      `${descriptor.name} (${descriptor.unit})`,
      dataPoints.map(({ attributes, value }) => [
        attributes,
        typeof value === 'number' ? value : Reflect.get(Object(value), 'count'),
      ]),
    ]),
  );
}

describe('a trace', () => {
  it('has a span for a call, and within it one for each attempt, by the conventions for HTTP clients', async () => {
    const { client, sent } = traced([refusal('root_key_unavailable'), ok]);
    await opentelemetry.trace.getTracer('test').startActiveSpan('mine', async (mine) => {
      await new Tenants(client).get('acme');
      mine.end();
    });
    const [first, second, call, mine] = spans.getFinishedSpans();
    expect(mine?.name).toBe('mine');
    expect(parentOf(call)).toBe(mine?.spanContext().spanId);
    expect([parentOf(first), parentOf(second)]).toEqual([
      call?.spanContext().spanId,
      call?.spanContext().spanId,
    ]);
    expect(call).toMatchObject({
      name: 'keyfold getTenant',
      kind: opentelemetry.SpanKind.INTERNAL,
      attributes: { 'keyfold.operation': 'getTenant', 'keyfold.attempts': 2 },
      status: { code: opentelemetry.SpanStatusCode.UNSET },
      instrumentationScope: { name: '@keyfold/sdk', version: '0.0.0' },
    });
    const http = {
      'http.request.method': 'GET',
      'url.full': 'https://keyfold.example/v1/tenants/acme',
      'url.template': '/v1/tenants/{tenant}',
      'server.address': 'keyfold.example',
      'server.port': 443,
      'keyfold.request_id': 'req-42',
    };
    expect(first).toMatchObject({
      name: 'GET /v1/tenants/{tenant}',
      kind: opentelemetry.SpanKind.CLIENT,
      attributes: { ...http, 'http.response.status_code': 503, 'error.type': 'root_key_unavailable' },
      status: { code: opentelemetry.SpanStatusCode.ERROR },
    });
    expect(first?.attributes['http.request.resend_count']).toBeUndefined();
    expect(second).toMatchObject({
      attributes: { ...http, 'http.response.status_code': 200, 'http.request.resend_count': 1 },
      status: { code: opentelemetry.SpanStatusCode.UNSET },
    });
    expect(second?.attributes['error.type']).toBeUndefined();
    expect(sent).toHaveLength(2);
  });

  it('goes on at the service, under the span of the attempt; baggage and other headers stay here', async () => {
    const { client, sent } = traced([down, ok]);
    await new Tenants(client).get('acme');
    const headers = sent.map((request) => request.headers);
    for (const { traceparent, baggage, authorization } of headers) {
      expect(traceparent).toMatch(traceParent);
      expect(baggage).toBeUndefined();
      expect(authorization).toBe(`Bearer ${testApiKey}`);
    }
    const [first, second] = spans.getFinishedSpans();
    expect(headers.map(({ traceparent }) => traceparent?.split('-')[2])).toEqual([
      first?.spanContext().spanId,
      second?.spanContext().spanId,
    ]);
  });

  it('has what a middleware does below the attempt', async () => {
    const { client } = traced(
      [ok],
      [
        (request, next) =>
          opentelemetry.trace.getTracer('test').startActiveSpan('inner', async (span) => {
            try {
              return await next(request);
            } finally {
              span.end();
            }
          }),
      ],
    );
    await new Tenants(client).get('acme');
    const [inner, attempt] = spans.getFinishedSpans();
    expect(inner?.name).toBe('inner');
    expect(parentOf(inner)).toBe(attempt?.spanContext().spanId);
  });

  it('says how a call ended, by code and not by text', async () => {
    const { client } = traced([refusal('permission_denied')]);
    await rejection(new Tenants(client).get('acme'));
    const [attempt, call] = spans.getFinishedSpans();
    for (const span of [attempt, call]) {
      expect(span?.attributes['error.type']).toBe('permission_denied');
      expect(span?.status).toEqual({ code: opentelemetry.SpanStatusCode.ERROR });
      expect(span?.events).toEqual([]);
    }
  });

  it('leaves out the values of a query', async () => {
    const { client } = traced([refusal('invalid_request')]);
    await rejection(new Tenants(client).list({ limit: 3, cursor: 'CANARY' }));
    expect(spans.getFinishedSpans()[0]?.attributes['url.full']).toBe(
      'https://keyfold.example/v1/tenants?limit=3&cursor=REDACTED',
    );
  });
});

describe('metrics', () => {
  it('count requests, calls and retries', async () => {
    const { client } = traced([down, ok, refusal('permission_denied')]);
    await new Tenants(client).get('acme');
    await rejection(new Tenants(client).get('acme'));
    const measured = {
      'http.request.method': 'GET',
      'url.template': '/v1/tenants/{tenant}',
      'server.address': 'keyfold.example',
      'server.port': 443,
    };
    const operation = { 'keyfold.operation': 'getTenant' };
    expect(await points()).toEqual({
      'http.client.request.duration (s)': [
        [{ ...measured, 'error.type': 'connection_failed' }, 1],
        [{ ...measured, 'http.response.status_code': 200 }, 1],
        [{ ...measured, 'http.response.status_code': 403, 'error.type': 'permission_denied' }, 1],
      ],
      'keyfold.client.call.duration (s)': [
        [operation, 1],
        [{ ...operation, 'error.type': 'permission_denied' }, 1],
      ],
      'keyfold.client.retries ({retry})': [[{ ...operation, 'error.type': 'connection_failed' }, 1]],
    });
  });
});

describe('what fails while it watches fails no call', () => {
  const failing = (): never => {
    throw new Error('The exporter is down.');
  };
  const processor = {
    onStart: () => {},
    onEnd: () => {},
    forceFlush: async () => {},
    shutdown: async () => {},
  };

  it.each(['onStart', 'onEnd'] as const)('a span processor that throws in %s', async (name) => {
    const spanProcessors = [{ ...processor, [name]: failing }];
    opentelemetry.trace.disable();
    opentelemetry.trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
    const { client, sent } = traced([down, ok]);
    expect(await new Tenants(client).get('acme')).toMatchObject({ id: 'acme' });
    expect(sent).toHaveLength(2);
  });

  it.each<[string, opentelemetry.TextMapPropagator['inject']]>([
    ['throws', failing],
    ['sets what no header has', (_, carrier, setter) => setter.set(carrier, 'tracestate', 'a\r\nhost: b')],
  ])('a propagator that %s', async (_, inject) => {
    opentelemetry.propagation.disable();
    opentelemetry.propagation.setGlobalPropagator({ ...propagator, inject });
    const { client, sent } = traced([ok]);
    expect(await new Tenants(client).get('acme')).toMatchObject({ id: 'acme' });
    expect(sent.map(({ headers }) => headers['tracestate'])).toEqual([undefined]);
  });

  it('a context that does not run what it is given', async () => {
    const lost = { ...opentelemetry, context: { active: () => undefined, with: failing } };
    const { observer } = resolveCallConfig(
      { opentelemetry: lost },
      {},
      { origin: 'https://keyfold.example', pathPrefix: '', secure: true },
      new FakeTime(),
    );
    const { client, sent } = scriptedClient([ok], { observer });
    expect(await new Tenants(client).get('acme')).toMatchObject({ id: 'acme' });
    expect(sent).toHaveLength(1);
  });
});

describe('a client', () => {
  it('takes the module as it is, and shows it nothing secret', async () => {
    await using server = await KeyServer.start();
    await using keyfold = new Keyfold({
      apiKey: testApiKey,
      baseUrl: server.url,
      insecureLoopback: true,
      opentelemetry,
    });
    await keyfold
      .tenant('acme')
      .service('billing')
      .encrypt('CANARY', { context: { card: 'CANARY' } });
    const shown = JSON.stringify(spans.getFinishedSpans().map(({ name, attributes }) => [name, attributes]));
    expect(shown).toContain('wrapDataKeys');
    expect(shown).toContain(`"server.port":${server.port}`);
    expect(shown).not.toContain('CANARY');
    expect(shown).not.toContain(testApiKey);
    expect(server.requests[0]?.headers['traceparent']).toMatch(traceParent);
  });

  it('refuses what is not the module', () => {
    const settings = { apiKey: testApiKey, baseUrl: 'https://keyfold.example', opentelemetry: {} };
    // @ts-expect-error an empty object is no module
    expect(() => new Keyfold(settings)).toThrow(expect.objectContaining({ code: 'option_invalid' }));
  });

  it('without it sends no trace', async () => {
    const { client, sent } = scriptedClient([ok]);
    await new Tenants(client).get('acme');
    expect(sent[0]?.headers['traceparent']).toBeUndefined();
    expect(spans.getFinishedSpans()).toEqual([]);
  });
});
