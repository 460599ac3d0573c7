import { randomBytes } from 'node:crypto';
import {
  AlgorithmSuiteIdentifier,
  buildClient,
  CommitmentPolicy,
  getLocalCryptographicMaterialsCache,
  NodeCachingMaterialsManager,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
} from '@aws-crypto/client-node';

const encryptionContext = { tenant: 'acme', service: 'billing', card: '42' };

function keyring() {
  return new RawAesKeyringNode({
    keyNamespace: 'bench',
    keyName: 'bench',
    unencryptedMasterKey: Uint8Array.from(randomBytes(32)),
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  });
}

export function createPeers() {
  const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
  const plain = keyring();
  const cached = new NodeCachingMaterialsManager({
    backingMaterials: keyring(),
    cache: getLocalCryptographicMaterialsCache(100),
    maxAge: 3_600_000,
    maxMessagesEncrypted: 2 ** 24,
  });
  const unsigned = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY;
  const open = (materials) => async (sealed) => (await decrypt(materials, sealed)).plaintext;
  return [
    {
      name: 'AWS Encryption SDK, cached data keys, unsigned',
      seal: async (bytes) =>
        (
          await encrypt(cached, bytes, {
            encryptionContext,
            suiteId: unsigned,
            plaintextLength: bytes.length,
          })
        ).result,
      open: open(cached),
    },
    {
      name: 'AWS Encryption SDK, defaults, raw AES keyring',
      seal: async (bytes) => (await encrypt(plain, bytes, { encryptionContext })).result,
      open: open(plain),
    },
  ];
}
