import { inspect } from 'node:util';
import type { SecretBytes } from '@keyfold/crypto-core';
import type { KeyAddress, Place } from '../kms/keys/key-address.ts';
import type { KeyOrigin, MaterialRecord, Tag } from '../kms/keys/key-record.ts';
import type { KeySpec, KeyUsage } from '../kms/keys/key-specs.ts';
import type { IdentityOptions } from '../kms/policy/identity-registry.ts';
import type { SeedPlace } from './seed-problem.ts';

/** What every thing of a seed has: where it stands, for errors. */
export interface Seeded {
  readonly at: SeedPlace;
}

export interface SeedIdentity extends Seeded, IdentityOptions {}

/** One generation of a key's material. */
export interface SeedMaterial extends Seeded {
  /** Of a symmetric key the key itself, of an asymmetric one PKCS #8 in DER. */
  readonly bytes: SecretBytes;
  readonly state: MaterialRecord['state'];
  readonly rotation?: { readonly type: 'AUTOMATIC' | 'ON_DEMAND'; readonly atMs?: number };
  readonly validToMs?: number;
  readonly description?: string;
}

export interface SeedAlias extends Seeded {
  /** With its prefix. */
  readonly name: string;
}

export interface SeedGrant extends Seeded {
  /** By which it is known again. */
  readonly name: string;
  readonly id?: string;
  /** Members of CreateGrant's request, without the key. */
  readonly request: object;
}

export interface SeedRotation extends Seeded {
  readonly enabled: boolean;
  readonly periodDays: number;
  readonly nextAtMs?: number;
}

/** What a copy of a key has of its own. Members that the seed leaves out take AWS's defaults, and are not compared. */
export interface SeedCopy extends Seeded {
  readonly description?: string;
  readonly tags?: readonly Tag[];
  readonly policy?: string;
  readonly state?: 'Enabled' | 'Disabled' | 'PendingDeletion';
  readonly deletionWindowDays?: number;
  readonly aliases: readonly SeedAlias[];
  readonly grants: readonly SeedGrant[];
}

export interface SeedReplica extends SeedCopy {
  readonly region: string;
}

/** A KMS key with all of its copies. Its id says whether it is a multi-Region key. */
export interface SeedKey extends SeedCopy {
  readonly address: KeyAddress;
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  readonly origin: Extract<KeyOrigin, 'AWS_KMS' | 'EXTERNAL'>;
  readonly createdAtMs?: number;
  /** Oldest first. None: fresh material of chance, or none yet of an EXTERNAL key. */
  readonly materials: readonly SeedMaterial[];
  readonly rotation?: SeedRotation;
  readonly replicas: readonly SeedReplica[];
}

/** One version of a secret of AWS Secrets Manager. */
export interface SeedSecretVersion {
  /** The version's id; absent: one of chance. */
  readonly id?: string;
  /** Its staging labels; exactly one version of a secret has `AWSCURRENT`. */
  readonly stages: readonly string[];
  readonly value: { readonly text: string } | { readonly bytes: SecretBytes };
}

/** A secret of AWS Secrets Manager. */
export interface SeedSecret extends Seeded {
  readonly place: Place;
  readonly name: string;
  /** The six characters at the end of its ARN; absent: some of chance. */
  readonly arnSuffix?: string;
  readonly description?: string;
  /** Key id, ARN or alias; absent: the account's default key. */
  readonly kmsKeyId?: string;
  readonly tags?: readonly { readonly Key: string; readonly Value: string }[];
  /** At least one. */
  readonly versions: readonly SeedSecretVersion[];
}

export interface SeedTenantService extends Seeded {
  readonly id: string;
  /** How many versions its key has; the last is active. */
  readonly keyVersions: number;
}

/** A tenant of the encryption API. */
export interface SeedTenant extends Seeded {
  readonly id: string;
  /** The ARN of its root key. */
  readonly root: string;
  /** 32 bytes from which its keys and those of its services follow; absent: keys of chance. */
  readonly material?: SecretBytes;
  readonly services: readonly SeedTenantService[];
}

/** An API key of the encryption API. */
export interface SeedApiKey extends Seeded {
  /** The whole key. */
  readonly text: string;
  readonly role: 'admin' | 'application';
  readonly tenants: '*' | readonly string[];
  readonly description: string;
}

/** What a seed holds. */
export interface SeedContent {
  readonly fileName: string;
  readonly format: 'keyfold' | 'local-kms';
  readonly identities: readonly SeedIdentity[];
  readonly keys: readonly SeedKey[];
  readonly secrets: readonly SeedSecret[];
  readonly tenants: readonly SeedTenant[];
  readonly apiKeys: readonly SeedApiKey[];
}

/** A seed that was read and found good. It holds secrets: printed or turned into JSON it says only how much there is of what. */
export class Seed implements SeedContent {
  readonly fileName: string;
  readonly format: 'keyfold' | 'local-kms';
  readonly identities: readonly SeedIdentity[];
  readonly keys: readonly SeedKey[];
  readonly secrets: readonly SeedSecret[];
  readonly tenants: readonly SeedTenant[];
  readonly apiKeys: readonly SeedApiKey[];

  static {
    Object.defineProperty(Seed.prototype, inspect.custom, {
      value(this: Seed): string {
        return `Seed ${inspect(this.toJSON())}`;
      },
    });
  }

  constructor(content: SeedContent) {
    this.fileName = content.fileName;
    this.format = content.format;
    this.identities = content.identities;
    this.keys = content.keys;
    this.secrets = content.secrets;
    this.tenants = content.tenants;
    this.apiKeys = content.apiKeys;
  }

  toJSON(): Readonly<Record<string, string | number>> {
    const { fileName, format, identities, keys, secrets, tenants, apiKeys } = this;
    return {
      fileName,
      format,
      identities: identities.length,
      keys: keys.length,
      secrets: secrets.length,
      tenants: tenants.length,
      apiKeys: apiKeys.length,
    };
  }
}
