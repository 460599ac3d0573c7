import type { SigningCredentials } from '../sigv4/verify-signature.ts';
import type { NamedPolicy } from './decide.ts';
import { InvalidIdentityError } from './invalid-identity-error.ts';
import { parsePolicy } from './policy-document.ts';
import { PolicyFlaw } from './policy-flaw.ts';
import { type Principal, principalArnForm, principalOfArn } from './principal.ts';

/** A user, a role, or an account's root user, of an emulated IAM. */
export interface IdentityOptions {
  /** `arn:aws:iam::111122223333:user/alice`, `…:role/app` or `…:root`. */
  readonly arn: string;
  /** Policy documents by name, as JSON text or as the object that it stands for. */
  readonly policies?: Readonly<Record<string, string | object>>;
  /** `aws:PrincipalTag/…` */
  readonly tags?: Readonly<Record<string, string>>;
  readonly accessKeys?: readonly AccessKeyOptions[];
  /** Not evaluated by this emulator: an identity that has one is refused, or it could do more here than there. */
  readonly permissionsBoundary?: never;
}

/** Credentials of an identity. */
export interface AccessKeyOptions extends SigningCredentials {
  /** Of a role's session; default `session`. */
  readonly sessionName?: string;
  /** More condition keys that requests with these credentials carry, such as `kms:ViaService` or `aws:SourceAccount`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** Credentials, whose they are, and what their owner may. */
export interface KnownCredentials extends SigningCredentials {
  readonly principal: Principal;
  readonly policies: readonly NamedPolicy[];
  readonly context: readonly (readonly [key: string, values: readonly string[]])[];
}

/** The identities that an emulator knows. */
export interface IdentityRegistry {
  credentialsOf(accessKeyId: string): KnownCredentials | undefined;
}

const accessKeyIdForm = /^[\w-]{1,128}$/;
const sessionNameForm = /^[\w+=,.@-]{2,64}$/;

/**
 * Reads identities.
 *
 * @throws {InvalidIdentityError} where one cannot be, with what is wrong about it
 *
 * @example
 * ```ts
 * const identities = createIdentityRegistry([
 *   {
 *     arn: 'arn:aws:iam::111122223333:user/alice',
 *     policies: { use: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:Encrypt', Resource: '*' }] } },
 *     accessKeys: [{ accessKeyId: 'AKIAALICE', secretAccessKey: 'only for tests' }],
 *   },
 * ]);
 * ```
 */
export function createIdentityRegistry(identities: readonly IdentityOptions[]): IdentityRegistry {
  const known = new Map<string, KnownCredentials>();
  for (const identity of identities) {
    if ('permissionsBoundary' in identity || 'PermissionsBoundary' in identity)
      throw new InvalidIdentityError(
        identity.arn,
        'it has a permissions boundary, which this emulator does not evaluate',
      );
    const policies = Object.entries(identity.policies ?? {}).map(([name, document]) =>
      readPolicy(identity.arn, name, document),
    );
    for (const key of identity.accessKeys ?? []) {
      if (!accessKeyIdForm.test(key.accessKeyId) || known.has(key.accessKeyId))
        throw new InvalidIdentityError(identity.arn, 'an access key id is none, or is there twice');
      known.set(key.accessKeyId, credentialsOf(identity, key, policies));
    }
    if (!principalArnForm.test(identity.arn))
      throw new InvalidIdentityError(identity.arn, 'the ARN is not that of a user, a role or an account');
  }
  return { credentialsOf: (accessKeyId) => known.get(accessKeyId) };
}

function credentialsOf(
  identity: IdentityOptions,
  { sessionName = 'session', context = {}, ...credentials }: AccessKeyOptions,
  policies: readonly NamedPolicy[],
): KnownCredentials {
  const principal = principalOf(identity, sessionName);
  return {
    ...credentials,
    principal,
    policies,
    context: Object.entries(context).map(([key, value]): readonly [string, readonly string[]] => [
      key,
      typeof value === 'string' ? [value] : value,
    ]),
  };
}

function principalOf({ arn, tags = {} }: IdentityOptions, sessionName: string): Principal {
  const [, , accountId = '', what = ''] = principalArnForm.exec(arn) ?? [];
  const tagPairs = Object.entries(tags);
  const isRole = what.startsWith('role/');
  if (isRole && !sessionNameForm.test(sessionName))
    throw new InvalidIdentityError(arn, 'the name of a session has 2 to 64 letters, digits or =,.@-');
  const partition = arn.split(':')[1] ?? 'aws';
  const principal = isRole
    ? principalOfArn(
        `arn:${partition}:sts::${accountId}:assumed-role/${what.split('/').at(-1)}/${sessionName}`,
        arn,
        tagPairs,
      )
    : principalOfArn(arn, undefined, tagPairs);
  if (principal === undefined)
    throw new InvalidIdentityError(arn, 'the ARN is not that of a user, a role or an account');
  return principal;
}

function readPolicy(arn: string, name: string, document: string | object): NamedPolicy {
  try {
    const text = typeof document === 'string' ? document : JSON.stringify(document);
    return { name, document: parsePolicy(text, 'identity') };
  } catch (error) {
    if (error instanceof PolicyFlaw) throw new InvalidIdentityError(arn, `policy ${name}: ${error.message}`);
    throw error;
  }
}
