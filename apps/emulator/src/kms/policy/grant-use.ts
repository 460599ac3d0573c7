import type { MapEntries } from '../model/shape-value.ts';
import type { Members } from './access-context.ts';
import type { KeyPermission } from './access-rows.ts';
import type { CallerIdentity } from './caller-identity.ts';
import type { GrantConstraints, GrantOperation, GrantUse } from './grant.ts';

interface ConstraintMembers {
  readonly EncryptionContextSubset?: MapEntries;
  readonly EncryptionContextEquals?: MapEntries;
  readonly SourceArn?: string;
}

/** What a request would do under a grant. */
export function grantUseOf(permission: KeyPermission, members: Members, identity: CallerIdentity): GrantUse {
  const context = permission.contextMember === undefined ? undefined : members[permission.contextMember];
  const operation = permission.action.slice('kms:'.length);
  const use: GrantUse = {
    operation,
    encryptionContext: (context as MapEntries | undefined) ?? [],
    sourceArn: identity.context.find(([key]) => key.toLowerCase() === 'aws:sourcearn')?.[1][0],
  };
  if (operation !== 'CreateGrant') return use;
  const { Operations, Constraints } = members;
  return {
    ...use,
    child: {
      operations: Operations as readonly GrantOperation[],
      constraints: grantConstraints(Constraints as ConstraintMembers | undefined),
    },
  };
}

/** A request's constraints as they are kept. */
export function grantConstraints(constraints: ConstraintMembers = {}): GrantConstraints {
  const {
    EncryptionContextSubset: subset,
    EncryptionContextEquals: equals,
    SourceArn: sourceArn,
  } = constraints;
  return {
    ...(subset === undefined ? {} : { encryptionContextSubset: subset }),
    ...(equals === undefined ? {} : { encryptionContextEquals: equals }),
    ...(sourceArn === undefined ? {} : { sourceArn }),
  };
}
