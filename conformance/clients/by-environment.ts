// An application that knows nothing of the emulator: where AWS KMS is, and whose credentials are used, its environment says.
import { buildClient, CommitmentPolicy, KmsKeyringNode } from '@aws-crypto/client-node';
import { CreateKeyCommand, DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';

const client = new KMSClient({});
const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
const keyArn = KeyMetadata?.Arn ?? '';
const { CiphertextBlob } = await client.send(
  new EncryptCommand({ KeyId: keyArn, Plaintext: Buffer.from('by the SDK') }),
);
const { Plaintext } = await client.send(new DecryptCommand({ CiphertextBlob }));

const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const keyring = new KmsKeyringNode({ generatorKeyId: keyArn });
const { result } = await encrypt(keyring, 'by the Encryption SDK');
const opened = await decrypt(keyring, result);

console.log(
  JSON.stringify({ keyArn, opened: [Buffer.from(Plaintext ?? []).toString(), opened.plaintext.toString()] }),
);
