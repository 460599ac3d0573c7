import { partitionOf } from '../keys/key-address.ts';

/** Who calls, as policies see it. */
export interface Principal {
  /** The kinds of IAM; `root` is the account itself. */
  readonly kind: 'root' | 'user' | 'assumed-role' | 'federated-user' | 'service';
  /** What AWS calls the caller in a refusal: a session's ARN for an assumed role. A service's is its name. */
  readonly arn: string;
  /** Every ARN by which a policy can name the caller: a session is named by its role's too. */
  readonly arns: readonly string[];
  /** Twelve digits. */
  readonly accountId: string;
  /** Of a user, or of a role's session. */
  readonly name: string;
  readonly tags: readonly (readonly [key: string, value: string])[];
}

/** The account itself, in the partition of a region. */
export function rootPrincipal(accountId: string, region: string): Principal {
  const arn = `arn:${partitionOf(region)}:iam::${accountId}:root`;
  return { kind: 'root', arn, arns: [arn], accountId, name: 'root', tags: [] };
}

/** `arn:partition:iam|sts::account:kind/name`. Groups: service, account, what. */
export const principalArnForm: RegExp =
  /^(?!.{720})arn:aws(?:-[a-z]{1,16}){0,3}:(iam|sts)::(\d{12}):(root|(?:user|role|assumed-role|federated-user)\/[\w+=,.@/-]+)$/;

const kinds: Readonly<Record<string, Principal['kind']>> = {
  root: 'root',
  user: 'user',
  'assumed-role': 'assumed-role',
  'federated-user': 'federated-user',
};

/**
 * The principal of an ARN, or undefined where none is. A role by itself is nobody: its sessions call.
 *
 * @param roleArn - of an assumed role whose ARN has a path, which the session's has not.
 */
export function principalOfArn(
  arn: string,
  roleArn?: string,
  tags: Principal['tags'] = [],
): Principal | undefined {
  const [, , accountId, what] = principalArnForm.exec(arn) ?? [];
  const [head = '', ...rest] = (what ?? '').split('/');
  const kind = kinds[head];
  if (accountId === undefined || kind === undefined) return undefined;
  const session =
    kind === 'assumed-role'
      ? [roleArn ?? `${arn.split(':', 2).join(':')}:iam::${accountId}:role/${rest[0] ?? ''}`]
      : [];
  return { kind, arn, arns: [arn, ...session], accountId, name: rest.at(-1) ?? 'root', tags };
}
