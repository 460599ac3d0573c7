import type { Grant } from '../keys/grant-book.ts';
import { keyArn } from '../keys/key-address.ts';
import type { GrantConstraints } from '../policy/grant.ts';
import type { Output } from '../wire/answers.ts';

/** AWS KMS API reference, "GrantListEntry". */
export function grantEntry({ id, address, record }: Grant): Output {
  return {
    ...(record.constraints === undefined ? {} : { Constraints: constraintsOf(record.constraints) }),
    CreationDate: record.createdAtMs / 1000,
    GrantId: id,
    GranteePrincipal: record.granteePrincipal,
    GranteeServicePrincipal: record.granteeServicePrincipal,
    IssuingAccount: record.issuingAccount,
    KeyId: keyArn(address),
    Name: record.name,
    Operations: record.operations,
    RetiringPrincipal: record.retiringPrincipal,
    RetiringServicePrincipal: record.retiringServicePrincipal,
  };
}

function constraintsOf({
  encryptionContextEquals: equals,
  encryptionContextSubset: subset,
  sourceArn,
}: GrantConstraints): Output {
  return {
    // `fromEntries` defines members: a context key named `__proto__` stays a key.
    EncryptionContextEquals: equals && Object.fromEntries(equals),
    EncryptionContextSubset: subset && Object.fromEntries(subset),
    SourceArn: sourceArn,
  };
}
