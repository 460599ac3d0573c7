import { inspect } from 'node:util';
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
import { vi } from 'vitest';
import type { KeyfoldOptions, Middleware } from '../../../src/index.ts';
import { shown } from './canaries.ts';

/** Every place where a client could show something, as text by the place's name. */
export interface Sinks extends AsyncDisposable {
  /** What a client is given to use them all. */
  readonly options: Pick<KeyfoldOptions, 'logger' | 'logLevel' | 'opentelemetry' | 'use'>;
  collect(): Promise<Readonly<Record<string, string>>>;
}

const whole = { depth: 10, showHidden: true, maxArrayLength: null, maxStringLength: null } as const;

export function openSinks(): Sinks {
  const log: string[] = [];
  const written: string[] = [];
  const seenByMiddleware: string[] = [];
  const entry = (message: string, fields: unknown): void => {
    log.push(message, inspect(fields, whole), JSON.stringify(fields));
  };
  const middleware: Middleware = async (request, next) => {
    seenByMiddleware.push(shown(request));
    const response = await next(request);
    seenByMiddleware.push(shown(response), response.header('authorization') ?? '');
    return response;
  };

  const spans = new InMemorySpanExporter();
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 });
  const contexts = new AsyncLocalStorageContextManager().enable();
  opentelemetry.context.setGlobalContextManager(contexts);
  opentelemetry.trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
  );
  opentelemetry.metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

  const onWarning = (warning: Error): void => void written.push(shown(warning));
  process.on('warning', onWarning);
  const write = (chunk: unknown): boolean => written.push(String(chunk)) > 0;
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(write),
    vi.spyOn(process.stderr, 'write').mockImplementation(write),
    ...(['log', 'info', 'warn', 'error', 'debug', 'trace'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation((...values: unknown[]) => write(inspect(values, whole))),
    ),
  ];

  return {
    options: {
      logger: { debug: entry, info: entry, warn: entry, error: entry },
      logLevel: 'debug',
      opentelemetry,
      use: [middleware],
    },
    collect: async () => {
      await reader.forceFlush();
      return {
        log: log.join('\n'),
        spans: spans.getFinishedSpans().map(spanText).join('\n'),
        metrics: JSON.stringify(metrics.getMetrics()),
        middleware: seenByMiddleware.join('\n'),
        'standard output': written.join('\n'),
      };
    },
    [Symbol.asyncDispose]: async () => {
      for (const spy of spies) spy.mockRestore();
      process.off('warning', onWarning);
      await reader.shutdown();
      contexts.disable();
      for (const api of [opentelemetry.context, opentelemetry.trace, opentelemetry.metrics]) api.disable();
    },
  };
}

function spanText({ name, attributes, events, links, status, resource }: ReadableSpan): string {
  return JSON.stringify({ name, attributes, events, links, status, resource: resource.attributes });
}
