/**
 * What a role may do. An administrator can make himself an application key at any time, so refusing him the
 * application's operations would protect nothing: the higher rank includes the lower one.
 */
export const roles = {
  application: { rank: 1, summary: 'Wraps, unwraps, rewraps and generates data keys.' },
  admin: { rank: 2, summary: 'Manages tenants, services and API keys; may do all an application may.' },
} as const;

/** The role of an API key, and the least role that an operation asks for. */
export type Role = keyof typeof roles;

/**
 * Whether a key of role `held` may call an operation that asks for `needed`.
 *
 * @example
 * ```ts
 * roleAllows('application', 'admin'); // false
 * ```
 */
export function roleAllows(held: Role, needed: Role): boolean {
  return roles[held].rank >= roles[needed].rank;
}
