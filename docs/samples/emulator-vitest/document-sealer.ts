import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';

/** A document, encrypted, with all that is needed to open it but the right to use the key. */
export interface SealedDocument {
  readonly wrappedKey: Uint8Array;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}

const algorithm = 'aes-256-gcm';
const authTagLength = 16;

/** Encrypts documents, each under a data key of its own from AWS KMS, bound to the customer that it belongs to. */
export class DocumentSealer {
  readonly #kms: KMSClient;
  readonly #keyId: string;

  constructor(kms: KMSClient, keyId: string) {
    this.#kms = kms;
    this.#keyId = keyId;
  }

  async seal(document: Uint8Array, customer: string): Promise<SealedDocument> {
    const { Plaintext, CiphertextBlob } = await this.#kms.send(
      new GenerateDataKeyCommand({
        KeyId: this.#keyId,
        KeySpec: 'AES_256',
        EncryptionContext: { customer },
      }),
    );
    if (Plaintext === undefined || CiphertextBlob === undefined) throw new Error('AWS KMS made no data key.');
    try {
      const nonce = randomBytes(12);
      const cipher = createCipheriv(algorithm, Plaintext, nonce, { authTagLength });
      const ciphertext = Buffer.concat([cipher.update(document), cipher.final()]);
      return { wrappedKey: CiphertextBlob, nonce, ciphertext, tag: cipher.getAuthTag() };
    } finally {
      Plaintext.fill(0);
    }
  }

  async open({ wrappedKey, nonce, ciphertext, tag }: SealedDocument, customer: string): Promise<Uint8Array> {
    const { Plaintext } = await this.#kms.send(
      new DecryptCommand({
        KeyId: this.#keyId,
        CiphertextBlob: wrappedKey,
        EncryptionContext: { customer },
      }),
    );
    if (Plaintext === undefined) throw new Error('AWS KMS opened nothing.');
    try {
      const decipher = createDecipheriv(algorithm, Plaintext, nonce, { authTagLength });
      decipher.setAuthTag(tag);
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
    } finally {
      Plaintext.fill(0);
    }
  }
}
