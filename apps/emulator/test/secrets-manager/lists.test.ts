import type { Store } from '@keyfold/key-hierarchy';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { describe, expect, it } from 'vitest';
import { fault, type Harness, openSecrets, token } from './secrets-harness.ts';

async function withSecrets(): Promise<Harness> {
  const harness = await openSecrets();
  for (const [Name, Description, tags] of [
    ['app/Database', 'Main database of Billing', { team: 'pay', env: 'prod' }],
    ['app/cache', 'Redis', { team: 'web' }],
    ['creds892', 'legacy credentials', {}],
    ['zz-last', undefined, { Owner: 'Pay' }],
  ] as const) {
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    await harness.call('CreateSecret', { Name, Description, Tags, SecretString: Name });
    harness.advance(1000);
  }
  return harness;
}

const names = (list: readonly { readonly [member: string]: unknown }[]): unknown[] =>
  list.map(({ Name }) => Name);

describe('ListSecrets', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['name', ['app/'], ['app/Database', 'app/cache']],
    ['name', ['app/d'], []],
    ['name', ['app/D', 'zz'], ['app/Database', 'zz-last']],
    ['name', ['!app/'], ['creds892', 'zz-last']],
    ['description', ['main'], ['app/Database']],
    ['description', ['billing'], ['app/Database']],
    ['description', ['illing'], []],
    ['tag-key', ['te'], ['app/Database', 'app/cache']],
    ['tag-key', ['owner'], []],
    ['tag-value', ['pay'], ['app/Database']],
    ['tag-value', ['Pay'], ['zz-last']],
    ['primary-region', ['eu-'], ['app/Database', 'app/cache', 'creds892', 'zz-last']],
    ['primary-region', ['us-'], []],
    ['owning-service', ['rds'], []],
    ['all', ['redis'], ['app/cache']],
    ['all', ['credsDatabase 892'], ['app/Database', 'creds892']],
    ['all', ['PAY'], ['app/Database', 'zz-last']],
  ])('filters by %s %j', async (Key, Values, expected) => {
    const { call } = await withSecrets();
    const { output } = await call('ListSecrets', { Filters: [{ Key, Values }] });
    expect(names(output.SecretList)).toEqual(expected);
  });

  it('by name reads no further than its page', async () => {
    const inner = createMemoryStore();
    let rows = 0;
    const store: Store = {
      get: (...args) => inner.get(...args),
      commit: (...args) => inner.commit(...args),
      close: () => inner.close(),
      list: async (...args) => {
        const found = await inner.list(...args);
        rows += found.length;
        return found;
      },
    };
    const { call } = await openSecrets({ store });
    for (let at = 0; at < 250; at++) await call('CreateSecret', { Name: `s${String(at).padStart(3, '0')}` });
    const listed: unknown[] = [];
    const sorted = { SortBy: 'name', SortOrder: 'asc', MaxResults: 40 };
    for (let NextToken: string | undefined; ; ) {
      rows = 0;
      const { output } = await call('ListSecrets', { ...sorted, NextToken });
      expect(rows).toBeLessThanOrEqual(100);
      listed.push(...names(output.SecretList));
      NextToken = output.NextToken;
      if (NextToken === undefined) break;
    }
    expect(listed).toEqual(Array.from({ length: 250 }, (_, at) => `s${String(at).padStart(3, '0')}`));
    expect(await call('ListSecrets', { ...sorted, NextToken: 'x' })).toEqual(
      fault('InvalidNextTokenException', 'The NextToken value is invalid.'),
    );
  });

  it('lets through what all filters let through, and refuses filters that say nothing', async () => {
    const { call } = await withSecrets();
    const Filters = [
      { Key: 'name', Values: ['app/'] },
      { Key: 'tag-value', Values: ['web'] },
    ];
    expect(names((await call('ListSecrets', { Filters })).output.SecretList)).toEqual(['app/cache']);
    for (const filter of [{ Key: 'name' }, { Values: ['x'] }, {}])
      expect(await call('ListSecrets', { Filters: [filter] })).toEqual(
        fault('InvalidParameterException', 'A filter must have a Key and Values.'),
      );
  });

  it.each([
    ['created-date', 'asc', ['app/Database', 'app/cache', 'creds892', 'zz-last']],
    ['created-date', 'desc', ['zz-last', 'creds892', 'app/cache', 'app/Database']],
    ['name', 'desc', ['zz-last', 'creds892', 'app/cache', 'app/Database']],
    ['last-changed-date', 'asc', ['app/cache', 'creds892', 'zz-last', 'app/Database']],
    ['last-accessed-date', 'desc', ['creds892', 'zz-last', 'app/cache', 'app/Database']],
  ])('sorts by %s %s, page by page', async (SortBy, SortOrder, expected) => {
    const { call } = await withSecrets();
    await call('UpdateSecret', { SecretId: 'app/Database', Description: 'changed' });
    await call('GetSecretValue', { SecretId: 'creds892' });
    const listed: unknown[] = [];
    for (let NextToken: string | undefined; ; ) {
      const { output } = await call('ListSecrets', { SortBy, SortOrder, MaxResults: 1, NextToken });
      expect(output.SecretList.length).toBeLessThanOrEqual(1);
      listed.push(...names(output.SecretList));
      NextToken = output.NextToken;
      if (NextToken === undefined) break;
    }
    expect(listed).toEqual(expected);
  });

  it('goes on where a page ended, whatever came and went', async () => {
    const { call } = await withSecrets();
    const first = await call('ListSecrets', { SortBy: 'name', MaxResults: 2 });
    await call('DeleteSecret', { SecretId: 'app/cache', ForceDeleteWithoutRecovery: true });
    await call('CreateSecret', { Name: 'app/aaa' });
    await call('CreateSecret', { Name: 'middle' });
    const second = await call('ListSecrets', { SortBy: 'name', NextToken: first.output.NextToken });
    expect(names(second.output.SecretList)).toEqual(['creds892', 'middle', 'zz-last']);
  });

  it('takes no token but its own, for the same order', async () => {
    const { call } = await withSecrets();
    const { output } = await call('ListSecrets', { MaxResults: 1 });
    const refusal = fault('InvalidNextTokenException', 'The NextToken value is invalid.');
    const { NextToken = '' } = output;
    for (const [operation, input] of [
      ['ListSecrets', { NextToken: 'x' }],
      ['ListSecrets', { NextToken: `${NextToken}=` }],
      ['ListSecrets', { NextToken, SortBy: 'name' }],
      ['ListSecrets', { NextToken, SortOrder: 'desc' }],
      ['ListSecretVersionIds', { NextToken, SecretId: 'creds892' }],
      ['BatchGetSecretValue', { NextToken, Filters: [] }],
      ['BatchGetSecretValue', { NextToken, SecretIdList: ['creds892'] }],
    ] as const)
      expect(await call(operation, input)).toEqual(refusal);
  });

  it('lists many more secrets than fit on a page of the store', async () => {
    const { call } = await openSecrets();
    const all = Array.from({ length: 230 }, (_, index) => `s${String(index).padStart(3, '0')}`);
    for (const Name of all) await call('CreateSecret', { Name });
    const first = await call('ListSecrets');
    expect(first.output.SecretList).toHaveLength(100);
    const second = await call('ListSecrets', { NextToken: first.output.NextToken });
    const third = await call('ListSecrets', { NextToken: second.output.NextToken });
    expect(
      names([...first.output.SecretList, ...second.output.SecretList, ...third.output.SecretList]),
    ).toEqual(all);
  });
});

