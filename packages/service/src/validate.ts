import { ApiError } from './api-error.ts';

/** What is used of a schema. */
export interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly SchemaIssue[] } };
}

interface SchemaIssue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
}

// A schema's own messages may quote what was sent; these do not.
const issueTexts: ReadonlyMap<string | undefined, string> = new Map([
  ['invalid_type', 'is missing or of the wrong type'],
  ['too_small', 'is too short or too small'],
  ['too_big', 'is too long or too large'],
  ['invalid_format', 'does not have the required form'],
  ['unrecognized_keys', 'has a member that is not known'],
  ['invalid_value', 'is not one of the allowed values'],
  ['invalid_union', 'is none of the allowed forms'],
]);

/**
 * The value in the schema's type.
 *
 * @param what what is checked, as the beginning of a sentence: `The body`
 * @throws {@link ApiError} `invalid_request`; the message names the first member that is wrong, and quotes nothing.
 */
export function validate<T>(schema: Schema<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const text = issueTexts.get(issue?.code) ?? 'is not allowed';
  throw new ApiError('invalid_request', `${what}${describePath(issue?.path ?? [])} ${text}.`);
}

/** Members of a strict schema and indices only: an unknown member's own name is never part of a path. */
function describePath(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  return path.length === 0 ? '' : ` at ${steps.join('').replace(/^\./, '')}`;
}
