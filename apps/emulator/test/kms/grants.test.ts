import { beforeEach, describe, expect, it } from 'vitest';
import {
  type AccessHarness,
  account,
  anyone,
  closedPolicy,
  data,
  identity,
  keyPolicy,
  openAccess,
  otherAccount,
  outputAs,
  role,
  user,
} from './access-harness.ts';

const identities = [
  identity(user('admin')),
  identity(user('bob')),
  identity(user('carol')),
  identity(role('app')),
  identity(user('mallory', otherAccount), [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }]),
  identity(user('nobody', otherAccount)),
];
const [admin, bob, carol] = [{ key: 'admin' }, { key: 'bob' }, { key: 'carol' }];
const root = `arn:aws:iam::${account}:root`;

let kms: AccessHarness;
let KeyId: string;
beforeEach(async () => {
  kms = await openAccess({ identities });
  KeyId = await kms.createKey({ Policy: closedPolicy([]) });
});

const grant = async (
  input: object,
  to: string = user('bob'),
): Promise<{ readonly GrantId: string; readonly GrantToken: string }> => {
  const { status, output } = await kms.call(admin, 'CreateGrant', { KeyId, GranteePrincipal: to, ...input });
  expect(status).toBe(200);
  return outputAs(output);
};
const encrypt = (EncryptionContext: object = {}, more: object = {}, sender: { readonly key: string } = bob) =>
  kms.call(sender, 'Encrypt', { KeyId, Plaintext: data, EncryptionContext, ...more });

describe('a grant', () => {
  it('allows its operations to its grantee, and says so', async () => {
    const { GrantId } = await grant({ Operations: ['Encrypt'] });
    expect(await encrypt()).toMatchObject({ status: 200 });
    expect(kms.reports.at(-1)?.decidedBy).toBe(`grant ${GrantId} allows`);
    expect(await encrypt({}, {}, carol)).toMatchObject({ error: 'AccessDeniedException' });
    expect(await kms.call(bob, 'DescribeKey', { KeyId })).toMatchObject({ error: 'AccessDeniedException' });
  });

  it('is for the sessions of a role that it names', async () => {
    await grant({ Operations: ['Encrypt'] }, role('app'));
    expect(await encrypt({}, {}, { key: 'app' })).toMatchObject({ status: 200 });
  });

  it('does not outweigh a denial', async () => {
    const deny = { Effect: 'Deny', Principal: '*', Action: 'kms:Encrypt', Resource: '*' };
    await grant({ Operations: ['Encrypt'] });
    expect(await encrypt()).toMatchObject({ status: 200 });
    await kms.call(admin, 'PutKeyPolicy', { KeyId, Policy: closedPolicy([deny]) });
    expect(await encrypt()).toMatchObject({ error: 'AccessDeniedException' });
  });

  it.each([
    [{ EncryptionContextEquals: { a: '1', b: '2' } }, { b: '2', a: '1' }, true],
    [{ EncryptionContextEquals: { a: '1', b: '2' } }, { a: '1' }, false],
    [{ EncryptionContextEquals: { a: '1' } }, { a: '1', b: '2' }, false],
    [{ EncryptionContextEquals: { a: '1' } }, { a: '2' }, false],
    [{ EncryptionContextSubset: { a: '1' } }, { a: '1', b: '2' }, true],
    [{ EncryptionContextSubset: { a: '1' } }, { A: '1' }, false],
    [{ EncryptionContextSubset: { a: '1' } }, {}, false],
    [
      { EncryptionContextSubset: { a: '1' }, EncryptionContextEquals: { a: '1', b: '2' } },
      { a: '1', b: '2' },
      true,
    ],
  ])('constrained by %j meets the context %j: %s', async (Constraints, context, allowed) => {
    await grant({ Operations: ['Encrypt', 'DescribeKey'], Constraints });
    expect((await encrypt(context)).error).toBe(allowed ? undefined : 'AccessDeniedException');
    // Constraints are none of the operations that have no context.
    expect(await kms.call(bob, 'DescribeKey', { KeyId })).toMatchObject({ status: 200 });
  });

  it('for CreateGrant gives no more than it has', async () => {
    await grant({
      Operations: ['CreateGrant', 'Encrypt'],
      Constraints: { EncryptionContextSubset: { a: '1' } },
    });
    const give = (input: object) =>
      kms.call(bob, 'CreateGrant', { KeyId, GranteePrincipal: user('carol'), ...input });
    const within = { Operations: ['Encrypt'], Constraints: { EncryptionContextSubset: { a: '1', b: '2' } } };
    expect(await give(within)).toMatchObject({ status: 200 });
    expect(await give({ ...within, Operations: ['Decrypt'] })).toMatchObject({
      error: 'AccessDeniedException',
    });
    expect(await give({ Operations: ['Encrypt'] })).toMatchObject({ error: 'AccessDeniedException' });
    expect(await give({ ...within, Constraints: { EncryptionContextEquals: { b: '2' } } })).toMatchObject({
      error: 'AccessDeniedException',
    });
    expect(await encrypt({ a: '1', b: '2' }, {}, carol)).toMatchObject({ status: 200 });
  });

  it('to somebody in another account works where their own policies allow', async () => {
    await grant({ Operations: ['Encrypt'] }, user('mallory', otherAccount));
    await grant({ Operations: ['Encrypt'] }, user('nobody', otherAccount));
    expect(await encrypt({}, {}, { key: 'mallory' })).toMatchObject({ status: 200 });
    expect(await encrypt({}, {}, { key: 'nobody' })).toMatchObject({ error: 'AccessDeniedException' });
  });
});

