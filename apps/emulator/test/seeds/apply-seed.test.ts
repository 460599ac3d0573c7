import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { describe, expect, it } from 'vitest';
import {
  account,
  base64,
  conflict,
  dayMs,
  hex,
  keyId,
  openMachine,
  otherId,
  read,
  region,
  sharedId,
  shown,
  startMs,
  withKeys,
} from './seed-harness.ts';

const arn = (id: string, where: string = region) => `arn:aws:kms:${where}:${account}:key/${id}`;
const user = (name: string) => `arn:aws:iam::${account}:user/${name}`;

/** Every row of a store that a seed can make, as it is. */
async function rows(store: Awaited<ReturnType<typeof openMachine>>['store']) {
  const tables = ['kms_keys', 'kms_key_materials', 'kms_aliases', 'kms_grants'];
  return (await Promise.all(tables.map((table) => store.list(table, { limit: 1000 })))).flat();
}

const whole = withKeys(
  {
    id: keyId,
    description: 'first',
    tags: { a: 'b' },
    aliases: ['alias/a', 'alias/b'],
    olderMaterials: [{ hex: hex(1) }],
    material: { hex: hex(2), rotatedAt: '2026-01-01T00:00:00Z', rotatedBy: 'ON_DEMAND' },
    rotation: { enabled: true, periodDays: 90 },
    grants: [
      {
        name: 'use',
        id: 'ab'.repeat(32),
        grantee: user('bob'),
        operations: ['Decrypt', 'Encrypt'],
        constraints: { contextSubset: { app: 'x' } },
      },
    ],
  },
  {
    id: sharedId,
    material: { hex: hex(3) },
    aliases: ['alias/shared'],
    replicas: [
      {
        region: 'eu-west-1',
        description: 'copy',
        aliases: ['alias/shared'],
        state: 'Disabled',
        tags: { c: 'd' },
      },
      { region: 'us-east-1' },
    ],
  },
);

