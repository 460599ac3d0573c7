import { createHash, webcrypto } from 'node:crypto';

/** The kind of key a certificate is made for; the first is quick to make and strong. */
export type KeyKind = 'ec-p256' | 'rsa-2048' | 'rsa-1024';

const rsa = (modulusLength: number) => ({
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
});

const keyAlgorithms = {
  'ec-p256': { name: 'ECDSA', namedCurve: 'P-256' },
  'rsa-2048': rsa(2048),
  'rsa-1024': rsa(1024),
} as const;

/** A key pair with what signs under it. */
export interface CertificateKeys {
  readonly kind: KeyKind;
  readonly pair: webcrypto.CryptoKeyPair;
}

export async function generateCertificateKeys(kind: KeyKind): Promise<CertificateKeys> {
  const pair = await webcrypto.subtle.generateKey(keyAlgorithms[kind], true, ['sign', 'verify']);
  return { kind, pair };
}

/** The hash that a signature is made over; SHA-1 only to be refused. */
export type SignatureHash = 'SHA-256' | 'SHA-1';

export function signingAlgorithm(kind: KeyKind, hash: SignatureHash): { name: string; hash: string } {
  return { name: keyAlgorithms[kind].name, hash };
}

/**
 * The private key as it signs with `hash`: an RSA key of Web Crypto carries its hash with it, so it is imported anew.
 */
export async function signingKey(keys: CertificateKeys, hash: SignatureHash): Promise<webcrypto.CryptoKey> {
  if (keys.kind === 'ec-p256' || hash === 'SHA-256') return keys.pair.privateKey;
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.pair.privateKey);
  return await webcrypto.subtle.importKey('pkcs8', pkcs8, signingAlgorithm(keys.kind, hash), true, ['sign']);
}

/** `sha256/` and the base64 of SHA-256 over the DER SubjectPublicKeyInfo (RFC 7469 §2.4). */
export async function spkiPin(publicKey: webcrypto.CryptoKey): Promise<string> {
  const spki = new Uint8Array(await webcrypto.subtle.exportKey('spki', publicKey));
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`;
}