describe('ListSecretVersionIds', () => {
  it('lists labelled versions, and the others where it is asked to, page by page', async () => {
    const { call, advance } = await openSecrets();
    await call('CreateSecret', { Name: 'x', SecretString: '0', ClientRequestToken: token('v0') });
    for (const version of ['v1', 'v2', 'v3']) {
      advance(1000);
      await call('PutSecretValue', {
        SecretId: 'x',
        SecretString: version,
        ClientRequestToken: token(version),
      });
    }
    const ids = (versions: readonly { readonly VersionId?: unknown }[]): unknown[] =>
      versions.map(({ VersionId }) => VersionId);
    const labelled = await call('ListSecretVersionIds', { SecretId: 'x' });
    expect(ids(labelled.output.Versions)).toEqual([token('v2'), token('v3')]);
    expect(labelled.output.Versions[1]).toEqual({
      VersionId: token('v3'),
      VersionStages: ['AWSCURRENT'],
      CreatedDate: expect.any(Number),
      KmsKeyIds: ['DefaultEncryptionKey'],
    });
    const first = await call('ListSecretVersionIds', {
      SecretId: 'x',
      IncludeDeprecated: true,
      MaxResults: 3,
    });
    const { NextToken } = first.output;
    const rest = await call('ListSecretVersionIds', { SecretId: 'x', IncludeDeprecated: true, NextToken });
    expect([...ids(first.output.Versions), ...ids(rest.output.Versions)]).toEqual(
      ['v0', 'v1', 'v2', 'v3'].map(token),
    );
    expect(first.output.Versions[0]).not.toHaveProperty('VersionStages');
  });
});

describe('BatchGetSecretValue', () => {
  it('answers what it finds, and says of each other secret why not', async () => {
    const { call } = await withSecrets();
    await call('DeleteSecret', { SecretId: 'app/cache' });
    const { output } = await call('BatchGetSecretValue', {
      SecretIdList: ['creds892', 'missing', 'app/cache', 'no name'],
    });
    expect(output['SecretValues']).toMatchObject([{ Name: 'creds892', SecretString: 'creds892' }]);
    expect(output['Errors']).toMatchObject([
      { SecretId: 'missing', ErrorCode: 'ResourceNotFoundException' },
      { SecretId: 'app/cache', ErrorCode: 'InvalidRequestException' },
      { SecretId: 'no name', ErrorCode: 'ValidationException' },
    ]);
  });

  it('takes filters, page by page', async () => {
    const { call } = await withSecrets();
    const Filters = [{ Key: 'name', Values: ['app/'] }];
    const first = await call('BatchGetSecretValue', { Filters, MaxResults: 1 });
    expect(first.output['SecretValues']).toMatchObject([{ SecretString: 'app/Database' }]);
    const second = await call('BatchGetSecretValue', { Filters, NextToken: first.output.NextToken });
    expect(second.output['SecretValues']).toMatchObject([{ SecretString: 'app/cache' }]);
    expect(second.output.NextToken).toBeUndefined();
  });

  it('wants either ids or filters', async () => {
    const { call } = await withSecrets();
    for (const input of [{}, { SecretIdList: ['creds892'], Filters: [] }])
      expect(await call('BatchGetSecretValue', input)).toEqual(
        fault('InvalidParameterException', 'You must include Filters or SecretIdList, but not both.'),
      );
    expect(
      (await call('BatchGetSecretValue', { SecretIdList: ['creds892'], MaxResults: 1 })).output.__type,
    ).toBe('InvalidParameterException');
  });
});
