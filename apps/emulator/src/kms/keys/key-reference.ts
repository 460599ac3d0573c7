import { KmsFault } from '../faults/kms-fault.ts';
import { aliasArn, isKeyId, type KeyAddress, type Place, partitionOf } from './key-address.ts';

/** Who asks, where, and for what. */
export interface Caller extends Place {
  /** The operation's name, which AWS repeats when it denies. */
  readonly operation: string;
}

/** What a request's `KeyId` refers to. */
export type KeyReference =
  | { readonly kind: 'key'; readonly address: KeyAddress }
  | { readonly kind: 'alias'; readonly place: Place; readonly name: string; readonly arn: string };

/** Groups: partition, region, account, `key` or `alias`, name. */
const arnForm = /^arn:([^:]*):kms:([^:]*):([^:]*):(key|alias)\/(.+)$/;

/**
 * Reads a `KeyId`: a key id, a key ARN, an alias name or an alias ARN.
 *
 * @throws {KmsFault} NotFoundException where it is none of these or of another region
 */
export function readKeyReference(keyId: string, caller: Caller): KeyReference {
  if (keyId.startsWith('arn:')) return readArn(keyId, caller);
  if (keyId.startsWith('alias/')) return aliasReference(caller, keyId);
  if (!isKeyId(keyId)) throw new KmsFault('NotFoundException', `Invalid keyId '${keyId}'`);
  return { kind: 'key', address: { accountId: caller.accountId, region: caller.region, keyId } };
}

/** As AWS answers: github.com/kubernetes-retired/kube-aws/issues/1041 and github.com/pulumi/pulumi/issues/17022. */
function readArn(arn: string, caller: Caller): KeyReference {
  const [, partition, region, accountId, kind, name] = arnForm.exec(arn) ?? [];
  if (region === undefined || accountId === undefined || name === undefined)
    throw new KmsFault('NotFoundException', 'Invalid arn');
  if (region !== caller.region) throw new KmsFault('NotFoundException', `Invalid arn ${region}`);
  // What AWS says of a Region in another partition than its own is not on record.
  if (partition !== partitionOf(region)) throw new KmsFault('NotFoundException', 'Invalid arn');
  if (kind === 'alias') return aliasReference({ accountId, region }, `alias/${name}`);
  if (!isKeyId(name)) throw new KmsFault('NotFoundException', `Invalid keyId ${name}`);
  return { kind: 'key', address: { accountId, region, keyId: name } };
}

function aliasReference({ accountId, region }: Place, name: string): KeyReference {
  const place = { accountId, region };
  return { kind: 'alias', place, name, arn: aliasArn(place, name) };
}