describe('a seed that is applied', () => {
  it('makes keys as their requests would have', async () => {
    const { apply, call } = await openMachine();
    expect(await apply(whole)).toMatchObject({
      keys: { created: 4, unchanged: 0 },
      aliases: { created: 4, unchanged: 0 },
      grants: { created: 1, unchanged: 0 },
    });
    const { KeyMetadata } = await call('DescribeKey', { KeyId: 'alias/b' });
    expect(KeyMetadata).toMatchObject({
      Arn: arn(keyId),
      Description: 'first',
      KeyState: 'Enabled',
      CreationDate: startMs / 1000,
      Origin: 'AWS_KMS',
    });
    expect(await call('ListResourceTags', { KeyId: keyId })).toMatchObject({
      Tags: [{ TagKey: 'a', TagValue: 'b' }],
    });
    expect(
      await call('ListKeyRotations', { KeyId: keyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }),
    ).toMatchObject({
      Rotations: [
        { KeyMaterialState: 'NON_CURRENT' },
        { KeyMaterialState: 'CURRENT', RotationType: 'ON_DEMAND', RotationDate: Date.UTC(2026, 0, 1) / 1000 },
      ],
    });
    expect(await call('GetKeyRotationStatus', { KeyId: keyId })).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 90,
      NextRotationDate: (startMs + 90 * dayMs) / 1000,
    });
    expect(await call('ListGrants', { KeyId: keyId })).toMatchObject({
      Grants: [
        { GrantId: 'ab'.repeat(32), Name: 'use', Constraints: { EncryptionContextSubset: { app: 'x' } } },
      ],
    });
    expect((await call('DescribeKey', { KeyId: 'alias/shared' }, 'eu-west-1'))['KeyMetadata']).toMatchObject({
      Description: 'copy',
      KeyState: 'Disabled',
      MultiRegionConfiguration: { MultiRegionKeyType: 'REPLICA', PrimaryKey: { Region: region } },
    });
  });

  it('a second time changes nothing, also after a restart and after what applications may do', async () => {
    const machine = await openMachine();
    await machine.apply(whole);
    const before = await rows(machine.store);
    for (const { apply } of [machine, await openMachine(machine.store)])
      expect(await apply(whole)).toMatchObject({
        keys: { created: 0, unchanged: 4 },
        aliases: { created: 0, unchanged: 4 },
        grants: { created: 0, unchanged: 1 },
      });
    expect(await rows(machine.store)).toEqual(before);
    await machine.call('RotateKeyOnDemand', { KeyId: keyId });
    await machine.call('TagResource', { KeyId: sharedId, Tags: [{ TagKey: 'new', TagValue: '' }] });
    await machine.call('CreateAlias', { AliasName: 'alias/more', TargetKeyId: keyId });
    machine.advance(400 * dayMs);
    expect(await machine.apply(whole)).toMatchObject({ keys: { created: 0, unchanged: 4 } });
  });

  it('brings back what was deleted', async () => {
    const { apply, call, advance } = await openMachine();
    const seed = withKeys({ id: keyId, material: { hex: hex(1) }, aliases: ['alias/a'] });
    await apply(seed);
    const { CiphertextBlob } = await call('Encrypt', { KeyId: keyId, Plaintext: base64('x') });
    await call('ScheduleKeyDeletion', { KeyId: keyId, PendingWindowInDays: 7 });
    advance(8 * dayMs);
    expect(await apply(seed)).toMatchObject({ keys: { created: 1 }, aliases: { created: 1 } });
    expect(await call('Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext: base64('x') });
  });

  it('while requests are served, and from two sides at once', async () => {
    const { apply, call } = await openMachine();
    const seed = read(whole);
    await call('CreateKey', {});
    const counts = await Promise.all([apply(seed), apply(seed), call('CreateKey', {})]);
    expect([counts[0].keys.created, counts[1].keys.created].sort()).toEqual([0, 4]);
    expect((await call('ListKeys'))['Keys']).toHaveLength(4);
  });

  it('puts keys into the states that it says', async () => {
    const { apply, call } = await openMachine();
    const lines = [
      { id: keyId, state: 'PendingDeletion', deletionWindowDays: 9, aliases: ['alias/a'] },
      {
        id: otherId,
        state: 'Disabled',
        grants: [{ name: 'a', grantee: user('bob'), operations: ['Encrypt'] }],
      },
      {
        id: sharedId,
        state: 'PendingDeletion',
        replicas: [{ region: 'eu-west-1' }, { region: 'us-east-1', state: 'PendingDeletion' }],
      },
    ];
    await apply(withKeys(...lines));
    const metadata = async (KeyId: string, where?: string) =>
      (await call('DescribeKey', { KeyId }, where))['KeyMetadata'];
    expect(await metadata('alias/a')).toMatchObject({
      KeyState: 'PendingDeletion',
      DeletionDate: (startMs + 9 * dayMs) / 1000,
    });
    expect(await metadata(otherId)).toMatchObject({ KeyState: 'Disabled' });
    expect(await metadata(sharedId)).toMatchObject({ KeyState: 'PendingReplicaDeletion' });
    expect(await metadata(sharedId, 'us-east-1')).toMatchObject({ KeyState: 'PendingDeletion' });
    expect(await apply(withKeys(...lines))).toMatchObject({ keys: { created: 0, unchanged: 5 } });
  });

  it('imports material, into every copy, and lets it expire', async () => {
    const { apply, call, advance } = await openMachine();
    const seed = withKeys(
      { id: keyId, origin: 'EXTERNAL' },
      {
        id: otherId,
        origin: 'EXTERNAL',
        olderMaterials: [{ hex: hex(1) }],
        material: { hex: hex(2), validTo: '2026-02-01T00:00:00Z', description: 'second' },
        pendingMaterial: { hex: hex(3) },
      },
      { id: sharedId, origin: 'EXTERNAL', material: { hex: hex(4) }, replicas: [{ region: 'eu-west-1' }] },
    );
    await apply(seed);
    const metadata = async (KeyId: string, where?: string) =>
      (await call('DescribeKey', { KeyId }, where))['KeyMetadata'];
    expect(await metadata(keyId)).toMatchObject({ KeyState: 'PendingImport', Origin: 'EXTERNAL' });
    expect(await metadata(otherId)).toMatchObject({
      KeyState: 'Enabled',
      ExpirationModel: 'KEY_MATERIAL_EXPIRES',
      ValidTo: Date.UTC(2026, 1, 1) / 1000,
    });
    const { CiphertextBlob } = await call('Encrypt', { KeyId: sharedId, Plaintext: base64('x') });
    expect(await call('Decrypt', { CiphertextBlob }, 'eu-west-1')).toMatchObject({ Plaintext: base64('x') });
    expect(await call('RotateKeyOnDemand', { KeyId: otherId })).toEqual({ KeyId: arn(otherId) });
    advance(60 * dayMs);
    expect(await metadata(otherId)).toMatchObject({ KeyState: 'PendingImport' });
    expect(await apply(seed)).toMatchObject({ keys: { created: 0, unchanged: 4 } });
  });

  it('rotates once where a rotation was missed', async () => {
    const { apply, call } = await openMachine();
    await apply(
      withKeys({
        id: keyId,
        material: { hex: hex(1) },
        rotation: { enabled: true, periodDays: 365, nextAt: '2019-09-12T15:19:21+00:00' },
      }),
    );
    const { Rotations } = await call('ListKeyRotations', { KeyId: keyId });
    expect(Rotations).toMatchObject([{ RotationType: 'AUTOMATIC' }]);
  });
});

