import { requireBytes, requireObject } from './argument-types.ts';
import { CanonicalBytes } from './canonical-bytes.ts';
import { InvalidArgumentError } from './crypto-errors.ts';
import {
  commitmentByteLength,
  formByte,
  keyReferenceByteLength,
  suiteAes256GcmHkdfSha256,
} from './format.ts';
import { type Scope, writeTenantAndScope } from './scope.ts';
import { isNameIn } from './type-checks.ts';

/** What a wrapped key is for; it names the key's level in the tree. */
export type KeyPurpose = 'master-key' | 'tenant-key' | 'service-key' | 'data-key';

/** For each purpose of a wrapped key: its byte. */
export const keyPurposes: Readonly<Record<KeyPurpose, { readonly code: number }>> = {
  'master-key': { code: 1 },
  'tenant-key': { code: 2 },
  'service-key': { code: 3 },
  'data-key': { code: 4 },
};

/** A key's place in the tree; a wrapped key opens only at the place it was wrapped for. */
export interface KeyPlace {
  readonly purpose: KeyPurpose;
  /** The tenant's id; empty for the scope `platform`. */
  readonly tenant: string;
  readonly scope: Scope;
  /** 8 bytes; zeros if the key has none. */
  readonly keyReference?: Uint8Array;
  /** The wrapped key's version, an unsigned 32-bit integer; 0 for a data key, which has none. */
  readonly version: number;
  /** The wrapping key's version, an unsigned 32-bit integer. */
  readonly parentVersion: number;
  /** 32 bytes, for a data key; left out for others. */
  readonly commitment?: Uint8Array;
}

const noKeyReference = new Uint8Array(keyReferenceByteLength);
const noCommitment = new Uint8Array(0);

/**
 * The AAD of a wrapped key (docs/formats/key-wrapping.md): format ‖ suite ‖ purpose ‖ lp16(tenant) ‖ scope
 * kind ‖ lp16(scope id) ‖ key reference 8 ‖ u32 version ‖ u32 parent version ‖ lp16(commitment). Injective.
 *
 * @throws {@link InvalidArgumentError} for an unknown purpose, a version out of range or a part of the wrong
 *   length
 * @throws {@link InvalidEncryptionContextError} for a tenant or scope that cannot be encoded
 */
export function encodeKeyPlace(place: KeyPlace): Uint8Array {
  requireObject("A key's place", place);
  const { purpose } = place;
  if (!isNameIn(keyPurposes, purpose)) {
    throw new InvalidArgumentError(`A key's purpose must be one of ${Object.keys(keyPurposes).join(', ')}.`);
  }
  const keyReference = place.keyReference ?? noKeyReference;
  requireBytes('A key reference', keyReference);
  if (keyReference.byteLength !== keyReferenceByteLength) {
    throw new InvalidArgumentError(`A key reference has ${keyReferenceByteLength} bytes.`);
  }
  const commitment = place.commitment ?? noCommitment;
  requireBytes('A commitment', commitment);
  if (commitment.byteLength !== (purpose === 'data-key' ? commitmentByteLength : 0)) {
    throw new InvalidArgumentError(
      `A data key has a commitment of ${commitmentByteLength} bytes, other keys none.`,
    );
  }
  const out = new CanonicalBytes();
  out.u8(formByte.wrappedKey);
  out.u8(suiteAes256GcmHkdfSha256);
  out.u8(keyPurposes[purpose].code);
  writeTenantAndScope(out, place.tenant, place.scope);
  out.fixed(keyReference);
  out.u32(requireVersion(place.version));
  out.u32(requireVersion(place.parentVersion));
  out.part('The commitment', commitment);
  return out.finish();
}

function requireVersion(version: number): number {
  if (!Number.isInteger(version) || version < 0 || version > 0xffff_ffff) {
    throw new InvalidArgumentError('A key version is an unsigned 32-bit integer.');
  }
  return version;
}
