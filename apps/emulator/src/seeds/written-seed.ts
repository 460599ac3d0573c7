import type { KeySpec, KeyUsage } from '../kms/keys/key-specs.ts';
import type { GrantOperation } from '../kms/policy/grant.ts';

/*
 * A seed as it is written: what the schemas of seed-schema.ts let through. Texts with a form have it, times are milliseconds.
 */

type Optional<T> = { readonly [Name in keyof T]?: T[Name] | undefined };
type Texts = Readonly<Record<string, string>>;

export interface WrittenMaterial
  extends Optional<{ hex: string; base64: string; pem: string; description: string; validTo: number }> {}

export interface WrittenOlderMaterial
  extends WrittenMaterial,
    Optional<{ rotatedAt: number; rotatedBy: 'AUTOMATIC' | 'ON_DEMAND' }> {}

export interface WrittenGrant
  extends Optional<{
    id: string;
    grantee: string;
    granteeService: string;
    retiring: string;
    retiringService: string;
    constraints: Optional<{ contextEquals: Texts; contextSubset: Texts; sourceArn: string }>;
  }> {
  readonly name: string;
  readonly operations: readonly GrantOperation[];
}

/** What copies of a multi-Region key have of their own. */
export interface WrittenCopy
  extends Optional<{
    description: string;
    tags: Texts;
    policy: string;
    state: 'Enabled' | 'Disabled' | 'PendingDeletion';
    deletionWindowDays: number;
    aliases: readonly string[];
    grants: readonly WrittenGrant[];
  }> {}

export interface WrittenReplica extends WrittenCopy {
  readonly region: string;
}

export interface WrittenKey
  extends WrittenCopy,
    Optional<{
      region: string;
      spec: KeySpec;
      usage: KeyUsage;
      origin: 'AWS_KMS' | 'EXTERNAL';
      createdAt: number;
      material: WrittenOlderMaterial;
      olderMaterials: readonly WrittenOlderMaterial[];
      pendingMaterial: WrittenMaterial;
      rotation: Optional<{ periodDays: number; nextAt: number }> & { readonly enabled: boolean };
      replicas: readonly WrittenReplica[];
    }> {
  readonly id: string;
}

export interface WrittenAccessKey
  extends Optional<{
    sessionToken: string;
    expiresAt: number;
    sessionName: string;
    context: Readonly<Record<string, string | readonly string[]>>;
  }> {
  readonly id: string;
  readonly secret: string;
}

export interface WrittenIdentity
  extends Optional<{ tags: Texts; policies: Texts; accessKeys: readonly WrittenAccessKey[] }> {
  readonly arn: string;
}

export interface WrittenSecretValue extends Optional<{ string: string; hex: string; base64: string }> {}

export interface WrittenSecretVersion extends WrittenSecretValue, Optional<{ id: string }> {
  readonly stages: readonly string[];
}

export interface WrittenSecret
  extends WrittenSecretValue,
    Optional<{
      region: string;
      arnSuffix: string;
      description: string;
      kmsKeyId: string;
      tags: Texts;
      versions: readonly WrittenSecretVersion[];
    }> {
  readonly name: string;
}

export interface WrittenAccount
  extends Optional<{
    region: string;
    identities: readonly WrittenIdentity[];
    keys: readonly WrittenKey[];
    secrets: readonly WrittenSecret[];
  }> {
  readonly id: string;
}

export interface WrittenTenant
  extends Optional<{
    material: Optional<{ hex: string; base64: string }>;
    services: readonly ({ readonly id: string } & Optional<{ keyVersions: number }>)[];
  }> {
  readonly id: string;
  readonly root: string;
}

export interface WrittenApiKey extends Optional<{ description: string }> {
  readonly key: string;
  readonly role: 'admin' | 'application';
  readonly tenants: '*' | readonly string[];
}

export interface WrittenSeed
  extends Optional<{
    accounts: readonly WrittenAccount[];
    tenants: readonly WrittenTenant[];
    apiKeys: readonly WrittenApiKey[];
  }> {
  readonly version: 1;
}
