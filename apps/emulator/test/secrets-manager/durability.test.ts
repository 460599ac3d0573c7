import type { Store } from '@keyfold/key-hierarchy';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { describe, expect, it } from 'vitest';
import { fault, type Harness, openSecrets, token } from './secrets-harness.ts';

const internal = fault('InternalServiceError', 'The emulator failed; its log has the cause.', 500);

/** A store whose operation number `at` fails, before it does anything or after it has. */
function failing(store: Store, at: number, when: 'before' | 'after'): Store & { readonly failed: boolean } {
  let count = 0;
  let failed = false;
  const run = async <Result>(operation: () => Promise<Result>): Promise<Result> => {
    const strikes = ++count === at;
    failed ||= strikes;
    if (strikes && when === 'before') throw new Error('disk full');
    const result = await operation();
    if (strikes) throw new Error('connection lost');
    return result;
  };
  return {
    get: (...args) => run(() => store.get(...args)),
    list: (...args) => run(() => store.list(...args)),
    commit: (...args) => run(() => store.commit(...args)),
    close: () => store.close(),
    get failed() {
      return failed;
    },
  };
}

/** A life of a secret. Each step may be repeated until it succeeds. */
const life: readonly (readonly [operation: string, input: object])[] = [
  ['CreateSecret', { Name: 'x', SecretString: 'v1', ClientRequestToken: token('v1') }],
  ['PutSecretValue', { SecretId: 'x', SecretString: 'v2', ClientRequestToken: token('v2') }],
  ['TagResource', { SecretId: 'x', Tags: [{ Key: 'a', Value: 'b' }] }],
  [
    'PutSecretValue',
    {
      SecretId: 'x',
      SecretString: 'v3',
      ClientRequestToken: token('v3'),
      VersionStages: ['AWSPENDING'],
    },
  ],
  ['GetSecretValue', { SecretId: 'x' }],
  ['DeleteSecret', { SecretId: 'x', RecoveryWindowInDays: 7 }],
  ['RestoreSecret', { SecretId: 'x' }],
  ['ListSecrets', {}],
];

async function checkEnd(harness: Harness): Promise<void> {
  const { output } = await harness.call('DescribeSecret', { SecretId: 'x' });
  expect(output).toMatchObject({
    Tags: [{ Key: 'a', Value: 'b' }],
    VersionIdsToStages: {
      [token('v1')]: ['AWSPREVIOUS'],
      [token('v2')]: ['AWSCURRENT'],
      [token('v3')]: ['AWSPENDING'],
    },
  });
  expect(output).not.toHaveProperty('DeletedDate');
  for (const mark of ['v1', 'v2', 'v3'])
    expect(
      (await harness.call('GetSecretValue', { SecretId: 'x', VersionId: token(mark) })).output.SecretString,
    ).toBe(mark);
  expect(await harness.store.list('secretsmanager_values', { limit: 10 })).toHaveLength(3);
  expect(await harness.store.list('secretsmanager_secrets', { limit: 10 })).toHaveLength(1);
}

