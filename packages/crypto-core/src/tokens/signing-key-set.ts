import { requireArray, requireBytes, requireClock, requireObject } from '../argument-types.ts';
import type { Clock } from '../clock.ts';
import { InvalidArgumentError } from '../crypto-errors.ts';
import { isUsablePoint } from '../ed25519-checks.ts';
import type { Ed25519SigningKey } from '../primitives.ts';
import { publicKeyByteLength } from './ed25519.ts';
import { issueToken } from './issue-token.ts';
import { requireKeyId } from './key-id.ts';
import type { VerificationKey } from './key-set.ts';
import { type RotationPolicy, requireRotationPolicy } from './rotation-policy.ts';
import { isNumericDate, type TokenClaims } from './token-claims.ts';
import { SigningKeyUnavailableError } from './token-errors.ts';

/** A signing key's public half and its times; the private half is kept elsewhere, by the same kid. Times: ms since 1970. */
export interface SigningKeyRecord {
  readonly kid: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** When it is published. */
  readonly publishedFromMs: number;
  /** When it signs, in place of the key before. */
  readonly signsFromMs: number;
  /** When it was revoked, if it was. */
  readonly revokedAtMs?: number;
}

/** A new key for a set. */
export interface NewSigningKey {
  readonly kid: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** What a set is made of. */
export interface SigningKeySetOptions {
  readonly records: readonly SigningKeyRecord[];
  readonly clock: Clock;
  readonly policy: RotationPolicy;
}

/**
 * Which key signs, which are published and which verify, at the time of the clock (its wall clock: the times outlive the
 * process). Holds public keys only, changes nothing, stores nothing: every change is a new set, whose records the caller
 * stores before it is used.
 *
 * A key's life: published, so that it is in every cache; after `publishAheadMs` it signs, until the next one does; then it
 * verifies for `overlapMs` more, until the last token that it signed is over.
 *
 * @example
 * ```ts
 * using key = await openSigningKey(nodeBackend, SecretBytes.random(32));
 * const kid = await keyIdOf(nodeBackend, key.publicKey);
 * let keys = new SigningKeySet({ records: [], clock: systemClock, policy: defaultRotationPolicy });
 * if (keys.rotationDue) keys = keys.rotate({ kid, publicKey: key.publicKey });
 * keys.signing().kid === kid; // → true
 * const iat = Math.floor(Date.now() / 1000);
 * const token = await keys.issue({ iss: 'https://login.example', aud: 'billing', iat, exp: iat + 900 }, { key });
 * ```
 */
export class SigningKeySet {
  /** In the order in which they sign. To be stored. */
  readonly records: readonly SigningKeyRecord[];
  readonly #clock: Clock;
  readonly #policy: RotationPolicy;

  /**
   * @throws {@link InvalidArgumentError} for a policy that leaves a gap, records of the wrong form, or a kid used twice
   */
  constructor(options: SigningKeySetOptions) {
    requireObject('The options of a set of signing keys', options);
    const { records, clock, policy } = options;
    requireArray('The records of signing keys', records);
    requireClock(clock);
    requireRotationPolicy(policy);
    for (const record of records) requireRecord(record);
    if (new Set(records.map(({ kid }) => kid)).size < records.length) {
      throw new InvalidArgumentError('Two signing keys have the same kid.');
    }
    this.records = [...records].sort((a, b) => a.signsFromMs - b.signsFromMs);
    this.#clock = clock;
    this.#policy = policy;
  }

  /**
   * The key that signs now: the last one whose time has come. When that one is revoked no key signs, rather than one that
   * had its time already and soon stops verifying.
   *
   * @throws {@link SigningKeyUnavailableError} when there is none: no key yet, or the last one revoked
   */
  signing(): SigningKeyRecord {
    const record = this.#signing(this.#nowMs());
    if (record === undefined) throw new SigningKeyUnavailableError('No signing key may sign now.');
    return record;
  }

