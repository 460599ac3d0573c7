import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type KeySpec, type KeyUsage, keySpecs, type MaterialKind } from '../../src/kms/keys/key-specs.ts';
import {
  base64,
  hex,
  keyId,
  type Machine,
  type Output,
  openMachine,
  otherId,
  sharedId,
  withKeys,
} from './seed-harness.ts';

/** Material of the spec in hex; a private key's is its DER. */
function materialOf(spec: KeySpec): string {
  const kind = keySpecs[spec].material;
  if (kind === undefined) throw new TypeError(`Keys of the spec ${spec} have no material.`);
  if (kind.kind === 'secret') return hex(5, kind.byteLength);
  return privateKeyOf(kind).export({ type: 'pkcs8', format: 'der' }).toString('hex');
}

function privateKeyOf(kind: Exclude<MaterialKind, { kind: 'secret' }>): KeyObject {
  if (kind.kind === 'rsa')
    return generateKeyPairSync('rsa', { modulusLength: kind.modulusLength }).privateKey;
  if (kind.kind === 'ec') return generateKeyPairSync('ec', { namedCurve: kind.namedCurve }).privateKey;
  // Node types an overload a key type.
  return generateKeyPairSync(kind.type as 'ed25519').privateKey;
}

type Trial = (here: Machine, there: Machine, spec: KeySpec) => Promise<void>;

const Message = base64('a message');
const Plaintext = base64('plain');
const KeyId = keyId;

/** What one emulator made must be good on the other, of each usage. */
const trials: Readonly<Record<KeyUsage, Trial>> = {
  ENCRYPT_DECRYPT: async (here, there, spec) => {
    const EncryptionAlgorithm = keySpecs[spec].usages.ENCRYPT_DECRYPT?.at(-1);
    const { CiphertextBlob } = await here.call('Encrypt', { KeyId, Plaintext, EncryptionAlgorithm });
    const answer = await there.call('Decrypt', { KeyId, CiphertextBlob, EncryptionAlgorithm });
    expect(answer).toMatchObject({ Plaintext });
  },
  SIGN_VERIFY: async (here, there, spec) => {
    const SigningAlgorithm = keySpecs[spec].usages.SIGN_VERIFY?.[0];
    const { Signature } = await here.call('Sign', { KeyId, Message, SigningAlgorithm });
    const answer = await there.call('Verify', { KeyId, Message, SigningAlgorithm, Signature });
    expect(answer).toMatchObject({ SignatureValid: true });
  },
  GENERATE_VERIFY_MAC: async (here, there, spec) => {
    const MacAlgorithm = keySpecs[spec].usages.GENERATE_VERIFY_MAC?.[0];
    const { Mac } = await here.call('GenerateMac', { KeyId, Message, MacAlgorithm });
    const answer = await there.call('VerifyMac', { KeyId, Message, MacAlgorithm, Mac });
    expect(answer).toMatchObject({ MacValid: true });
  },
  KEY_AGREEMENT: async (here, there) => {
    const { PublicKey } = await here.call('GetPublicKey', { KeyId });
    const derive = (machine: Machine): Promise<Output> =>
      machine.call('DeriveSharedSecret', { KeyId, PublicKey, KeyAgreementAlgorithm: 'ECDH' });
    expect((await derive(there))['SharedSecret']).toEqual((await derive(here))['SharedSecret']);
  },
  ENCAPSULATE_DECAPSULATE: async (here, there) => {
    const EncapsulationAlgorithm = 'ML_KEM';
    const made = await here.call('Encapsulate', { KeyId, EncapsulationAlgorithm });
    const { SharedSecret, SharedSecretCiphertextBlob } = made;
    const sent = { KeyId, EncapsulationAlgorithm, SharedSecretCiphertextBlob };
    expect(SharedSecret).toBeDefined();
    expect(await there.call('Decapsulate', sent)).toMatchObject({ SharedSecret });
  },
};

async function twoMachines(seed: object): Promise<readonly [Machine, Machine]> {
  const [here, there] = [await openMachine(), await openMachine()];
  for (const { apply } of [here, there]) await apply(seed);
  return [here, there];
}

const available = (Object.keys(keySpecs) as KeySpec[]).filter(
  (spec) => keySpecs[spec].material !== undefined,
);
const combinations = available.flatMap((spec) =>
  (Object.keys(keySpecs[spec].usages) as KeyUsage[]).map((usage) => [spec, usage] as const),
);

describe('one seed on two machines', () => {
  it.each(combinations)('makes one key of %s for %s', async (spec, usage) => {
    const seed = withKeys({ id: keyId, spec, usage, material: { hex: materialOf(spec) } });
    const [here, there] = await twoMachines(seed);
    await trials[usage](here, there, spec);
    await trials[usage](there, here, spec);
    const { PublicKey } = await here.call('GetPublicKey', { KeyId });
    expect((await there.call('GetPublicKey', { KeyId }))['PublicKey']).toEqual(PublicKey);
  });

  it('opens what was encrypted before each rotation', async () => {
    const generations = [1, 2, 3].map((byte) => ({ hex: hex(byte) }));
    const rotated = (count: number) =>
      withKeys({
        id: keyId,
        olderMaterials: generations.slice(0, count - 1),
        material: generations[count - 1],
      });
    const last = await openMachine();
    await last.apply(rotated(3));
    for (const count of [1, 2, 3]) {
      const { apply, call } = await openMachine();
      await apply(rotated(count));
      const EncryptionContext = { generation: `${count}` };
      const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext, EncryptionContext });
      expect(await last.call('Decrypt', { CiphertextBlob, EncryptionContext })).toMatchObject({ Plaintext });
      expect(await last.call('Decrypt', { CiphertextBlob })).toMatchObject({
        __type: 'InvalidCiphertextException',
      });
    }
  });

  it('opens a data key, and none of another key that has the same material', async () => {
    const material = { hex: hex(1) };
    const [here, there] = await twoMachines(withKeys({ id: keyId, material }, { id: otherId, material }));
    const { CiphertextBlob, Plaintext: dataKey } = await here.call('GenerateDataKey', {
      KeyId,
      KeySpec: 'AES_256',
    });
    expect(await there.call('Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext: dataKey });
    expect(await there.call('Decrypt', { CiphertextBlob, KeyId: otherId })).toMatchObject({
      __type: 'IncorrectKeyException',
    });
  });

  it('opens in every Region what a copy of a multi-Region key encrypted in another', async () => {
    const replicas = [{ region: 'eu-west-1' }, { region: 'us-east-1' }];
    const [here, there] = await twoMachines(
      withKeys({
        id: sharedId,
        olderMaterials: [{ hex: hex(1) }],
        material: { hex: hex(2) },
        replicas,
      }),
    );
    const { CiphertextBlob } = await here.call('Encrypt', { KeyId: sharedId, Plaintext }, 'eu-west-1');
    for (const where of [undefined, 'eu-west-1', 'us-east-1'])
      expect(await there.call('Decrypt', { CiphertextBlob }, where)).toMatchObject({ Plaintext });
  });

  it('does not open what was encrypted under a key whose material it leaves to chance', async () => {
    const [here, there] = await twoMachines(withKeys({ id: keyId }));
    const { CiphertextBlob } = await here.call('Encrypt', { KeyId, Plaintext });
    expect(await there.call('Decrypt', { CiphertextBlob })).toMatchObject({
      __type: 'InvalidCiphertextException',
    });
  });
});
