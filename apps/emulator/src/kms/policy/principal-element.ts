import { PolicyFlaw } from './policy-flaw.ts';
import { type Principal, principalArnForm } from './principal.ts';

/** How a statement's principals take in a caller: by name, or by naming its account, whose own policies then decide. */
export type PrincipalMatch = 'named' | 'account' | undefined;

/** The `Principal` or `NotPrincipal` of a key policy. */
export interface PrincipalElement {
  readonly negated: boolean;
  readonly everyone: boolean;
  readonly accounts: ReadonlySet<string>;
  readonly arns: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
}

const kinds: readonly string[] = ['AWS', 'Service', 'Federated', 'CanonicalUser'];
const accountForm = /^\d{12}$/;
/** Unique ids of IAM (AIDA…, AROA…), which AWS shows for principals that were deleted: they match nobody. */
const uniqueIdForm = /^A[A-Z0-9]{15,127}$/;
const serviceForm = /^[a-z0-9.-]{1,128}\.amazonaws\.com(?:\.cn)?$/;

/** @throws {PolicyFlaw} `principals` for one that cannot be, `syntax` where the element is none */
export function parsePrincipals(element: unknown, negated: boolean): PrincipalElement {
  const accounts = new Set<string>();
  const arns = new Set<string>();
  const services = new Set<string>();
  let everyone = element === '*';
  if (!everyone)
    for (const [kind, value] of entriesOf(element)) {
      if (kind === 'Service') services.add(requireForm(value, serviceForm));
      else if (kind === 'AWS') {
        if (value === '*') everyone = true;
        else if (accountForm.test(value)) accounts.add(value);
        else if (!uniqueIdForm.test(value)) {
          const [, , accountId = '', what] =
            principalArnForm.exec(requireForm(value, principalArnForm)) ?? [];
          if (what === 'root') accounts.add(accountId);
          else arns.add(value);
        }
      }
    }
  return { negated, everyone, accounts, arns, services };
}

function requireForm(value: string, form: RegExp): string {
  if (!form.test(value))
    throw new PolicyFlaw('principals', 'Policy contains a statement with one or more invalid principals.');
  return value;
}

function entriesOf(element: unknown): readonly (readonly [kind: string, value: string])[] {
  if (typeof element !== 'object' || element === null || Array.isArray(element)) throw flaw();
  const entries = Object.entries(element);
  if (entries.length === 0) throw flaw();
  return entries.flatMap(([kind, value]: [string, unknown]) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (!kinds.includes(kind) || list.length === 0) throw flaw();
    return list.map((entry): readonly [string, string] => {
      if (typeof entry !== 'string') throw flaw();
      return [kind, entry];
    });
  });
}

function flaw(): PolicyFlaw {
  return new PolicyFlaw('syntax', 'A principal is "*", or a kind of principals with their names.');
}

/** How the element takes in the caller. */
export function matchPrincipal(element: PrincipalElement, principal: Principal): PrincipalMatch {
  if (element.negated) return isExempt(element, principal) ? undefined : 'named';
  const { everyone, accounts, arns, services } = element;
  if (principal.kind === 'service') return everyone || services.has(principal.arn) ? 'named' : undefined;
  if (everyone || principal.arns.some((arn) => arns.has(arn))) return 'named';
  if (!accounts.has(principal.accountId)) return undefined;
  return principal.kind === 'root' ? 'named' : 'account';
}

/**
 * IAM user guide, "NotPrincipal": a caller is let out only where the account, the role and the session are all listed, since each
 * of them is looked at by itself.
 */
function isExempt({ everyone, accounts, arns, services }: PrincipalElement, principal: Principal): boolean {
  if (everyone) return true;
  if (principal.kind === 'service') return services.has(principal.arn);
  if (!accounts.has(principal.accountId)) return false;
  return principal.kind === 'root' || principal.arns.every((arn) => arns.has(arn));
}