  /**
   * Issues a token under the key that signs now, of a life within the policy's: so every token is over before its key stops
   * verifying. Verifiers expect `maxLifetimeMs` to be the policy's `maxTokenLifetimeMs`.
   *
   * @param claims as for {@link issueToken}; iat is no later than the set's clock
   * @param options the private half of {@link SigningKeySet.signing}'s key, and the token's type, `JWT` if left out
   * @throws {@link SigningKeyUnavailableError} when no key signs
   * @throws {@link InvalidArgumentError} for another key, an iat to come, a longer life, and as {@link issueToken}
   * @throws {@link UnsupportedValueError} for claims that are no JSON
   * @throws {@link SecretDisposedError} for a key that was disposed of
   */
  async issue(
    claims: TokenClaims,
    options: { readonly key: Ed25519SigningKey; readonly type?: string },
  ): Promise<string> {
    requireObject('Claims', claims);
    requireObject('The options of a token', options);
    const { key, type = 'JWT' } = options;
    requireObject('A signing key', key);
    const nowMs = this.#nowMs();
    const { kid, publicKey } = this.signing();
    if (!isSameKey(key.publicKey, publicKey)) {
      throw new InvalidArgumentError(`The key is not ${kid}, which signs now.`);
    }
    const own = { ...claims }; // what is checked here is what is signed, whatever its getters say next
    // The overlap is counted from the clock: a token of a later iat could outlive it.
    if (!isNumericDate(own.iat) || !(own.iat * 1000 <= nowMs)) {
      throw new InvalidArgumentError('A token is issued now: its iat is to come, or no time.');
    }
    return await issueToken(own, { key, kid, type, maxLifetimeMs: this.#policy.maxTokenLifetimeMs });
  }

  /** What is published now: also the key that will sign next, so that it is known before its first token arrives. */
  published(): readonly VerificationKey[] {
    const nowMs = this.#nowMs();
    return this.#notOver(nowMs)
      .filter(({ publishedFromMs }) => publishedFromMs <= nowMs)
      .map(toVerificationKey);
  }

  /**
   * What verifies now. A key that does not sign yet is not among them, but for the clock skew that the policy grants:
   * whoever has stolen it early gains nothing.
   */
  verifying(): readonly VerificationKey[] {
    const nowMs = this.#nowMs();
    return this.#notOver(nowMs)
      .filter(({ signsFromMs }) => signsFromMs <= nowMs + this.#policy.clockSkewMs)
      .map(toVerificationKey);
  }

  /** When the next key is to be added, so that it can be published ahead; 0 while none signs or waits to sign. */
  get rotationDueAtMs(): number {
    const last = this.#turns().at(-1);
    if (last === undefined || last.revokedAtMs !== undefined) return 0;
    return last.signsFromMs + this.#policy.rotateAfterMs - this.#policy.publishAheadMs;
  }

  /** Whether the next key is to be added now. A key that is overdue goes on signing: being late must not stop logins. */
  get rotationDue(): boolean {
    return this.#nowMs() >= this.rotationDueAtMs;
  }

  /**
   * The set with a further key, published now. It signs after `publishAheadMs`; at once if no key does now, as after a
   * revocation, or if `immediately` says so: verifiers then meet a kid that is not in their caches, and fetch.
   *
   * A key that signs at once is the last in the rotation. Turns that are still to come, of a key that waits or because the
   * clock was set back, are put before it, so that no older key takes over later; like every key before it, theirs verify
   * for the overlap. Revoke a waiting key that must not.
   *
   * @throws {@link InvalidArgumentError} for a kid that was used before, or while another new key waits to sign
   */
  rotate(key: NewSigningKey, options: { readonly immediately?: boolean } = {}): SigningKeySet {
    requireObject('A new signing key', key);
    requireObject('The options of a rotation', options);
    const { kid, publicKey } = key;
    const nowMs = this.#nowMs();
    const waits = this.#notOver(nowMs).some(({ signsFromMs }) => signsFromMs > nowMs);
    const immediately = options.immediately === true || this.#signing(nowMs) === undefined;
    if (waits && !immediately) {
      throw new InvalidArgumentError(
        'A new signing key is waiting already: revoke it, or let it sign first.',
      );
    }
    const signsFromMs = immediately ? nowMs : nowMs + this.#policy.publishAheadMs;
    const before = immediately ? this.#withTurnsBefore(nowMs) : this.records;
    return this.#with([...before, { kid, publicKey, publishedFromMs: nowMs, signsFromMs }]);
  }

  /**
   * The set in which a key neither signs nor verifies nor is published any more. Tokens that it signed are refused at
   * once here, and elsewhere when caches of the published set have ended.
   *
   * @throws {@link InvalidArgumentError} when no key has this kid
   */
  revoke(kid: string): SigningKeySet {
    if (!this.records.some((record) => record.kid === kid)) {
      throw new InvalidArgumentError('No signing key has this kid.');
    }
    const revokedAtMs = this.#nowMs();
    return this.#with(
      this.records.map((record) =>
        record.kid === kid && record.revokedAtMs === undefined ? { ...record, revokedAtMs } : record,
      ),
    );
  }

  /** The set without keys whose last token is over. Revoked ones stay, so that their kid is not used again. */
  pruned(): SigningKeySet {
    const left = new Set(this.#notOver(this.#nowMs()));
    return this.#with(this.records.filter((record) => left.has(record) || record.revokedAtMs !== undefined));
  }

  #with(records: readonly SigningKeyRecord[]): SigningKeySet {
    return new SigningKeySet({ records, clock: this.#clock, policy: this.#policy });
  }

  /** Keys that sign, have signed or will sign: all but those that were revoked before their time came. */
  #turns(): readonly SigningKeyRecord[] {
    return this.records.filter(
      ({ revokedAtMs, signsFromMs }) => revokedAtMs === undefined || revokedAtMs > signsFromMs,
    );
  }

  /** The records in the same order, each turn before the next and the last before `endMs`: times alone say the order. */
  #withTurnsBefore(endMs: number): readonly SigningKeyRecord[] {
    const turns = new Set(this.#turns());
    let nextMs = endMs;
    const moved = this.records.toReversed().map((record) => {
      if (!turns.has(record)) return record;
      nextMs = Math.min(record.signsFromMs, nextMs - 1);
      const publishedFromMs = Math.min(record.publishedFromMs, nextMs);
      return { ...record, publishedFromMs, signsFromMs: nextMs };
    });
    return moved.reverse();
  }

  #signing(nowMs: number): SigningKeyRecord | undefined {
    const record = this.#turns().findLast(({ signsFromMs }) => signsFromMs <= nowMs);
    return record?.revokedAtMs === undefined ? record : undefined;
  }

  /** A key signs until the next one does, and its overlap begins there. */
  #notOver(nowMs: number): readonly SigningKeyRecord[] {
    const turns = this.#turns();
    return turns.filter(({ revokedAtMs }, i) => {
      const next = turns[i + 1];
      return (
        revokedAtMs === undefined && (next === undefined || nowMs < next.signsFromMs + this.#policy.overlapMs)
      );
    });
  }

  #nowMs(): number {
    return this.#clock.now().wallMs;
  }
}

function toVerificationKey({ kid, publicKey }: SigningKeyRecord): VerificationKey {
  return { kid, alg: 'EdDSA', publicKey };
}

function isSameKey(a: Uint8Array, b: Uint8Array): boolean {
  requireBytes('The public half of a signing key', a);
  return a.byteLength === b.byteLength && a.every((byte, i) => byte === b[i]);
}

function requireRecord(record: SigningKeyRecord): void {
  requireObject('The record of a signing key', record);
  const { kid, publicKey, publishedFromMs, signsFromMs, revokedAtMs } = record;
  requireKeyId(kid);
  requireBytes(`The public key ${kid}`, publicKey);
  if (publicKey.byteLength !== publicKeyByteLength || !isUsablePoint(publicKey)) {
    throw new InvalidArgumentError(`The public key ${kid} is no Ed25519 key.`);
  }
  if (
    !Number.isFinite(publishedFromMs) ||
    !Number.isFinite(signsFromMs) ||
    !(signsFromMs >= publishedFromMs)
  ) {
    throw new InvalidArgumentError(`The signing key ${kid} signs before it is published.`);
  }
  // A database's null is no time either: it would count as revoked.
  if (revokedAtMs !== undefined && !Number.isFinite(revokedAtMs)) {
    throw new InvalidArgumentError(`The signing key ${kid} was revoked at a time, or has no revokedAtMs.`);
  }
}
