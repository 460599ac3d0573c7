import { literalPattern, matchesPattern } from './glob.ts';
import type { NameList, PolicyDocument, PolicyStatement } from './policy-document.ts';
import type { Principal } from './principal.ts';
import { matchPrincipal, type PrincipalMatch } from './principal-element.ts';
import type { RequestContext } from './request-context.ts';
import { patternFor } from './text-template.ts';

/** What is asked of a policy. */
export interface PolicyQuestion {
  readonly principal: Principal;
  /** `kms:Encrypt` */
  readonly action: string;
  /** An ARN, or `*` for actions on no resource in particular. */
  readonly resource: string;
  readonly context: RequestContext;
}

/** What a policy says; each member is the first statement that says so, in words. */
export interface PolicyAnswer {
  readonly deny: string | undefined;
  /** The caller by name, or, in an identity's policy, its bearer. */
  readonly allow: string | undefined;
  /** The caller's account, which leaves it to its own policies. */
  readonly delegate: string | undefined;
}

/** Asks one policy. Every statement about the action is looked at: a denial anywhere counts. */
export function evaluatePolicy(policy: PolicyDocument, question: PolicyQuestion): PolicyAnswer {
  let deny: string | undefined;
  let allow: string | undefined;
  let delegate: string | undefined;
  for (const statement of statementsAbout(policy, question.action)) {
    const match = matchStatement(statement, question);
    if (match === undefined) continue;
    if (statement.effect === 'Deny') deny ??= statement.label;
    else if (match === 'named') allow ??= statement.label;
    else delegate ??= statement.label;
  }
  return { deny, allow, delegate };
}

/** By policy and action. Policies are read once and kept, and a service has some dozen actions. */
const statementsByAction = new WeakMap<PolicyDocument, Map<string, readonly PolicyStatement[]>>();
const maxActions = 256;

/** The statements whose actions take in this one, in order. Actions have no variables: no request changes which they are. */
function statementsAbout(policy: PolicyDocument, action: string): readonly PolicyStatement[] {
  let byAction = statementsByAction.get(policy);
  if (byAction === undefined) {
    byAction = new Map();
    statementsByAction.set(policy, byAction);
  }
  const known = byAction.get(action);
  if (known !== undefined) return known;
  const lower = action.toLowerCase();
  const statements = policy.statements.filter(({ actions }) => matchesList(actions, lower, noContext));
  if (byAction.size === maxActions) byAction.clear();
  byAction.set(action, statements);
  return statements;
}

const noContext: RequestContext = new Map();

function matchStatement(
  { principals, resources, conditions }: PolicyStatement,
  { principal, resource, context }: PolicyQuestion,
): PrincipalMatch {
  const match = principals === undefined ? 'named' : matchPrincipal(principals, principal);
  if (match === undefined) return undefined;
  return matchesList(resources, resource, context) &&
    conditions.every((condition) => condition.holds(context))
    ? match
    : undefined;
}

function matchesList({ negated, templates }: NameList, text: string, context: RequestContext): boolean {
  const some = templates.some((template) => {
    const pattern = patternFor(template, context);
    return pattern !== undefined && matchesPattern(pattern, text);
  });
  return some !== negated;
}

/** Whether a pattern with wildcards, as a policy writes it, matches a text. */
export function matchesWildcards(pattern: string, text: string): boolean {
  const units = literalPattern(pattern).map((unit) => (unit === 42 ? -2 : unit === 63 ? -1 : unit));
  return matchesPattern(units, text);
}