describe('grant tokens', () => {
  it('are taken where they name a grant, and InvalidGrantTokenException where not, in every mode', async () => {
    const { GrantToken } = await grant({ Operations: ['Encrypt'] });
    expect(await encrypt({}, { GrantTokens: [GrantToken] })).toMatchObject({ status: 200 });
    for (const sender of [bob, anyone])
      for (const token of ['x', `${GrantToken}A`, GrantToken.slice(1)])
        expect(
          await kms.call(sender, 'Encrypt', { KeyId, Plaintext: data, GrantTokens: [token] }),
        ).toMatchObject({
          error: 'InvalidGrantTokenException',
        });
  });

  it('end with their grant', async () => {
    const { GrantId, GrantToken } = await grant({ Operations: ['Encrypt'] });
    await kms.root('RevokeGrant', { KeyId, GrantId });
    expect(await encrypt({}, { GrantTokens: [GrantToken] })).toMatchObject({
      error: 'InvalidGrantTokenException',
    });
  });
});

describe('the end of a grant', () => {
  it('its retiring principal brings about, by token or by id; its grantee where that is granted; nobody else', async () => {
    const first = await grant({ Operations: ['Encrypt'], RetiringPrincipal: user('carol') });
    expect(await kms.call(bob, 'RetireGrant', { GrantToken: first.GrantToken })).toMatchObject({
      error: 'AccessDeniedException',
    });
    expect(
      await kms.call(carol, 'RetireGrant', { GrantToken: first.GrantToken, DryRun: true }),
    ).toMatchObject({ error: 'DryRunOperationException' });
    expect(await kms.call(carol, 'RetireGrant', { GrantToken: first.GrantToken })).toMatchObject({
      status: 200,
    });
    expect(kms.reports.at(-1)?.decidedBy).toBe(`grant ${first.GrantId} lets the caller retire it`);
    expect(await encrypt()).toMatchObject({ error: 'AccessDeniedException' });
    const second = await grant({ Operations: ['Encrypt', 'RetireGrant'] });
    expect(await kms.call(bob, 'RetireGrant', { KeyId, GrantId: second.GrantId })).toMatchObject({
      status: 200,
    });
    expect(await kms.call(bob, 'RetireGrant', { KeyId, GrantId: second.GrantId })).toMatchObject({
      error: 'AccessDeniedException',
    });
  });

  it('may be brought about from another account by its token, in every mode', async () => {
    const retiring = { account: otherAccount };
    const RetiringPrincipal = `arn:aws:iam::${otherAccount}:root`;
    const { GrantToken } = await grant({ Operations: ['Encrypt'], RetiringPrincipal });
    const own = await grant({ Operations: ['Encrypt'] });
    expect(await kms.call(retiring, 'RetireGrant', { GrantToken: own.GrantToken })).toMatchObject({
      error: 'AccessDeniedException',
    });
    expect(await kms.call(retiring, 'RetireGrant', { GrantToken })).toMatchObject({ status: 200 });
  });

  it('RevokeGrant is a matter of policies', async () => {
    const { GrantId } = await grant({ Operations: ['Encrypt', 'RetireGrant'] });
    expect(await kms.call(bob, 'RevokeGrant', { KeyId, GrantId })).toMatchObject({
      error: 'AccessDeniedException',
    });
    expect(await kms.call(admin, 'RevokeGrant', { KeyId, GrantId, DryRun: true })).toMatchObject({
      error: 'DryRunOperationException',
    });
    expect(await kms.call(admin, 'RevokeGrant', { KeyId, GrantId })).toMatchObject({ status: 200 });
    expect(await kms.call(admin, 'RevokeGrant', { KeyId, GrantId })).toMatchObject({
      error: 'NotFoundException',
    });
    expect(await kms.call(admin, 'RevokeGrant', { KeyId, GrantId: 'x' })).toMatchObject({
      error: 'InvalidGrantIdException',
    });
  });
});

