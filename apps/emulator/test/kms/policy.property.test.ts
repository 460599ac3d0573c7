import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KmsFault } from '../../src/kms/faults/kms-fault.ts';
import { readGrantToken } from '../../src/kms/keys/grant-book.ts';
import { readKeyReference } from '../../src/kms/keys/key-reference.ts';
import { operations } from '../../src/kms/operations/operations.ts';
import { evaluatePolicy, matchesWildcards } from '../../src/kms/policy/evaluate-policy.ts';
import { parsePolicy } from '../../src/kms/policy/policy-document.ts';
import { PolicyFlaw } from '../../src/kms/policy/policy-flaw.ts';
import { principalArnForm, principalOfArn, rootPrincipal } from '../../src/kms/policy/principal.ts';
import { ContextBuilder } from '../../src/kms/policy/request-context.ts';
import { anyone, identity, openAccess, user } from './access-harness.ts';

const context = new ContextBuilder().add('aws:a', 'b').add('aws:PrincipalTag/team', 'x*').build();
const question = {
  principal: rootPrincipal('111122223333', 'eu-central-1'),
  action: 'kms:Encrypt',
  resource: 'arn:aws:kms:eu-central-1:111122223333:key/1',
  context,
};

/** Parses and asks; false for what is no policy. Nothing but a flaw may be thrown. */
function isPolicy(text: string): boolean {
  try {
    evaluatePolicy(parsePolicy(text, 'key'), question);
    return true;
  } catch (error) {
    if (error instanceof PolicyFlaw) return false;
    throw error;
  }
}

describe('the matcher of wildcards', () => {
  it('agrees with a regular expression on every pattern and text', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', '?', 'ü', '\n'), maxLength: 40 });
    fc.assert(
      fc.property(letters, letters, (pattern, text) => {
        const source = pattern
          .split('')
          .map((c) => (c === '*' ? '[^]*' : c === '?' ? '[^]' : c.replace(/[.:\n]/, '\\$&')))
          .join('');
        expect(matchesWildcards(pattern, text)).toBe(new RegExp(`^${source}$`).test(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('finds pieces longer than a machine word, at any place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 100 }), (length, before) => {
        const piece = 'ab'.repeat(length);
        const text = `${'a'.repeat(before)}${piece}${'b'.repeat(7)}`;
        expect(matchesWildcards(`*${piece}*`, text)).toBe(true);
        expect(matchesWildcards(`*${piece.slice(1)}?b*`, text)).toBe(true);
        expect(matchesWildcards(`*${piece}c*`, text)).toBe(false);
      }),
    );
  });

  it.each([
    ['many stars', '*a'.repeat(12_500), 'a'.repeat(50_000), true],
    ['many stars and no end', `${'*a'.repeat(12_500)}*b`, 'a'.repeat(50_000), false],
    ['one long piece', `*${'a'.repeat(16_000)}b*`, 'a'.repeat(50_000), false],
    ['one long piece of any characters', `*${'?'.repeat(16_000)}b*`, 'a'.repeat(50_000), false],
    ['stars in a row', '*'.repeat(50_000), 'a'.repeat(50_000), true],
  ])('does not backtrack: %s, in time that a test has', (_, pattern, text, expected) => {
    expect(matchesWildcards(pattern, text)).toBe(expected);
  });
});

describe('the parser of policies', () => {
  it('takes any text, and throws nothing but its own error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json({ maxDepth: 4 })), (text) => {
        expect(isPolicy(text)).toBeTypeOf('boolean');
      }),
    );
  });

  it('takes anything in the place of any part', () => {
    const anything = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('*', 'Allow', 'Deny', 'kms:*', `\${aws:a}`, `\${`, `\${*}`),
    );
    const operator = fc.constantFrom(
      'StringLike',
      'ArnLike',
      'Bool',
      'Null',
      'IpAddress',
      'ForAnyValue:StringEquals',
      'DateLessThanIfExists',
    );
    const statement = fc.record(
      {
        Sid: anything,
        Effect: fc.oneof(fc.constantFrom('Allow', 'Deny'), anything),
        Principal: fc.oneof(fc.constant('*'), fc.record({ AWS: anything }), anything),
        NotPrincipal: anything,
        Action: fc.oneof(fc.constant('kms:*'), anything),
        NotAction: anything,
        Resource: fc.oneof(fc.constant('*'), anything),
        Condition: fc.oneof(fc.dictionary(operator, fc.dictionary(fc.string(), anything)), anything),
      },
      { requiredKeys: ['Effect'] },
    );
    const whole = fc.record(
      {
        Version: fc.oneof(fc.constant('2012-10-17'), anything),
        Id: anything,
        Statement: fc.oneof(fc.array(statement), statement),
      },
      { requiredKeys: ['Statement'] },
    );
    fc.assert(
      fc.property(whole, (value) => {
        expect(isPolicy(JSON.stringify(value))).toBeTypeOf('boolean');
      }),
      { numRuns: 300 },
    );
  });

  it('refuses nesting of any depth without failing itself', () => {
    expect(isPolicy(`${'{"Statement":['.repeat(5000)}${']}'.repeat(5000)}`)).toBe(false);
  });

  it.each([
    ['an ARN', 'arn:aws:iam::111122223333:user/'],
    ['slashes', 'arn:aws:kms:a:1:key/'],
    ['an alias', 'alias/'],
    ['dashes', 'arn:aws-'],
    ['colons', ':'],
    ['an unfinished variable', '${'],
  ])('reads 50 kB of %s as an ARN, an alias, a token or a policy in time that a test has', (_, start) => {
    for (const tail of ['a', '-a', '/', ':', '*', '${', ' ', '=']) {
      const text = start + tail.repeat(Math.ceil(50_000 / tail.length));
      expect(principalArnForm.test(text)).toBe(false);
      expect(principalOfArn(text)).toBeUndefined();
      expect(readGrantToken(text)).toBeUndefined();
      try {
        readKeyReference(text, { accountId: '111122223333', region: 'a', operation: 'Encrypt' });
      } catch (error) {
        expect(error).toBeInstanceOf(KmsFault);
      }
      const statement = {
        Effect: 'Allow',
        Principal: '*',
        Action: 'kms:*',
        Resource: text,
        Condition: { StringLike: { 'aws:a': text } },
      };
      expect(isPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statement }))).toBeTypeOf('boolean');
      expect(isPolicy(JSON.stringify({ Statement: { ...statement, Principal: { AWS: text } } }))).toBe(false);
    }
  });
});

describe('the gate', () => {
  it('decides whatever comes, and never fails itself', async () => {
    const kms = await openAccess({
      mode: 'strict',
      identities: [identity(user('alice'), [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }])],
    });
    const key = await kms.createKey();
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        key,
        'alias/a',
        'alias/',
        'arn:',
        `${key}x`,
        key.replace('1111', '2222'),
        null,
        true,
        7,
        [],
      ),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const names = [
      'KeyId',
      'AliasName',
      'TargetKeyId',
      'GrantToken',
      'GrantTokens',
      'GrantId',
      'CiphertextBlob',
      'Plaintext',
      'SourceKeyId',
      'DestinationKeyId',
      'EncryptionContext',
      'Operations',
      'Constraints',
      'Policy',
      'Tags',
      'TagKeys',
      'GranteePrincipal',
    ];
    const members = fc.dictionary(fc.constantFrom(...names), value);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...operations.keys()), members, async (operation, input) => {
        for (const sender of [{ key: 'alice' }, anyone])
          expect((await kms.call(sender, operation, input)).status).toBeLessThan(500);
      }),
      { numRuns: 500 },
    );
  });
});
