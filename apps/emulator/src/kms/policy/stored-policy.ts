import { type PolicyDocument, parsePolicy } from './policy-document.ts';
import { PolicyFlaw } from './policy-flaw.ts';

const nothing: PolicyDocument = { statements: [] };

/** Policies that were read, by their text. Many keys have one text: a version of a record brings no new one. */
const parsed = new Map<string, PolicyDocument>();
/** Of the texts that are kept, together; the oldest go first. */
const maxTextLength = 4 * 1024 * 1024;
let textLength = 0;

/** The key policy of a record. One that cannot be read, which no request can store, allows nothing. */
export function policyOf({ policy }: { readonly policy: string }): PolicyDocument {
  const known = parsed.get(policy);
  if (known !== undefined) return known;
  const document = read(policy);
  parsed.set(policy, document);
  textLength += policy.length;
  for (const oldest of parsed.keys()) {
    if (textLength <= maxTextLength || oldest === policy) break;
    parsed.delete(oldest);
    textLength -= oldest.length;
  }
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
