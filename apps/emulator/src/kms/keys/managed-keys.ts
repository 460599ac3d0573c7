import { randomUUID } from 'node:crypto';
import type { Clock } from '@keyfold/crypto-core';
import type { AliasBook } from './alias-book.ts';
import { accountPrincipalArn, type KeyAddress, keyArn, type Place } from './key-address.ts';
import { createKeyMaterial } from './key-material.ts';
import { dayMs } from './key-progress.ts';
import type { KeyRing } from './key-ring.ts';

export interface ManagedKeysDependencies {
  readonly keys: KeyRing;
  readonly aliases: AliasBook;
  readonly clock: Clock;
}

/** A service of AWS's that has a key of its own in each account and Region. */
export interface ManagingService {
  /** As in the alias, `alias/aws/<name>`, and in `kms:ViaService`. */
  readonly name: string;
  /** The key's. */
  readonly description: string;
  /** For the statements of the key policy. */
  readonly title: string;
}

/**
 * AWS managed keys: made when their service first needs them. AWS KMS developer guide, "AWS managed keys". Customers can look at
 * them, and use them through their service alone.
 */
export class ManagedKeys {
  readonly #tools: ManagedKeysDependencies;
  /** By account, Region and service: one key, however many requests want it first. */
  readonly #making = new Map<string, Promise<string>>();

  constructor(tools: ManagedKeysDependencies) {
    this.#tools = tools;
  }

  /** The ARN of the service's key in a place. */
  async arnOf(service: ManagingService, place: Place): Promise<string> {
    const alias = `alias/aws/${service.name}`;
    const known = await this.#find(alias, place);
    if (known !== undefined) return known;
    const name = `${place.accountId}/${place.region}/${alias}`;
    const making =
      this.#making.get(name) ?? this.#make(service, alias, place).finally(() => this.#making.delete(name));
    this.#making.set(name, making);
    return making;
  }

  async #find(alias: string, place: Place): Promise<string | undefined> {
    const record = await this.#tools.aliases.get(place, alias);
    if (record === undefined) return undefined;
    return (await this.#tools.keys.find(addressOf(place, record.targetKeyId)))?.arn;
  }

  async #make(service: ManagingService, alias: string, place: Place): Promise<string> {
    const { keys, aliases, clock } = this.#tools;
    const known = await this.#find(alias, place);
    if (known !== undefined) return known;
    const address = addressOf(place, randomUUID());
    const material = await createKeyMaterial(address, { kind: 'secret', byteLength: 32 });
    const nowMs = clock.now().wallMs;
    await keys.add(
      address,
      {
        format: 2,
        createdAtMs: nowMs,
        description: service.description,
        keySpec: 'SYMMETRIC_DEFAULT',
        keyUsage: 'ENCRYPT_DECRYPT',
        origin: 'AWS_KMS',
        keyState: 'Enabled',
        materials: [{ id: material.material.id, state: 'CURRENT', held: true }],
        // AWS KMS developer guide, "Rotate AWS KMS keys": once a year, and nobody can change that.
        rotation: { enabled: true, periodDays: 365, nextAtMs: nowMs + 365 * dayMs },
        policy: managedKeyPolicy(service, place),
        tags: [],
        managedBy: service.name,
      },
      [material],
    );
    // Last: a start that was interrupted leaves a key that nothing is encrypted under.
    await aliases.change(place, alias, () => ({
      format: 1,
      targetKeyId: address.keyId,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    }));
    return keyArn(address);
  }
}

function addressOf({ accountId, region }: Place, keyId: string): KeyAddress {
  return { accountId, region, keyId };
}

/** AWS Secrets Manager user guide, "Secret encryption and decryption", "Key policy of the AWS managed key". */
function managedKeyPolicy({ name, title }: ManagingService, place: Place): string {
  const { accountId, region } = place;
  const policy = {
    Version: '2012-10-17',
    Id: `auto-${name}-2`,
    Statement: [
      {
        Sid: `Allow access through ${title} for all principals in the account that are authorized to use ${title}`,
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:CreateGrant', 'kms:DescribeKey'],
        Resource: '*',
        Condition: {
          StringEquals: {
            'kms:CallerAccount': accountId,
            'kms:ViaService': `${name}.${region}.amazonaws.com`,
          },
        },
      },
      {
        Sid: `Allow access through ${title} for all principals in the account that are authorized to use ${title}`,
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: 'kms:GenerateDataKey*',
        Resource: '*',
        Condition: {
          StringEquals: { 'kms:CallerAccount': accountId },
          StringLike: { 'kms:ViaService': `${name}.*.amazonaws.com` },
        },
      },
      {
        Sid: 'Allow direct access to key metadata to the account',
        Effect: 'Allow',
        Principal: { AWS: accountPrincipalArn(place) },
        Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', 'kms:RevokeGrant'],
        Resource: '*',
      },
    ],
  };
  return JSON.stringify(policy, null, 2);
}
