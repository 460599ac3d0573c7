import { type PolicyDocument, parsePolicy } from './policy-document.ts';
import { PolicyFlaw } from './policy-flaw.ts';

const parsed = new WeakMap<object, PolicyDocument>();
const nothing: PolicyDocument = { statements: [] };

/**
 * The key policy of a record, read once for each version of the record. One that cannot be read, which no request can store,
 * allows nothing.
 */
export function policyOf(record: { readonly policy: string }): PolicyDocument {
  const known = parsed.get(record);
  if (known !== undefined) return known;
  const document = read(record.policy);
  parsed.set(record, document);
  return document;
}

function read(text: string): PolicyDocument {
  try {
    return parsePolicy(text, 'key');
  } catch (error) {
    if (error instanceof PolicyFlaw) return nothing;
    throw error;
  }
}
