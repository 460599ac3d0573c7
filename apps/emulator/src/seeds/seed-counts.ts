/** How many things of a kind were made, and how many were there already. */
export interface SeedCount {
  created: number;
  unchanged: number;
}

/** What applying a seed did. The copies of a multi-Region key count each; of a tenant's services those that got a key. */
export interface SeedCounts {
  readonly keys: SeedCount;
  readonly aliases: SeedCount;
  readonly grants: SeedCount;
  readonly secrets: SeedCount;
  readonly tenants: SeedCount;
  readonly apiKeys: SeedCount;
}