describe('a failure of the store', () => {
  it.each(['before', 'after'] as const)(
    'at any operation, %s it is done, is an answer, and the request can be repeated',
    async (when) => {
      let failures = 0;
      for (let at = 1; ; at++) {
        const inner = createMemoryStore();
        const store = failing(inner, at, when);
        const harness = await openSecrets({ store });
        for (const [operation, input] of life) {
          const { status, output } = await harness.call(operation, input);
          if (status === 200) continue;
          failures += 1;
          expect([status, output.__type], `${operation}, operation ${at}`).toEqual([
            500,
            'InternalServiceError',
          ]);
          expect(JSON.stringify(output)).not.toMatch(/v[123]\b.*v[123]|disk|connection/);
          // What was deleted, and then reported as failed, is not deleted again.
          const again = await harness.call(operation, input);
          if (!(operation === 'DeleteSecret' && when === 'after'))
            expect(again.status, `${operation} again, operation ${at}`).toBe(200);
        }
        await checkEnd(await openSecrets({ store: inner }));
        if (!store.failed) break;
      }
      expect(failures).toBeGreaterThan(15);
    },
  );

  it('to note the day of an access keeps no value back, and is made up for', async () => {
    const inner = createMemoryStore();
    let full = false;
    const { call, internalErrors } = await openSecrets({
      store: {
        get: (...args) => inner.get(...args),
        list: (...args) => inner.list(...args),
        close: () => inner.close(),
        commit: async (changes) => {
          if (full) throw new Error('disk full');
          await inner.commit(changes);
        },
      },
    });
    await call('CreateSecret', { Name: 'x', SecretString: 'v' });
    full = true;
    expect((await call('GetSecretValue', { SecretId: 'x' })).output.SecretString).toBe('v');
    expect(internalErrors).toEqual([]);
    full = false;
    await call('GetSecretValue', { SecretId: 'x' });
    expect((await call('DescribeSecret', { SecretId: 'x' })).output).toHaveProperty('LastAccessedDate');
  });

  it('is told to the host alone', async () => {
    const harness = await openSecrets({ store: failing(createMemoryStore(), 1, 'before') });
    expect(await harness.call('CreateSecret', { Name: 'x', SecretString: 'v' })).toEqual(internal);
    expect(harness.internalErrors).toMatchObject([{ message: 'disk full' }]);
  });
});

describe('state', () => {
  it('survives a restart', async () => {
    const first = await openSecrets();
    for (const [operation, input] of life) await first.call(operation, input);
    await checkEnd(await openSecrets({ store: first.store }));
  });

  it('is durable before a request that changed it is answered', async () => {
    const inner = createMemoryStore();
    const order: string[] = [];
    const store: Store = {
      get: (...args) => inner.get(...args),
      list: (...args) => inner.list(...args),
      close: () => inner.close(),
      commit: async (changes) => {
        await inner.commit(changes);
        order.push(changes[0]?.table ?? '');
      },
    };
    const { call } = await openSecrets({ store });
    await call('CreateSecret', { Name: 'x' });
    order.push('answered');
    await call('PutSecretValue', { SecretId: 'x', SecretString: 'v' });
    order.push('answered');
    expect(order.filter((entry) => !entry.startsWith('kms_'))).toEqual([
      'secretsmanager_secrets',
      'answered',
      'secretsmanager_secrets',
      'answered',
    ]);
  });

  it('is written once a day by reading, and not at all by describing', async () => {
    const inner = createMemoryStore();
    let commits = 0;
    const store: Store = {
      get: (...args) => inner.get(...args),
      list: (...args) => inner.list(...args),
      close: () => inner.close(),
      commit: (changes) => {
        commits += changes.some(({ table }) => table === 'secretsmanager_secrets') ? 1 : 0;
        return inner.commit(changes);
      },
    };
    const { call, advance } = await openSecrets({ store });
    await call('CreateSecret', { Name: 'x', SecretString: 'v' });
    for (let round = 0; round < 5; round++) {
      await call('GetSecretValue', { SecretId: 'x' });
      await call('DescribeSecret', { SecretId: 'x' });
    }
    expect(commits).toBe(2);
    advance(24 * 60 * 60 * 1000);
    await call('GetSecretValue', { SecretId: 'x' });
    expect(commits).toBe(3);
  });

  it('ends as many changes at once say, none of which is lost', async () => {
    const { call } = await openSecrets();
    await call('CreateSecret', { Name: 'x', SecretString: 'v' });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        index % 2 === 0
          ? call('TagResource', { SecretId: 'x', Tags: [{ Key: `k${index}`, Value: '' }] })
          : call('PutSecretValue', { SecretId: 'x', SecretString: `${index}` }),
      ),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect((await call('DescribeSecret', { SecretId: 'x' })).output['Tags']).toHaveLength(20);
    const { output } = await call('ListSecretVersionIds', { SecretId: 'x', IncludeDeprecated: true });
    expect(output.Versions).toHaveLength(21);
    expect((await call('GetSecretValue', { SecretId: 'x' })).output.SecretString).toBe('39');
  });
});
