import { describe, expect, it } from 'vitest';
import { evaluatePolicy } from '../../src/kms/policy/evaluate-policy.ts';
import { parsePolicy } from '../../src/kms/policy/policy-document.ts';
import { PolicyFlaw } from '../../src/kms/policy/policy-flaw.ts';
import { type Principal, principalOfArn } from '../../src/kms/policy/principal.ts';
import { ContextBuilder } from '../../src/kms/policy/request-context.ts';

const account = '111122223333';
const keyArn = `arn:aws:kms:eu-central-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const root = `arn:aws:iam::${account}:root`;
const alice = `arn:aws:iam::${account}:user/team/alice`;
const session = `arn:aws:sts::${account}:assumed-role/app/session`;
const appRole = `arn:aws:iam::${account}:role/service/app`;

function principal(arn: string): Principal {
  const found = principalOfArn(arn, arn === session ? appRole : undefined);
  if (found === undefined) throw new Error(`${arn} is no principal.`);
  return found;
}

const allow = { Effect: 'Allow', Principal: '*', Action: 'kms:Encrypt', Resource: '*' };
const document = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

interface Ask {
  readonly as?: string;
  readonly action?: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** What a policy of one statement says: named, account, denied or nothing. */
function ask(statement: object, { as = alice, action = 'kms:Encrypt', context = {} }: Ask = {}): string {
  const builder = new ContextBuilder();
  for (const [key, value] of Object.entries(context))
    builder.addAll(key, typeof value === 'string' ? [value] : value);
  const answer = evaluatePolicy(parsePolicy(document(statement), 'key'), {
    principal: principal(as),
    action,
    resource: keyArn,
    context: builder.build(),
  });
  if (answer.deny !== undefined) return 'denied';
  return answer.allow === undefined ? (answer.delegate === undefined ? 'nothing' : 'account') : 'named';
}

function flawOf(text: string, kind: 'key' | 'identity' = 'key'): string {
  try {
    parsePolicy(text, kind);
    return 'none';
  } catch (error) {
    if (!(error instanceof PolicyFlaw)) throw error;
    return error.kind;
  }
}

describe('a key policy', () => {
  it.each([
    ['text', 'x'],
    ['no object', '[]'],
    ['null', 'null'],
    ['no statement', '{"Version":"2012-10-17"}'],
    ['an empty list of statements', '{"Version":"2012-10-17","Statement":[]}'],
    ['another version', '{"Version":"2020-01-01","Statement":[]}'],
    ['a member twice', '{"Statement":[],"Statement":[]}'],
    ['an unknown member', document({ ...allow, Principle: '*' })],
    ['another effect', document({ ...allow, Effect: 'allow' })],
    ['no principal', document({ Effect: 'Allow', Action: 'kms:*', Resource: '*' })],
    ['both principals', document({ ...allow, NotPrincipal: '*' })],
    ['no action', document({ Effect: 'Allow', Principal: '*', Resource: '*' })],
    ['an action that is none', document({ ...allow, Action: 'Encrypt' })],
    ['both actions', document({ ...allow, NotAction: 'kms:*' })],
    ['no resource', document({ Effect: 'Allow', Principal: '*', Action: 'kms:*' })],
    ['a number as resource', document({ ...allow, Resource: 1 })],
    ['an unknown operator', document({ ...allow, Condition: { StringIs: { a: 'b' } } })],
    ['a date that is none', document({ ...allow, Condition: { DateLessThan: { a: 'soon' } } })],
    ['a number that is none', document({ ...allow, Condition: { NumericEquals: { a: 'one' } } })],
    ['a block that is none', document({ ...allow, Condition: { IpAddress: { a: '10.0.0.0/33' } } })],
    ['Null with IfExists', document({ ...allow, Condition: { NullIfExists: { a: 'true' } } })],
    ['a condition that is text', document({ ...allow, Condition: 'x' })],
  ])('with %s is malformed', (_, text) => {
    expect(flawOf(text)).toBe('syntax');
  });

  it.each([
    'arn:aws:iam::111122223333:user/*',
    'arn:aws:iam::1111:root',
    'arn:aws:iam::111122223333:group/x',
    'alice',
    'arn:aws:s3:::bucket',
  ])('names no principal by %s', (arn) => {
    expect(flawOf(document({ ...allow, Principal: { AWS: arn } }))).toBe('principals');
  });

  it('may be one statement, and name services, unique ids and users of federations', () => {
    expect(flawOf(JSON.stringify({ Statement: allow }))).toBe('none');
    for (const Principal of [
      { Service: ['s3.amazonaws.com', 'logs.eu-central-1.amazonaws.com'] },
      { AWS: 'AIDAJQABLZS4A3QDU576Q' },
      { Federated: 'cognito-identity.amazonaws.com' },
    ])
      expect(flawOf(document({ ...allow, Principal }))).toBe('none');
  });
});

describe("an identity's policy", () => {
  it('names no principal, and a resource', () => {
    expect(flawOf(document({ Effect: 'Allow', Action: 'kms:*', Resource: keyArn }), 'identity')).toBe('none');
    expect(flawOf(document(allow), 'identity')).toBe('syntax');
    expect(flawOf(document({ Effect: 'Allow', Action: 'kms:*' }), 'identity')).toBe('syntax');
  });
});

describe('principals', () => {
  it.each([
    ['everyone', '*', 'named'],
    ['everyone, as a list', { AWS: '*' }, 'named'],
    ['the user', { AWS: alice }, 'named'],
    ['another user', { AWS: `arn:aws:iam::${account}:user/bob` }, 'nothing'],
    ['the account by id', { AWS: account }, 'account'],
    ['the account by its root', { AWS: [root] }, 'account'],
    ['another account', { AWS: '444455556666' }, 'nothing'],
    ['a service', { Service: 's3.amazonaws.com' }, 'nothing'],
  ])('%s', (_, Principal, expected) => {
    expect(ask({ ...allow, Principal })).toBe(expected);
  });

  it('a session is named by its own ARN and by its role, with the path that only the role has', () => {
    expect(ask({ ...allow, Principal: { AWS: session } }, { as: session })).toBe('named');
    expect(ask({ ...allow, Principal: { AWS: appRole } }, { as: session })).toBe('named');
    expect(ask({ ...allow, Principal: { AWS: `${appRole}x` } }, { as: session })).toBe('nothing');
  });

  it('the root user is its account', () => {
    expect(ask({ ...allow, Principal: { AWS: account } }, { as: root })).toBe('named');
  });

  it('a denial of the account meets everyone in it', () => {
    expect(ask({ ...allow, Effect: 'Deny', Principal: { AWS: root } })).toBe('denied');
  });

  it('NotPrincipal spares only whom it names with account, role and session', () => {
    const deny = { Effect: 'Deny', Action: 'kms:*', Resource: '*' };
    expect(ask({ ...deny, NotPrincipal: { AWS: alice } })).toBe('denied');
    expect(ask({ ...deny, NotPrincipal: { AWS: [alice, root] } })).toBe('nothing');
    expect(ask({ ...deny, NotPrincipal: { AWS: [root] } })).toBe('denied');
    expect(ask({ ...deny, NotPrincipal: { AWS: [root, appRole] } }, { as: session })).toBe('denied');
    expect(ask({ ...deny, NotPrincipal: { AWS: [root, appRole, session] } }, { as: session })).toBe(
      'nothing',
    );
  });
});

describe('actions and resources', () => {
  it.each([
    ['kms:*', 'named'],
    ['*', 'named'],
    ['kms:Enc*', 'named'],
    ['KMS:encrypt', 'named'],
    ['kms:Encryp?', 'named'],
    ['kms:ReEncrypt*', 'nothing'],
    [['kms:Decrypt', 'kms:Encrypt'], 'named'],
  ])('%j', (Action, expected) => {
    expect(ask({ ...allow, Action })).toBe(expected);
  });

  it('NotAction is everything else', () => {
    const { Action: _, ...rest } = allow;
    expect(ask({ ...rest, NotAction: 'kms:Decrypt' })).toBe('named');
    expect(ask({ ...rest, NotAction: ['kms:Decrypt', 'kms:Enc*'] })).toBe('nothing');
  });

  it.each([
    [keyArn, 'named'],
    ['arn:aws:kms:*:111122223333:key/*', 'named'],
    ['arn:aws:kms:eu-central-1:111122223333:alias/*', 'nothing'],
    [`arn:aws:kms:\${aws:RequestedRegion}:*`, 'named'],
    [`arn:aws:kms:\${aws:Missing}:*`, 'nothing'],
    [`arn:aws:kms:\${aws:Missing, 'eu-central-1'}:*`, 'named'],
  ])('resource %s', (Resource, expected) => {
    expect(ask({ ...allow, Resource }, { context: { 'aws:RequestedRegion': 'eu-central-1' } })).toBe(
      expected,
    );
  });

  it('a value of a variable is text, whatever is in it', () => {
    const statement = { ...allow, Condition: { StringLike: { 'aws:a': `\${aws:b}` } } };
    expect(ask(statement, { context: { 'aws:a': 'xyz', 'aws:b': '*' } })).toBe('nothing');
    expect(ask(statement, { context: { 'aws:a': '*', 'aws:b': '*' } })).toBe('named');
    const literal = { ...allow, Condition: { StringLike: { 'aws:a': `x\${*}` } } };
    expect(ask(literal, { context: { 'aws:a': 'xy' } })).toBe('nothing');
    expect(ask(literal, { context: { 'aws:a': 'x*' } })).toBe('named');
  });
});

describe('conditions', () => {
  type Context = Readonly<Record<string, string | readonly string[]>>;
  it.each<readonly [operator: string, value: unknown, context: Context, holds: boolean]>([
    ['StringEquals', 'b', { 'k:a': 'b' }, true],
    ['StringEquals', ['x', 'b'], { 'k:A': 'b' }, true],
    ['StringEquals', 'B', { 'k:a': 'b' }, false],
    ['StringEquals', 'b*', { 'k:a': 'bc' }, false],
    ['StringEquals', 'b', {}, false],
    ['StringEqualsIfExists', 'b', {}, true],
    ['StringEqualsIfExists', 'b', { 'k:a': 'c' }, false],
    ['StringNotEquals', 'b', { 'k:a': 'c' }, true],
    ['StringNotEquals', ['b', 'c'], { 'k:a': 'c' }, false],
    ['StringNotEquals', 'b', {}, true],
    ['StringEqualsIgnoreCase', 'B', { 'k:a': 'b' }, true],
    ['StringNotEqualsIgnoreCase', 'B', { 'k:a': 'b' }, false],
    ['StringLike', 'b*?', { 'k:a': 'bc' }, true],
    ['StringNotLike', 'b*', { 'k:a': 'bc' }, false],
    ['StringEquals', 'b', { 'k:a': ['b', 'c'] }, false],
    ['ForAnyValue:StringEquals', 'b', { 'k:a': ['b', 'c'] }, true],
    ['ForAnyValue:StringEquals', 'b', {}, false],
    ['ForAllValues:StringEquals', ['b', 'c'], { 'k:a': ['b', 'c'] }, true],
    ['ForAllValues:StringEquals', 'b', { 'k:a': ['b', 'c'] }, false],
    ['ForAllValues:StringEquals', 'b', {}, true],
    ['ForAllValues:StringNotEquals', 'b', { 'k:a': ['c', 'd'] }, true],
    ['ForAnyValue:StringNotEquals', 'b', { 'k:a': ['b'] }, false],
    ['ForAnyValue:StringLike', 'b*', { 'k:a': ['x', 'bc'] }, true],
    ['NumericEquals', 7, { 'k:a': '7.0' }, true],
    ['NumericNotEquals', '7', { 'k:a': '8' }, true],
    ['NumericLessThan', '7', { 'k:a': '7' }, false],
    ['NumericLessThanEquals', '7', { 'k:a': '7' }, true],
    ['NumericGreaterThan', '7', { 'k:a': '8' }, true],
    ['NumericGreaterThanEquals', '7', { 'k:a': 'seven' }, false],
    ['DateLessThan', '2026-01-02T00:00:00Z', { 'k:a': '2026-01-01T00:00:00Z' }, true],
    ['DateGreaterThan', '1767225600', { 'k:a': '2026-01-01T00:00:01Z' }, true],
    ['DateEquals', '2026-01-01', { 'k:a': '1767225600' }, true],
    ['Bool', true, { 'k:a': 'true' }, true],
    ['Bool', 'false', { 'k:a': 'true' }, false],
    ['BoolIfExists', 'true', {}, true],
    ['BinaryEquals', 'QUI=', { 'k:a': 'QUI=' }, true],
    ['IpAddress', '10.0.0.0/8', { 'k:a': '10.255.1.2' }, true],
    ['IpAddress', ['10.0.0.1', '2001:db8::/32'], { 'k:a': '2001:db8::1' }, true],
    ['IpAddress', '10.0.0.0/8', { 'k:a': 'localhost' }, false],
    ['NotIpAddress', '10.0.0.0/8', { 'k:a': '11.0.0.1' }, true],
    ['ArnLike', 'arn:aws:iam::*:role/app*', { 'k:a': `arn:aws:iam::${account}:role/app1` }, true],
    ['ArnEquals', 'arn:aws:iam::*:role/*', { 'k:a': `arn:aws:iam::${account}:role/a/b` }, true],
    ['ArnLike', 'arn:*:role/app', { 'k:a': `arn:aws:iam::${account}:role/app` }, false],
    ['ArnNotLike', 'arn:aws:iam::*:role/*', { 'k:a': `arn:aws:iam::${account}:user/x` }, true],
    ['ArnNotEquals', 'arn:aws:iam::*:role/*', {}, true],
    ['Null', 'true', {}, true],
    ['Null', 'false', {}, false],
    ['Null', false, { 'k:a': 'b' }, true],
  ])('%s %j of %j: %s', (operator, value, context, holds) => {
    const statement = { ...allow, Condition: { [operator]: { 'k:a': value } } };
    expect(ask(statement, { context })).toBe(holds ? 'named' : 'nothing');
  });

  it('must all hold: several keys, several operators', () => {
    const Condition = { StringEquals: { 'k:a': '1', 'k:b': '2' }, Bool: { 'k:c': 'true' } };
    const context = { 'k:a': '1', 'k:b': '2', 'k:c': 'true' };
    expect(ask({ ...allow, Condition }, { context })).toBe('named');
    for (const missing of Object.keys(context))
      expect(ask({ ...allow, Condition }, { context: { ...context, [missing]: 'x' } })).toBe('nothing');
  });
});
