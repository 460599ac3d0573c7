/*
 * What is used of @opentelemetry/api, so that the SDK imports none of it: whoever traces passes the module, and whoever does
 * not needs none. The real module fits; a test holds it against these types.
 */

/** Values of attributes that the SDK sets. */
export type TelemetryAttributes = Record<string, string | number>;

/** @see https://opentelemetry.io/docs/specs/otel/trace/api/#span */
export interface TelemetrySpan {
  setAttributes(attributes: TelemetryAttributes): unknown;
  setStatus(status: { readonly code: number }): unknown;
  end(): void;
}

export interface TelemetryTracer {
  startSpan(
    name: string,
    options: { readonly kind: number; readonly attributes: TelemetryAttributes },
    context: unknown,
  ): TelemetrySpan;
}

export interface TelemetryHistogram {
  record(value: number, attributes: TelemetryAttributes): void;
}

export interface TelemetryCounter {
  add(value: number, attributes: TelemetryAttributes): void;
}

export interface TelemetryMeter {
  createHistogram(
    name: string,
    options: {
      readonly description: string;
      readonly unit: string;
      readonly advice: { readonly explicitBucketBoundaries: number[] };
    },
  ): TelemetryHistogram;
  createCounter(
    name: string,
    options: { readonly description: string; readonly unit: string },
  ): TelemetryCounter;
}

/** The parts of the module `@opentelemetry/api` that are used. Contexts are passed through as they are. */
export interface OpenTelemetryApi {
  readonly SpanKind: { readonly INTERNAL: number; readonly CLIENT: number };
  readonly SpanStatusCode: { readonly ERROR: number };
  readonly context: {
    active(): unknown;
    with<T>(context: unknown, run: () => T): T;
  };
  readonly propagation: { inject(context: unknown, carrier: Record<string, string>): void };
  readonly trace: {
    getTracer(name: string, version: string): TelemetryTracer;
    setSpan(context: unknown, span: TelemetrySpan): unknown;
  };
  readonly metrics: { getMeter(name: string, version: string): TelemetryMeter };
}