describe('a seed that is otherwise than what is there', () => {
  const base = { id: keyId, material: { hex: hex(1) }, olderMaterials: [{ hex: hex(2) }] };

  it.each([
    ['material', { ...base, material: { hex: hex(9) } }, 'material'],
    ['a spec', { id: keyId, spec: 'HMAC_256', material: { hex: hex(1) } }, 'spec, usage'],
    ['another origin', { ...base, origin: 'EXTERNAL' }, 'origin'],
    ['a description', { ...base, description: 'x' }, 'description'],
    ['tags', { ...base, tags: { a: 'b' } }, 'tags'],
    ['a state', { ...base, state: 'Disabled' }, 'state'],
    ['a schedule', { ...base, rotation: { enabled: true } }, 'rotation'],
    ['a time', { ...base, createdAt: '2020-01-01' }, 'createdAt'],
  ])('names the line and the member: %s', async (_, key, members) => {
    const { apply, store } = await openMachine();
    await apply(withKeys(base));
    const before = await rows(store);
    const error = await conflict(apply(JSON.stringify(withKeys(key, { id: otherId }), null, 1)));
    expect(error).toMatchObject({ code: 'seed_conflict', layer: 'config', fileName: 'seed.yaml' });
    expect(error.problems.map(shown)).toEqual([
      `8:5 accounts[0].keys[0] differs from the key that is there in ${members}. Change it, or begin with an emulator that is empty.`,
    ]);
    expect(await rows(store)).toEqual(before);
  });

  it('is refused whole, with everything that is wrong', async () => {
    const { apply, call, store } = await openMachine();
    await apply(
      withKeys({
        id: keyId,
        aliases: ['alias/a'],
        grants: [{ name: 'use', grantee: user('bob'), operations: ['Encrypt'] }],
      }),
    );
    await call('ReplicateKey', {});
    const before = await rows(store);
    const error = await conflict(
      apply(
        withKeys(
          { id: otherId, aliases: ['alias/new', 'alias/a'] },
          {
            id: keyId,
            description: 'x',
            grants: [{ name: 'use', grantee: user('eve'), operations: ['Decrypt'] }],
          },
          {
            id: otherId.replace('9999', '8888'),
            spec: 'HMAC_256',
            grants: [{ name: 'a', grantee: user('bob'), operations: ['Encrypt'] }],
          },
        ),
      ),
    );
    expect(error.problems.map(({ path, message }) => `${path} ${message}`)).toEqual([
      'accounts[0].keys[1] differs from the key that is there in description',
      'accounts[0].keys[1].grants[0] differs from the grant that is there in grantee, operations',
      `accounts[0].keys[0].aliases[1] is refused by CreateAlias with AlreadyExistsException: An alias with the name arn:aws:kms:${region}:${account}:alias/a already exists`,
      expect.stringContaining(
        'accounts[0].keys[2].grants[0] is refused by CreateGrant with ValidationException',
      ),
    ]);
    expect(await rows(store)).toEqual(before);
  });

  it('is refused where a replica is there without its primary key', async () => {
    const { apply } = await openMachine();
    await apply(withKeys({ id: sharedId, region: 'eu-west-1' }));
    const error = await conflict(apply(withKeys({ id: sharedId, replicas: [{ region: 'eu-west-1' }] })));
    expect(error.problems.map(({ message }) => message)).toEqual([
      'is a key that is there already in eu-west-1, though its primary key is not',
    ]);
  });

  it('is refused where it needs a service that the emulator does not have', async () => {
    const { apply } = await openMachine();
    const seed = {
      version: 1,
      accounts: [{ id: account, secrets: [{ name: 'a', string: 'b' }] }],
      tenants: [{ id: 'acme', root: arn(keyId) }],
      apiKeys: [{ key: `kf_admin_${'a'.repeat(43)}`, role: 'admin', tenants: '*' }],
    };
    expect((await conflict(apply(seed))).problems.map(({ path }) => path)).toEqual([
      'tenants[0]',
      'apiKeys[0]',
      'accounts[0].secrets[0]',
    ]);
  });

  it('leaves nothing behind where the store fails', async () => {
    const { apply, store } = await openMachine({
      ...createMemoryStore(),
      get: async () => undefined,
      list: async () => [],
      commit: async () => {
        throw new Error('The disk is full.');
      },
      close: async () => undefined,
    });
    await expect(apply(whole)).rejects.toThrow('The disk is full.');
    expect(await rows(store)).toEqual([]);
  });
});

