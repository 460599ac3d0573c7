import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { type Answer, blobIn, type Harness } from './kms-harness.ts';

const hashOf = (algorithm: string): string => (algorithm.endsWith('SHA_1') ? 'sha1' : 'sha256');

/** Material wrapped outside, as a client wraps it for ImportKeyMaterial. */
export function wrapMaterial(algorithm: string, wrappingKey: Buffer, material: Uint8Array): string {
  const key = createPublicKey({ key: wrappingKey, format: 'der', type: 'spki' });
  const encrypt = (plaintext: Uint8Array): Buffer =>
    publicEncrypt({ key, oaepHash: hashOf(algorithm), padding: constants.RSA_PKCS1_OAEP_PADDING }, plaintext);
  if (!algorithm.startsWith('RSA_AES')) return encrypt(material).toString('base64');
  const aesKey = randomBytes(32);
  const cipher = createCipheriv('id-aes256-wrap-pad', aesKey, Buffer.from('a65959a6', 'hex'));
  return Buffer.concat([encrypt(aesKey), cipher.update(material), cipher.final()]).toString('base64');
}

/** Asks for parameters, wraps and imports. */
export async function importMaterial(
  { call }: Pick<Harness, 'call'>,
  KeyId: string,
  material: Uint8Array,
  input: object = {},
  { algorithm = 'RSAES_OAEP_SHA_256', wrappingKeySpec = 'RSA_2048', region = 'eu-central-1' } = {},
): Promise<Answer> {
  const parameters = await call(
    'GetParametersForImport',
    { KeyId, WrappingAlgorithm: algorithm, WrappingKeySpec: wrappingKeySpec },
    { region },
  );
  return call(
    'ImportKeyMaterial',
    {
      KeyId,
      ImportToken: blobIn(parameters, 'ImportToken').toString('base64'),
      EncryptedKeyMaterial: wrapMaterial(algorithm, blobIn(parameters, 'PublicKey'), material),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      ...input,
    },
    { region },
  );
}
