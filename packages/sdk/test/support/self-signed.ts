import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A certificate that nobody but its own key vouches for, for 127.0.0.1, valid for a day. */
export interface SelfSigned {
  readonly certPem: string;
  readonly keyPem: string;
  /** The key's pin, from the key itself. */
  readonly spkiSha256: string;
}

const signatureAlgorithms = {
  ec: der(0x30, oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)), // ecdsa-with-SHA256 (RFC 5758 §3.2)
  rsa: der(0x30, oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b), der(0x05)), // RFC 4055 §5
} as const;

/** Makes one by hand: just enough DER (RFC 5280 §4.1) for a test. */
export function selfSigned(type: 'ec' | 'rsa' = 'ec'): SelfSigned {
  const { privateKey, publicKey } =
    type === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signed = certificateBody(publicKey, signatureAlgorithms[type]);
  const signature = sign('sha256', signed, privateKey);
  const certificate = der(0x30, signed, signatureAlgorithms[type], bitString(signature));
  return {
    certPem: pem('CERTIFICATE', certificate),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    spkiSha256: `sha256/${createHash('sha256').update(spkiOf(publicKey)).digest('base64')}`,
  };
}

function certificateBody(publicKey: KeyObject, algorithm: Buffer): Buffer {
  const name = der(0x30, der(0x31, der(0x30, oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from('alone')))));
  const validity = der(0x30, time(Date.now() - 3_600_000), time(Date.now() + 86_400_000));
  const alternativeName = der(0x30, der(0x87, Buffer.from([127, 0, 0, 1])));
  const extension = der(0x30, oid(0x55, 0x1d, 0x11), der(0x04, alternativeName));
  return der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    name,
    validity,
    name,
    spkiOf(publicKey),
    der(0xa3, der(0x30, extension)),
  );
}

function spkiOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const lengthBytes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >>> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...lengthBytes]), content]);
}

function oid(...bytes: readonly number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

function bitString(bytes: Buffer): Buffer {
  return der(0x03, Buffer.from([0]), bytes);
}

function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

function pem(label: string, bytes: Buffer): string {
  return `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;
}
