import { createPrivateKey } from 'node:crypto';
import { SecretBytes } from '@keyfold/crypto-core';
import { type KeySpec, keySpecs } from '../kms/keys/key-specs.ts';
import { asMaterial } from '../kms/keys/make-material.ts';
import type { WrittenBytes } from './forms.ts';

/** Bytes, or what keeps a text from being them. The text is quoted nowhere. */
export type ReadBytes = { readonly bytes: Buffer } | { readonly message: string; readonly hint: string };

/**
 * Reads hex, base64 or PEM. Lines may be broken anywhere.
 *
 * Unlike elsewhere key material is a string here: a seed is a text, and holds what only tests use.
 */
export function readBytes({ form, text }: WrittenBytes): ReadBytes {
  return readers[form](form === 'pem' ? text : text.replaceAll(/\s/g, ''));
}

const readers: Readonly<Record<WrittenBytes['form'], (text: string) => ReadBytes>> = {
  hex: (text) =>
    /^(?:[0-9a-f]{2})+$/i.test(text)
      ? { bytes: Buffer.from(text, 'hex') }
      : { message: 'is not hexadecimal', hint: 'Write two digits for each byte.' },
  base64: (text) => {
    const bytes = Buffer.from(text, 'base64');
    // `Buffer.from` skips what is not base64; only canonical text comes back the same.
    if (text !== '' && bytes.toString('base64') === text) return { bytes };
    return { message: 'is not base64', hint: 'Write it with the letters of RFC 4648 §4, padded with =.' };
  },
  pem: (text) => {
    try {
      const key = createPrivateKey({ key: text, format: 'pem' });
      return { bytes: key.export({ type: 'pkcs8', format: 'der' }) };
    } catch {
      // The runtime's own error is not kept: it may quote what it could not read.
      return {
        message: 'is no private key in PEM',
        hint: 'Write an unencrypted one, as openssl genpkey makes it.',
      };
    }
  },
};

/** The material of a key, or what keeps the bytes from being it. */
export function readMaterial(
  spec: KeySpec,
  written: WrittenBytes,
): { readonly bytes: SecretBytes } | { readonly message: string; readonly hint: string } {
  const kind = keySpecs[spec].material;
  if (kind === undefined)
    return { message: `is of the spec ${spec}`, hint: 'The emulator has no such keys.' };
  if (kind.kind === 'secret' && written.form === 'pem')
    return { message: `is PEM, and a key of the spec ${spec} is none`, hint: 'Write hex or base64.' };
  const read = readBytes(written);
  if (!('bytes' in read)) return read;
  const { byteLength } = read.bytes;
  const material = asMaterial(kind, read.bytes);
  read.bytes.fill(0);
  if (material !== undefined) return { bytes: SecretBytes.take(material) };
  return kind.kind === 'secret'
    ? {
        message: `has ${byteLength} bytes, and material of the spec ${spec} has ${kind.byteLength}`,
        hint: `Write ${kind.byteLength} bytes: openssl rand -hex ${kind.byteLength} makes some.`,
      }
    : {
        message: `is no private key of the spec ${spec}, or not one that this version of Node has`,
        hint: 'Write PKCS #8: as pem, or its DER as hex or base64.',
      };
}