describe('secrets of a seed', () => {
  it('are looked for before anything is made, and handed over as they are', async () => {
    const { apply } = await openMachine();
    const made: unknown[] = [];
    const secrets = {
      look: async ({ name }: { readonly name: string }) =>
        name === 'there' ? ('same' as const) : ('absent' as const),
      create: async (secret: unknown) => {
        made.push(secret);
      },
    };
    const seed = (...list: readonly object[]) => ({
      version: 1,
      accounts: [{ id: account, region, secrets: list }],
    });
    const counts = await apply(
      seed(
        { name: 'there', string: 'x' },
        { name: 'new', kmsKeyId: 'alias/a', tags: { a: 'b' }, string: 'value', arnSuffix: 'AbCdEf' },
        {
          name: 'versions',
          region: 'us-east-1',
          versions: [
            { id: keyId, stages: ['AWSPREVIOUS'], string: 'old' },
            { stages: ['AWSCURRENT'], hex: '00ff' },
          ],
        },
      ),
      { secrets },
    );
    expect(counts.secrets).toEqual({ created: 2, unchanged: 1 });
    expect(made).toMatchObject([
      {
        name: 'new',
        place: { accountId: account, region },
        kmsKeyId: 'alias/a',
        arnSuffix: 'AbCdEf',
        tags: [{ Key: 'a', Value: 'b' }],
        versions: [{ stages: ['AWSCURRENT'], value: { text: 'value' } }],
      },
      {
        place: { region: 'us-east-1' },
        versions: [
          { id: keyId, stages: ['AWSPREVIOUS'], value: { text: 'old' } },
          { stages: ['AWSCURRENT'], value: { bytes: { byteLength: 2 } } },
        ],
      },
    ]);
    const refusal = {
      look: async () => ({ message: 'differs', hint: 'Change it.' }),
      create: secrets.create,
    };
    const error = await conflict(apply(seed({ name: 'a', string: 'b' }), { secrets: refusal }));
    expect(error.problems.map(shown)).toEqual(['1:82 accounts[0].secrets[0] differs. Change it.']);
    const many = Array.from({ length: 101 }, (_, at) => ({ name: `a${at}`, string: 'b' }));
    const long = await conflict(apply(seed(...many), { secrets: refusal }));
    expect(long.problems).toHaveLength(100);
    expect(long.message).toMatch(/: 100 or more problems\..*and at least 80 more$/s);
  });
});
