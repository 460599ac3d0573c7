import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { partitionOf } from '../../apps/emulator/src/kms/keys/key-address.ts';
import { knownRegions } from '../../apps/emulator/src/kms/keys/regions.ts';

/** What the AWS SDK says of a Region; a description only of those that it lists. */
type PartitionOf = (region: string) => { readonly name: string; readonly description?: string };

// The clients' own copy: what they choose endpoints by.
const sdk = createRequire(import.meta.resolve('@aws-sdk/client-kms'));
const { partition }: { readonly partition: PartitionOf } = sdk('@aws-sdk/core/client');

describe('the Regions that the emulator knows', () => {
  it('are listed by the AWS SDK, each in the partition that its ARNs name', () => {
    const regions = knownRegions();
    expect(new Set(regions).size).toBeGreaterThan(40);
    expect(partition('us-esat-1').description).toBeUndefined();
    for (const region of regions) {
      const { name, description } = partition(region);
      expect([region, name]).toEqual([region, partitionOf(region)]);
      expect(description, region).toMatch(/./);
    }
  });
});
