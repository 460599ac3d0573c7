import { type ErrorLayer, KeyfoldError } from '../keyfold-error.ts';

/** The codes of the errors about shares. */
export type ShareErrorCode = 'share_invalid' | 'shares_missing';

/** Why a share is refused. */
export type ShareFault =
  /** It is something else, or of a version that is not known. */
  | 'not_a_share'
  /** It has more or fewer bytes than its header says. */
  | 'wrong_length'
  /** The threshold or the number of shares cannot be. */
  | 'threshold_out_of_range'
  /** Its number is 0, or above the number of shares. */
  | 'index_out_of_range'
  /** The text of a share has a typing error, which the message locates. */
  | 'mistyped'
  /** It is not what was dealt out under its set id. */
  | 'altered'
  /** It belongs to another set than the one that is expected, or than most of the others. */
  | 'other_set'
  /** It was given twice. */
  | 'duplicate'
  /** The shares are right and the secret is not: the set was not dealt out by this scheme. */
  | 'secret_check_failed';

/** For each code, where its cause lies and the way out. */
export const shareErrors: Readonly<
  Record<ShareErrorCode, { readonly layer: ErrorLayer; readonly hint: string }>
> = {
  share_invalid: {
    layer: 'key',
    hint: 'Take the share that the message names from its sheet or holder again; the other shares may stay.',
  },
  shares_missing: {
    layer: 'key',
    hint: 'Ask further holders for their shares: as many different ones are needed as the threshold says.',
  },
};

/** Where something is wrong. Nothing of it is secret. */
export interface SharePlace {
  /** The share's number x, 1 to 255, where it is known. */
  readonly index?: number;
  /** Where the share stands among those that were given, from 0. */
  readonly position?: number;
  /** For a typing error: the line below the first, from 1. */
  readonly line?: number;
  /** For a typing error that can be located exactly: the group within the line, from 1. */
  readonly group?: number;
  /** For a typing error that can be located exactly: the character within the group, from 1. */
  readonly character?: number;
}

/** A share that cannot be used; the message and {@link ShareInvalidError.place} name it. */
export class ShareInvalidError extends KeyfoldError {
  readonly code = 'share_invalid';
  readonly reason: ShareFault;
  readonly place: SharePlace;

  constructor(reason: ShareFault, message: string, place: SharePlace = {}) {
    super(message, shareErrors.share_invalid);
    this.reason = reason;
    this.place = place;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), reason: this.reason, place: this.place };
  }
}

/** Fewer shares than the threshold. */
export class SharesMissingError extends KeyfoldError {
  readonly code = 'shares_missing';
  /** How many are needed. */
  readonly threshold: number;
  /** How many there are. */
  readonly present: number;

  constructor(threshold: number, present: number) {
    super(`${threshold} shares are needed, ${present} are there.`, shareErrors.shares_missing);
    this.threshold = threshold;
    this.present = present;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), threshold: this.threshold, present: this.present };
  }
}
