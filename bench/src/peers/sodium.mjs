import { randomBytes } from 'node:crypto';
import sodium from 'sodium-native';

const nonceBytes = sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
const tagBytes = sodium.crypto_aead_xchacha20poly1305_ietf_ABYTES;

export function createPeers() {
  const key = randomBytes(sodium.crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  return [
    {
      name: 'sodium-native, XChaCha20-Poly1305 (native add-on, no AES)',
      seal(bytes) {
        const out = Buffer.allocUnsafe(nonceBytes + bytes.length + tagBytes);
        const nonce = out.subarray(0, nonceBytes);
        sodium.randombytes_buf(nonce);
        sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
          out.subarray(nonceBytes),
          bytes,
          null,
          null,
          nonce,
          key,
        );
        return out;
      },
      open(sealed) {
        const plaintext = Buffer.allocUnsafe(sealed.length - nonceBytes - tagBytes);
        const nonce = sealed.subarray(0, nonceBytes);
        sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
          plaintext,
          null,
          sealed.subarray(nonceBytes),
          null,
          nonce,
          key,
        );
        return plaintext;
      },
    },
  ];
}
