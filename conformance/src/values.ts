/** A value with blobs as bytes and all variables replaced. */
export type Value = undefined | null | boolean | number | string | Buffer | readonly Value[] | ValueMembers;
export interface ValueMembers {
  readonly [name: string]: Value;
}
