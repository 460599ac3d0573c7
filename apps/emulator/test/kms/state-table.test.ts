import { describe, expect, it } from 'vitest';
import { base64, fault, type Harness, openKms } from './kms-harness.ts';

/** How a state's refusal is told. */
const refusals = {
  Disabled: ['DisabledException', 'is disabled.'],
  PendingDeletion: ['KMSInvalidStateException', 'is pending deletion.'],
  PendingReplicaDeletion: ['KMSInvalidStateException', 'is pending replica deletion.'],
  PendingImport: ['KMSInvalidStateException', 'is pending import.'],
  Unavailable: ['KMSInvalidStateException', 'is unavailable.'],
} as const;
type State = keyof typeof refusals;
const states = Object.keys(refusals) as readonly State[];

interface KeyInState extends Harness {
  readonly KeyId: string;
  readonly Arn: string;
}

const hsmStore = {
  CustomKeyStoreName: 'hsm',
  CloudHsmClusterId: 'cluster-2a23b4cdefg',
  KeyStorePassword: 'kmsPswd1',
  TrustAnchorCertificate: 'certificate',
};

/** Brings a new key into a state. */
async function keyIn(state: State, key: object): Promise<KeyInState> {
  const kms = await openKms();
  const { call } = kms;
  const create = async (more: object = {}) => kms.createKey({ ...key, ...more });
  const make: Readonly<Record<State, () => Promise<{ readonly KeyId: string; readonly Arn: string }>>> = {
    Disabled: async () => {
      const made = await create();
      await call('DisableKey', { KeyId: made.KeyId });
      return made;
    },
    PendingDeletion: async () => {
      const made = await create();
      await call('ScheduleKeyDeletion', { KeyId: made.KeyId });
      return made;
    },
    PendingReplicaDeletion: async () => {
      const made = await create({ MultiRegion: true });
      await call('ReplicateKey', { KeyId: made.KeyId, ReplicaRegion: 'us-west-2' });
      await call('ScheduleKeyDeletion', { KeyId: made.KeyId });
      return made;
    },
    PendingImport: () => create({ Origin: 'EXTERNAL' }),
    Unavailable: async () => {
      const { CustomKeyStoreId } = (await call('CreateCustomKeyStore', hsmStore)).output;
      await call('ConnectCustomKeyStore', { CustomKeyStoreId });
      const made = await create({ Origin: 'AWS_CLOUDHSM', CustomKeyStoreId });
      await call('DisconnectCustomKeyStore', { CustomKeyStoreId });
      return made;
    },
  };
  const { KeyId, Arn } = await make[state]();
  expect((await call('DescribeKey', { KeyId })).output.KeyMetadata.KeyState).toBe(state);
  return { ...kms, KeyId, Arn };
}

const symmetric = {};
const signing = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' };
const authenticating = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' };
const agreeing = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' };
const encapsulating = { KeySpec: 'ML_KEM_512', KeyUsage: 'ENCAPSULATE_DECAPSULATE' };

const Message = base64('x');
const ecdsa = { Message, SigningAlgorithm: 'ECDSA_SHA_256' };
const hmac = { Message, MacAlgorithm: 'HMAC_SHA_256' };
const mlKem = { EncapsulationAlgorithm: 'ML_KEM' };
const all = states;
const deletion = ['PendingDeletion', 'PendingReplicaDeletion'] as const;
const tag = { TagKey: 'a', TagValue: 'b' };

type Row = readonly [operation: string, key: object, input: object, refusedIn: readonly State[]];

/** AWS KMS developer guide, "Key states of AWS KMS keys": operations, and the states in which they are refused. */
const table: readonly Row[] = [
  ['Encrypt', symmetric, { Plaintext: Message }, all],
  ['GenerateDataKey', symmetric, { NumberOfBytes: 1 }, all],
  ['GenerateDataKeyWithoutPlaintext', symmetric, { NumberOfBytes: 1 }, all],
  ['GenerateDataKeyPair', symmetric, { KeyPairSpec: 'ECC_NIST_P256' }, all],
  ['GenerateDataKeyPairWithoutPlaintext', symmetric, { KeyPairSpec: 'ECC_NIST_P256' }, all],
  ['Sign', signing, ecdsa, all],
  ['Verify', signing, { ...ecdsa, Signature: Message }, all],
  ['GetPublicKey', signing, {}, all],
  ['GenerateMac', authenticating, hmac, all],
  ['VerifyMac', authenticating, { ...hmac, Mac: Message }, all],
  ['DeriveSharedSecret', agreeing, { KeyAgreementAlgorithm: 'ECDH', PublicKey: Message }, all],
  ['Encapsulate', encapsulating, mlKem, all],
  ['Decapsulate', encapsulating, { ...mlKem, SharedSecretCiphertextBlob: Message }, all],
  [
    'CreateGrant',
    symmetric,
    { GranteePrincipal: 'arn:aws:iam::111122223333:role/app', Operations: ['Encrypt'] },
    ['Disabled', 'PendingImport', ...deletion],
  ],
  ['EnableKey', symmetric, {}, ['PendingImport', ...deletion]],
  ['DisableKey', symmetric, {}, ['PendingImport', ...deletion]],
  ['EnableKeyRotation', symmetric, {}, ['Disabled', ...deletion]],
  ['DisableKeyRotation', symmetric, {}, ['Disabled', ...deletion]],
  ['RotateKeyOnDemand', symmetric, {}, ['Disabled', 'PendingImport', ...deletion]],
  ['ScheduleKeyDeletion', symmetric, {}, deletion],
  ['UpdateKeyDescription', symmetric, { Description: 'x' }, deletion],
  ['TagResource', symmetric, { Tags: [tag] }, deletion],
  ['UntagResource', symmetric, { TagKeys: ['a'] }, deletion],
  ['DescribeKey', symmetric, {}, []],
  ['GetKeyLastUsage', symmetric, {}, []],
  ['GetKeyPolicy', symmetric, {}, []],
  ['GetKeyRotationStatus', symmetric, {}, []],
  ['ListGrants', symmetric, {}, []],
  ['ListAliases', symmetric, {}, []],
  ['ListKeyPolicies', symmetric, {}, []],
  ['ListKeyRotations', symmetric, {}, []],
  ['ListResourceTags', symmetric, {}, []],
];