describe('CreateGrant', () => {
  const create = (input: object) =>
    kms.root('CreateGrant', { KeyId, GranteePrincipal: user('bob'), Operations: ['Encrypt'], ...input });

  it('makes the same grant once under one name, and a new one without', async () => {
    const named = { Name: 'n', Constraints: { EncryptionContextSubset: { a: '1' } } };
    const first = await create(named);
    expect(await create(named)).toEqual(first);
    expect((await create({ ...named, Operations: ['Decrypt'] })).output['GrantId']).not.toBe(
      first.output['GrantId'],
    );
    expect((await create({})).output).not.toEqual((await create({})).output);
    const list = await kms.root('ListGrants', { KeyId });
    expect(list.output['Grants']).toHaveLength(4);
  });

  it('is listed whole', async () => {
    const { output } = await create({
      Name: 'n',
      RetiringPrincipal: root,
      Constraints: { EncryptionContextEquals: { ['__proto__']: '1' } },
    });
    expect((await kms.root('ListGrants', { KeyId })).output).toEqual({
      Grants: [
        {
          Constraints: { EncryptionContextEquals: JSON.parse('{"__proto__":"1"}') },
          CreationDate: kms.clock.wallMs / 1000,
          GrantId: output['GrantId'],
          GranteePrincipal: user('bob'),
          IssuingAccount: root,
          KeyId,
          Name: 'n',
          Operations: ['Encrypt'],
          RetiringPrincipal: root,
        },
      ],
      Truncated: false,
    });
  });

  it.each([
    [
      'no grantee',
      { GranteePrincipal: null },
      'ValidationException',
      "1 validation error detected: Value null at 'granteePrincipal' failed to satisfy constraint: Member must not be null",
    ],
    [
      'a grantee that is none',
      { GranteePrincipal: 'bob' },
      'InvalidArnException',
      'ARN does not refer to a valid principal: bob',
    ],
    [
      'a retiring principal that is none',
      { RetiringPrincipal: 'arn:aws:iam::1:root' },
      'InvalidArnException',
      'ARN does not refer to a valid principal: arn:aws:iam::1:root',
    ],
    [
      'an operation of another kind of key',
      { Operations: ['Sign'] },
      'ValidationException',
      'Grant operation Sign is not supported by a KMS key with key spec SYMMETRIC_DEFAULT and key usage ENCRYPT_DECRYPT.',
    ],
    [
      'nine pairs',
      {
        Constraints: {
          EncryptionContextSubset: Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`k${at}`, ''])),
        },
      },
      'ValidationException',
      'A grant constraint can have at most 8 encryption context pairs.',
    ],
    ...['EncryptionContextEquals', 'EncryptionContextSubset'].map(
      (name): [string, object, string, string] => [
        `a value of 385 characters in ${name}`,
        { Constraints: { [name]: { short: '', long: 'é'.repeat(385) } } },
        'ValidationException',
        'An encryption context value in a grant constraint cannot exceed 384 characters.',
      ],
    ),
    [
      'a service without its source',
      { GranteePrincipal: null, GranteeServicePrincipal: 's3.amazonaws.com' },
      'ValidationException',
      'A grant to a service principal requires a SourceArn constraint and a retiring principal.',
    ],
    [
      'a dry run',
      { DryRun: true },
      'DryRunOperationException',
      'The request would have succeeded, but the DryRun option is set.',
    ],
  ])('refuses %s', async (_, input, error, message) => {
    expect(await create(input)).toMatchObject({ error, message });
    expect((await kms.root('ListGrants', { KeyId })).output['Grants']).toEqual([]);
  });

  it('takes values of 384 characters, in as many bytes as they need', async () => {
    const Constraints = { EncryptionContextEquals: { a: '𝄞'.repeat(384), b: 'x'.repeat(384) } };
    expect(await create({ Constraints })).toMatchObject({ status: 200 });
  });

  it('refuses a disabled key', async () => {
    await kms.root('DisableKey', { KeyId });
    expect(await create({})).toMatchObject({ error: 'DisabledException', message: `${KeyId} is disabled.` });
  });
});

describe('lists of grants', () => {
  it('are paged, filtered, and go on where they ended', async () => {
    for (const to of ['bob', 'carol', 'bob'])
      await grant({ Operations: ['Encrypt'], RetiringPrincipal: root }, user(to));
    const other = await kms.createKey({ Policy: keyPolicy() });
    await kms.root('CreateGrant', {
      KeyId: other,
      GranteePrincipal: user('bob'),
      Operations: ['Decrypt'],
      RetiringPrincipal: root,
    });
    const pages = async (operation: string, input: object): Promise<number[]> => {
      const sizes: number[] = [];
      for (let Marker: string | undefined; ; ) {
        const { output } = await kms.root(operation, {
          ...input,
          Limit: 2,
          ...(Marker === undefined ? {} : { Marker }),
        });
        const { Grants, NextMarker, Truncated } = outputAs<{
          Grants: [];
          NextMarker?: string;
          Truncated: boolean;
        }>(output);
        sizes.push(Grants.length);
        expect(Truncated).toBe(NextMarker !== undefined);
        if (NextMarker === undefined) return sizes;
        Marker = NextMarker;
      }
    };
    expect(await pages('ListGrants', { KeyId })).toEqual([2, 1]);
    expect(await pages('ListGrants', { KeyId, GranteePrincipal: user('carol') })).toEqual([1]);
    expect(await pages('ListRetirableGrants', { RetiringPrincipal: root })).toEqual([2, 2]);
    expect(await pages('ListRetirableGrants', { RetiringPrincipal: user('bob') })).toEqual([0]);
    expect(await kms.root('ListGrants', { KeyId, Marker: 'x' })).toMatchObject({
      error: 'InvalidMarkerException',
    });
  });
});
