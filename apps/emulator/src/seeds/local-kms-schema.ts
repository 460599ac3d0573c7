import { list, map, oneOf } from './combine-schemas.ts';
import { formed, text, time } from './forms.ts';
import type { Schema } from './schema.ts';

interface Metadata {
  readonly KeyId: string;
  readonly Description?: string | undefined;
  readonly KeyUsage?: 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY' | undefined;
}

export interface LocalKmsAesKey {
  readonly Metadata: Metadata & { readonly Origin?: 'AWS_KMS' | 'EXTERNAL' | undefined };
  readonly BackingKeys?: readonly string[] | undefined;
  readonly NextKeyRotation?: number | undefined;
}

export interface LocalKmsKeyPair {
  readonly Metadata: Metadata;
  readonly PrivateKeyPem: string;
}

/** A seed file of nsmithuk/local-kms, as its README describes it under "Seeding file format". */
export interface LocalKmsSeed {
  readonly Keys?:
    | {
        readonly Symmetric?: { readonly Aes?: readonly LocalKmsAesKey[] | undefined } | undefined;
        readonly Asymmetric?:
          | {
              readonly Rsa?: readonly LocalKmsKeyPair[] | undefined;
              readonly Ecc?: readonly LocalKmsKeyPair[] | undefined;
            }
          | undefined;
      }
    | undefined;
  readonly Aliases?: readonly { readonly AliasName: string; readonly TargetKeyId: string }[] | undefined;
}

const many = 10_000;
const metadata = {
  KeyId: formed('keyId'),
  Description: text(8192).optional(),
  KeyUsage: oneOf(['ENCRYPT_DECRYPT', 'SIGN_VERIFY']).optional(),
};
const keyPairs = list(map({ Metadata: map(metadata), PrivateKeyPem: text(32_768) }), {
  max: many,
}).optional();

export const localKmsSchema: Schema<LocalKmsSeed> = map({
  Keys: map({
    Symmetric: map({
      Aes: list(
        map({
          Metadata: map({
            ...metadata,
            Origin: oneOf(['AWS_KMS', 'EXTERNAL']).optional(),
          }),
          BackingKeys: list(text(256), { max: 256 }).optional(),
          NextKeyRotation: time.optional(),
        }),
        { max: many },
      ).optional(),
    }).optional(),
    Asymmetric: map({ Rsa: keyPairs, Ecc: keyPairs }).optional(),
  }).optional(),
  Aliases: list(map({ AliasName: formed('aliasName'), TargetKeyId: formed('keyId') }), {
    max: many,
  }).optional(),
});