/** Which states a key of this kind can be in. */
const statesOf = (key: object): readonly State[] =>
  states.filter(
    (state) =>
      (state !== 'Unavailable' || key === symmetric) && (state !== 'PendingImport' || key !== encapsulating),
  );

describe('AWS’s table of key states, every row', () => {
  it.each(
    table.flatMap(([operation, key, input, refusedIn]) =>
      statesOf(key).map((state) => ({
        title: `${state} ${refusedIn.includes(state) ? 'refuses' : 'does not refuse'} ${operation}`,
        operation,
        key,
        input,
        state,
        isRefused: refusedIn.includes(state),
      })),
    ),
  )('$title', async ({ operation, key, input, state, isRefused }) => {
    const { call, KeyId, Arn } = await keyIn(state, key);
    const answer = await call(operation, { KeyId, ...input });
    const [name, text] = refusals[state];
    if (isRefused) expect(answer).toEqual(fault(name, `${Arn} ${text}`));
    // A key in a custom key store, or one with imported material, does not have every operation.
    else if (answer.status !== 200)
      expect(answer).toEqual(
        fault('UnsupportedOperationException', answer.output['message'] as string | undefined),
      );
  });

  it.each(deletion)('%s refuses an alias for the key, and replicas', async (state) => {
    const { call, KeyId, Arn } = await keyIn(state, symmetric);
    const refused = fault(refusals[state][0], `${Arn} ${refusals[state][1]}`);
    expect(await call('CreateAlias', { AliasName: 'alias/a', TargetKeyId: KeyId })).toEqual(refused);
  });

  it.each(['Disabled', 'PendingDeletion'] as const)(
    '%s refuses Decrypt and ReEncrypt either way',
    async (state) => {
      const { call, createKey } = await openKms();
      const [usable, unusable] = [await createKey(), await createKey()];
      const encrypt = async (KeyId: string) =>
        (await call('Encrypt', { KeyId, Plaintext: Message })).output.CiphertextBlob;
      const [fromUsable, fromUnusable] = [await encrypt(usable.KeyId), await encrypt(unusable.KeyId)];
      const change = { Disabled: 'DisableKey', PendingDeletion: 'ScheduleKeyDeletion' } as const;
      await call(change[state], { KeyId: unusable.KeyId });
      const refused = fault(refusals[state][0], `${unusable.Arn} ${refusals[state][1]}`);
      expect(await call('Decrypt', { CiphertextBlob: fromUnusable })).toEqual(refused);
      const to = (DestinationKeyId: string, CiphertextBlob: string) =>
        call('ReEncrypt', { DestinationKeyId, CiphertextBlob });
      expect(await to(usable.KeyId, fromUnusable)).toEqual(refused);
      expect(await to(unusable.KeyId, fromUsable)).toEqual(refused);
      expect((await to(usable.KeyId, fromUsable)).status).toBe(200);
    },
  );

  it.each(['Disabled', 'PendingDeletion', 'PendingReplicaDeletion'] as const)(
    '%s refuses another replica and another primary',
    async (state) => {
      const { call, createKey } = await openKms();
      const { KeyId, Arn } = await createKey({ MultiRegion: true });
      if (state === 'PendingReplicaDeletion')
        await call('ReplicateKey', { KeyId, ReplicaRegion: 'us-west-2' });
      await call(state === 'Disabled' ? 'DisableKey' : 'ScheduleKeyDeletion', { KeyId });
      const refused = fault(refusals[state][0], `${Arn} ${refusals[state][1]}`);
      expect(await call('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' })).toEqual(refused);
      expect(await call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: 'us-west-2' })).toEqual(refused);
    },
  );
});
