/** The states of a key version (NIST SP 800-57 part 1 §7). */
export type KeyState = 'pre-active' | 'active' | 'deactivated' | 'compromised' | 'destroyed';

/** For each state, what its key version may be used for. */
export const keyStates: Readonly<Record<KeyState, { readonly wraps: boolean; readonly unwraps: boolean }>> = {
  'pre-active': { wraps: false, unwraps: false },
  active: { wraps: true, unwraps: true },
  deactivated: { wraps: false, unwraps: true },
  compromised: { wraps: false, unwraps: false },
  destroyed: { wraps: false, unwraps: false },
};
