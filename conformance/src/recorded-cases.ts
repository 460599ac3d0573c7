/** `aws-kms-recorded.json`: what AWS KMS answered, as data. Its README defines how an answer is matched. */
export interface RecordedFile {
  readonly format: 1;
  /** Placeholder name with brackets → a pattern, or words. */
  readonly placeholders: Readonly<Record<string, string>>;
  readonly cases: readonly RecordedCase[];
}

export interface RecordedCase {
  readonly name: string;
  readonly area: string;
  readonly steps: readonly Step[];
}

export type Step = RequestStep | CheckStep;

export interface RequestStep {
  readonly operation: string;
  readonly input: Json;
  readonly region?: 'secondary';
  readonly let?: Readonly<Record<string, Json>>;
  readonly allPages?: boolean;
  readonly until?: { readonly withinSeconds: number };
  readonly expect: Expectation;
  readonly capture?: Readonly<Record<string, string>>;
}

export interface CheckStep {
  readonly check: string;
  readonly with: Readonly<Record<string, Json>>;
}

export interface Expectation {
  readonly success?: boolean;
  readonly output?: Json;
  readonly match?: 'exact' | 'subset';
  readonly optional?: readonly string[];
  readonly transitional?: readonly string[];
  readonly absent?: readonly string[];
  readonly differs?: Readonly<Record<string, Json>>;
  readonly count?: Readonly<Record<string, number>>;
  readonly contains?: Readonly<Record<string, Json>>;
  readonly lacks?: Readonly<Record<string, Json>>;
  readonly error?: ExpectedError;
}

export interface ExpectedError {
  readonly code: string;
  readonly message?: string;
  readonly messagePattern?: string;
  readonly messageMember?: string;
  readonly httpStatus?: number;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Whether a value is an object of JSON. */
export function isMembers(value: unknown): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}

/** The value at a path such as `$.KeyMetadata.Arn`, or undefined. */
export function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .slice(1)
    .reduce<unknown>((at, name) => (isMembers(at) && Object.hasOwn(at, name) ? at[name] : undefined), value);
}
