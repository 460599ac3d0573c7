import { parseStrictJson, StrictJsonError } from '@keyfold/crypto-core';
import { type Condition, parseConditions } from './condition.ts';
import { PolicyFlaw } from './policy-flaw.ts';
import { type PrincipalElement, parsePrincipals } from './principal-element.ts';
import { parseTemplate, type TextTemplate } from './text-template.ts';

/** A list that is meant as it stands, or as everything but. */
export interface NameList {
  readonly negated: boolean;
  readonly templates: readonly TextTemplate[];
}

export interface PolicyStatement {
  /** For explanations: `statement 2 ("Allow use")`. */
  readonly label: string;
  readonly effect: 'Allow' | 'Deny';
  /** Of key policies only. */
  readonly principals: PrincipalElement | undefined;
  readonly actions: NameList;
  readonly resources: NameList;
  readonly conditions: readonly Condition[];
}

export interface PolicyDocument {
  readonly statements: readonly PolicyStatement[];
}

/** A key policy names principals; an identity's policy belongs to one. */
export type PolicyKind = 'key' | 'identity';

const documentMembers: readonly string[] = ['Version', 'Id', 'Statement'];
const statementMembers: readonly string[] = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];
const versions: readonly unknown[] = ['2012-10-17', '2008-10-17'];
const maxDepth = 16;
const actionForm = /^(?:\*|[a-zA-Z0-9-]{1,64}:[\w*?-]{1,128})$/;

/**
 * Reads a policy.
 *
 * IAM user guide, "Grammar of the IAM JSON policy language". Members that the grammar does not have, and members that are named
 * twice, are refused: a policy must not mean less than its author reads in it.
 *
 * @throws {PolicyFlaw} and nothing else
 */
export function parsePolicy(text: string, kind: PolicyKind): PolicyDocument {
  const document = membersOf(parseJson(text), documentMembers);
  const version = document['Version'] ?? '2008-10-17';
  if (!versions.includes(version)) throw flaw('A policy has the version 2012-10-17 or 2008-10-17.');
  if (document['Id'] !== undefined && typeof document['Id'] !== 'string') throw flaw('An Id is a text.');
  const list: readonly unknown[] = Array.isArray(document['Statement'])
    ? document['Statement']
    : [document['Statement']];
  if (list.length === 0) throw flaw('A policy has a statement.');
  const hasVariables = version === '2012-10-17';
  return { statements: list.map((entry, index) => parseStatement(entry, index, kind, hasVariables)) };
}

function parseJson(text: string): unknown {
  try {
    return parseStrictJson(text, { maxDepth, protoName: 'keep' });
  } catch (error) {
    if (error instanceof StrictJsonError)
      throw flaw('A policy is JSON that names no member twice and is not nested too deep.');
    throw error;
  }
}

function parseStatement(
  entry: unknown,
  index: number,
  kind: PolicyKind,
  hasVariables: boolean,
): PolicyStatement {
  const statement = membersOf(entry, statementMembers);
  const { Sid, Effect } = statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') throw flaw('An Effect is Allow or Deny.');
  if (Sid !== undefined && typeof Sid !== 'string') throw flaw('A Sid is a text.');
  const actions = nameList(statement, 'Action', hasVariables, (name) => actionForm.test(name));
  const resources = nameList(statement, 'Resource', hasVariables, isResource);
  return {
    label: `statement ${index + 1}${Sid === undefined || Sid === '' ? '' : ` ("${Sid.slice(0, 128)}")`}`,
    effect: Effect,
    principals: principalsOf(statement, kind),
    actions,
    resources,
    conditions: parseConditions(statement['Condition'], hasVariables),
  };
}

type Members = Readonly<Record<string, unknown>>;

function principalsOf({ Principal, NotPrincipal }: Members, kind: PolicyKind): PrincipalElement | undefined {
  if (kind === 'identity') {
    if (Principal !== undefined || NotPrincipal !== undefined)
      throw flaw("An identity's policy names no principal.");
    return undefined;
  }
  if ((Principal === undefined) === (NotPrincipal === undefined))
    throw flaw('A statement of a key policy has a Principal or a NotPrincipal.');
  return Principal === undefined ? parsePrincipals(NotPrincipal, true) : parsePrincipals(Principal, false);
}

function nameList(
  statement: Members,
  name: 'Action' | 'Resource',
  hasVariables: boolean,
  accepts: (text: string) => boolean,
): NameList {
  const [plain, negated] = [statement[name], statement[`Not${name}`]];
  if ((plain === undefined) === (negated === undefined)) throw flaw(`A statement has ${name} or Not${name}.`);
  const value = plain ?? negated;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw flaw(`${name} has a value.`);
  const templates = list.map((entry) => {
    if (typeof entry !== 'string' || !accepts(entry)) throw flaw(`A value of ${name} is none.`);
    // Actions are the same in upper and lower case.
    return parseTemplate(
      name === 'Action' ? entry.toLowerCase() : entry,
      name === 'Resource' && hasVariables,
    );
  });
  return { negated: plain === undefined, templates };
}

function isResource(text: string): boolean {
  return text === '*' || text.startsWith('arn:') || text.startsWith('${') || /^[*?]/.test(text);
}

function membersOf(value: unknown, known: readonly string[]): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw flaw('A policy and its statements are objects.');
  for (const name of Object.keys(value))
    if (!known.includes(name)) throw flaw(`${name.slice(0, 64)} is no member of a policy.`);
  return value as Members;
}

function flaw(text: string): PolicyFlaw {
  return new PolicyFlaw('syntax', text);
}
