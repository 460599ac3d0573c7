/** How far something does what AWS's does: exactly, as far as that goes without the rest of AWS, or not at all. */
export interface Support {
  readonly support: 'exact' | 'simulated' | 'refused';
  readonly note?: string;
}

/** The support of what does all that AWS's does. */
export const exact: Support = { support: 'exact' };
