import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSeed } from '../../src/seeds/parse-seed.ts';
import { base64, hex, invalid, keyId, openMachine, otherId, shown, startMs } from './seed-harness.ts';

const sample = readFileSync(
  new URL('../../../../docs/samples/seeds/local-kms.yaml', import.meta.url),
  'utf8',
);
const place = { accountId: '111122223333', region: 'eu-central-1' };
const aes = (...lines: readonly string[]): string =>
  ['Keys:', '  Symmetric:', '    Aes:', '      -', ...lines.map((line) => `        ${line}`)].join('\n');
const id = `Metadata: { KeyId: ${keyId} }`;

describe("local-kms's seed files", () => {
  it('load as they are, where local-kms has its keys', async () => {
    const seed = parseSeed(sample, { fileName: 'seed.yaml' });
    expect(seed.format).toBe('local-kms');
    const { apply, call } = await openMachine();
    expect(await apply(seed)).toMatchObject({ keys: { created: 5 }, aliases: { created: 2 } });
    expect(await apply(seed)).toMatchObject({ keys: { unchanged: 5 }, aliases: { unchanged: 2 } });
    const metadata = async (KeyId: string) =>
      (await call('DescribeKey', { KeyId }, 'eu-west-2'))['KeyMetadata'];
    expect(await metadata('alias/dev')).toMatchObject({
      Arn: 'arn:aws:kms:eu-west-2:111122223333:key/f4d8f2c9-b9c6-4af6-9b4c-3092a01397b0',
      Description: 'Rotated once',
      KeyState: 'Enabled',
    });
    expect(await metadata('268517d9-83d5-4ce3-8926-301efe399822')).toMatchObject({
      KeyState: 'Enabled',
      Origin: 'EXTERNAL',
    });
    expect(await metadata('ed1bb987-264a-4fcb-b585-f7c34c6f5e2e')).toMatchObject({
      KeyState: 'PendingImport',
    });
    expect(await metadata('705f3823-5ed5-4390-817e-f7ab0f73ed20')).toMatchObject({
      KeySpec: 'RSA_2048',
      KeyUsage: 'ENCRYPT_DECRYPT',
    });
    expect(await metadata('alias/signing')).toMatchObject({
      KeySpec: 'ECC_SECG_P256K1',
      KeyUsage: 'SIGN_VERIFY',
    });
  });

  it('have keys of several generations: the last encrypts, the others still open', async () => {
    const [older, newer] = [hex(1), hex(2)];
    const before = await openMachine();
    await before.apply(parseSeed(aes(id, `BackingKeys: [${older}]`), { fileName: 'a', localKms: place }));
    const after = await openMachine();
    await after.apply(
      parseSeed(aes(id, `BackingKeys: [${older}, ${newer}]`), { fileName: 'b', localKms: place }),
    );
    const seal = async ({ call }: typeof before) =>
      (await call('Encrypt', { KeyId: keyId, Plaintext: base64('x') }))['CiphertextBlob'];
    const CiphertextBlob = await seal(before);
    expect(await after.call('Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext: base64('x') });
    expect(await before.call('Decrypt', { CiphertextBlob: await seal(after) })).toMatchObject({
      __type: 'InvalidCiphertextException',
    });
  });

  it('rotate on the day that they say, or at once where it is over', async () => {
    const rotates = async (date: string) => {
      const { apply, call } = await openMachine();
      const text = aes(id, `NextKeyRotation: "${date}"`, `BackingKeys: [${hex(1)}]`);
      await apply(parseSeed(text, { fileName: 'a', localKms: place }));
      const { Rotations } = await call('ListKeyRotations', { KeyId: keyId });
      const { NextRotationDate } = await call('GetKeyRotationStatus', { KeyId: keyId });
      return { Rotations, NextRotationDate };
    };
    expect(await rotates('2030-01-01T00:00:00+00:00')).toEqual({
      Rotations: [],
      NextRotationDate: Date.UTC(2030, 0, 1) / 1000,
    });
    expect(await rotates('2019-09-12T15:19:21+00:00')).toMatchObject({
      Rotations: [{ RotationType: 'AUTOMATIC', RotationDate: startMs / 1000 }],
    });
  });

  it.each([
    [
      'no backing keys',
      aes(id),
      '5:9 Keys.Symmetric.Aes[0] needs the member BackingKeys. local-kms has one key or more, and of an EXTERNAL key at most one.',
    ],
    [
      'two of an imported key',
      aes(`Metadata: { KeyId: ${keyId}, Origin: EXTERNAL }`, `BackingKeys: [${hex(1)}, ${hex(2)}]`),
      '6:9 Keys.Symmetric.Aes[0].BackingKeys are more than one though the key is EXTERNAL. local-kms has one key or more, and of an EXTERNAL key at most one.',
    ],
    [
      'a key that is too short',
      aes(id, 'BackingKeys: [00ff]'),
      '6:23 Keys.Symmetric.Aes[0].BackingKeys[0] has 2 bytes, and material of the spec SYMMETRIC_DEFAULT has 32. Write 32 bytes: openssl rand -hex 32 makes some.',
    ],
    [
      'an id that AWS would not give',
      aes('Metadata: { KeyId: my-key }', `BackingKeys: [${hex(1)}]`),
      '5:21 Keys.Symmetric.Aes[0].Metadata.KeyId is no key id. A key id is a UUID in lower case, or mrk- and 32 hexadecimal digits for a multi-Region key.',
    ],
    [
      'HMAC keys',
      'Keys:\n  Symmetric:\n    Hmac: []',
      "3:5 Keys.Symmetric.Hmac is a member that is not known here. local-kms's format has no HMAC keys: write the seed in the emulator's own format.",
    ],
    [
      'a curve without a name',
      `Keys:\n  Asymmetric:\n    Ecc:\n      - Metadata: { KeyId: ${keyId} }\n        PrivateKeyHex: ff`,
      '5:9 Keys.Asymmetric.Ecc[0].PrivateKeyHex is a member that is not known here. Bytes alone do not name their curve: write the key as PrivateKeyPem.',
    ],
    [
      'PEM that is none',
      `Keys:\n  Asymmetric:\n    Rsa:\n      - Metadata: { KeyId: ${keyId}, KeyUsage: SIGN_VERIFY }\n        PrivateKeyPem: x`,
      '5:9 Keys.Asymmetric.Rsa[0].PrivateKeyPem is no private key of RSA with 2048, 3072 or 4096 bits. Write an unencrypted one in PEM.',
    ],
    [
      'an alias of no key',
      `${aes(id, `BackingKeys: [${hex(1)}]`)}\nAliases:\n  - { AliasName: alias/a, TargetKeyId: ${otherId} }`,
      '8:27 Aliases[0].TargetKeyId is no key of this seed. Add the key, or take the alias away.',
    ],
    [
      'a misspelt member',
      aes(id, `BackingKey: [${hex(1)}]`),
      '6:9 Keys.Symmetric.Aes[0].BackingKey is a member that is not known here. Did you mean BackingKeys?',
    ],
  ])('are refused with line, column, path and way out: %s', (_, text, problem) => {
    expect(invalid(text).problems.map(shown)).toContain(problem);
  });
});
