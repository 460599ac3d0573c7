import { type PolicyDocument, parsePolicy } from '../../kms/policy/policy-document.ts';
import { PolicyFlaw } from '../../kms/policy/policy-flaw.ts';
import { refusal } from '../faults/refusal.ts';

/**
 * Reads a resource policy that a request brings.
 *
 * @throws {SecretsFault} MalformedPolicyDocumentException
 */
export function readResourcePolicy(text: string): PolicyDocument {
  try {
    return parsePolicy(text, 'key');
  } catch (error) {
    if (!(error instanceof PolicyFlaw)) throw error;
    throw refusal(error.kind === 'principals' ? 'unsupportedPrincipal' : 'malformedPolicy');
  }
}

/**
 * Whether a policy lets everybody in: a statement allows all principals, or all but some, without a condition. AWS reasons about
 * conditions too; here every condition counts as one that keeps strangers out.
 */
export function isPublic({ statements }: PolicyDocument): boolean {
  return statements.some(
    ({ effect, principals, conditions }) =>
      effect === 'Allow' &&
      conditions.length === 0 &&
      (principals?.everyone === true || principals?.negated === true),
  );
}
