import type { ShapeValue } from '../model/shape-value.ts';
import { type Principal, principalArnForm } from './principal.ts';

export type GrantOperation = ShapeValue<'GrantOperation'>;

/** What a grant asks of the encryption context, and of the resource that a service works for. */
export interface GrantConstraints {
  readonly encryptionContextSubset?: readonly (readonly [string, string])[];
  readonly encryptionContextEquals?: readonly (readonly [string, string])[];
  readonly sourceArn?: string;
}

/** A grant as it is stored, beside its key and id. */
export interface GrantRecord {
  readonly format: 1;
  readonly createdAtMs: number;
  /** Empty where it has none. */
  readonly name: string;
  readonly granteePrincipal?: string;
  readonly granteeServicePrincipal?: string;
  readonly retiringPrincipal?: string;
  readonly retiringServicePrincipal?: string;
  readonly issuingAccount: string;
  readonly operations: readonly GrantOperation[];
  readonly constraints?: GrantConstraints;
}

/** What a request would do under a grant. */
export interface GrantUse {
  readonly operation: string;
  readonly encryptionContext: readonly (readonly [string, string])[];
  readonly sourceArn: string | undefined;
  /** What CreateGrant is about to give away. */
  readonly child?: Pick<GrantRecord, 'operations' | 'constraints'>;
}

/** Operations whose requests have no encryption context: constraints do not apply to them. */
const withoutContext: readonly string[] = ['DescribeKey', 'RetireGrant', 'GetPublicKey'];

/** AWS KMS API reference, "GrantConstraints". */
export function grantAllows(grant: GrantRecord, use: GrantUse): boolean {
  const { constraints = {}, operations } = grant;
  if (!operations.some((operation) => operation === use.operation)) return false;
  if (constraints.sourceArn !== undefined && constraints.sourceArn !== use.sourceArn) return false;
  if (use.operation === 'CreateGrant') return isWithin(grant, use.child);
  if (withoutContext.includes(use.operation)) return true;
  const { encryptionContextEquals: equals, encryptionContextSubset: subset } = constraints;
  return (
    (equals === undefined ||
      (contains(use.encryptionContext, equals) && contains(equals, use.encryptionContext))) &&
    (subset === undefined || contains(use.encryptionContext, subset))
  );
}

/** A grant made by right of another gives no operation that the other does not, and is constrained no less. */
function isWithin(parent: GrantRecord, child: GrantUse['child']): boolean {
  if (child === undefined || !child.operations.every((operation) => parent.operations.includes(operation)))
    return false;
  const { encryptionContextEquals: equals, encryptionContextSubset: subset } = parent.constraints ?? {};
  const childEquals = child.constraints?.encryptionContextEquals;
  const childSubset = child.constraints?.encryptionContextSubset;
  if (equals !== undefined)
    return childEquals !== undefined && contains(childEquals, equals) && contains(equals, childEquals);
  if (subset === undefined) return true;
  return contains(childEquals ?? childSubset ?? [], subset);
}

function contains(
  whole: readonly (readonly [string, string])[],
  part: readonly (readonly [string, string])[],
): boolean {
  const values = new Map(whole);
  return part.every(([key, value]) => values.get(key) === value);
}

/** How a grant's principal takes in a caller: by name, or as its account. */
export function matchGrantee(
  grantee: string | undefined,
  principal: Principal,
): 'named' | 'account' | undefined {
  if (grantee === undefined) return undefined;
  if (principal.arns.includes(grantee)) return 'named';
  const [, , accountId, what] = principalArnForm.exec(grantee) ?? [];
  return what === 'root' && accountId === principal.accountId ? 'account' : undefined;
}
