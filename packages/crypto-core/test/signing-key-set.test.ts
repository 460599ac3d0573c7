import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Clock,
  defaultRotationPolicy,
  openSigningKey,
  type RotationPolicy,
  SigningKeySet,
  type VerificationKey,
  verifyToken,
} from '../src/index.ts';
import { backends } from './backends.ts';
import { bytesOf, secretOf } from './fixtures.ts';
import { publicKeyHex, seedHex } from './token-fixtures.ts';

const day = 86_400_000;
const publicKey = bytesOf(publicKeyHex);
const kids = (keys: readonly VerificationKey[]): string => keys.map(({ kid }) => kid).join(' ');

class MovableClock implements Clock {
  wallMs: number;
  constructor(wallMs: number) {
    this.wallMs = wallMs;
  }
  now(): { wallMs: number; monotonicMs: number } {
    return { wallMs: this.wallMs, monotonicMs: 0 };
  }
}

function empty(clock: Clock, policy: RotationPolicy = defaultRotationPolicy): SigningKeySet {
  return new SigningKeySet({ records: [], clock, policy });
}

describe('a set of signing keys', () => {
  it('rotates after 90 days, publishes a day ahead, and overlaps 14 days, by default', () => {
    const clock = new MovableClock(0);
    let set = empty(clock).rotate({ kid: 'a', publicKey });
    expect([set.signing().kid, kids(set.published()), kids(set.verifying())]).toEqual(['a', 'a', 'a']);
    clock.wallMs = 89 * day - 1;
    expect(set.rotationDue).toBe(false);
    clock.wallMs = 89 * day;
    expect(set.rotationDue).toBe(true);
    set = set.rotate({ kid: 'b', publicKey });
    expect(set.rotationDue).toBe(false);
    expect([set.signing().kid, kids(set.published()), kids(set.verifying())]).toEqual(['a', 'a b', 'a']);
    clock.wallMs = 90 * day - 60_000; // the skew that the policy grants
    expect([set.signing().kid, kids(set.verifying())]).toEqual(['a', 'a b']);
    clock.wallMs = 90 * day;
    expect([set.signing().kid, kids(set.published()), kids(set.verifying())]).toEqual(['b', 'a b', 'a b']);
    clock.wallMs = 104 * day - 1;
    expect(kids(set.verifying())).toBe('a b');
    clock.wallMs = 104 * day;
    expect([kids(set.published()), kids(set.verifying())]).toEqual(['b', 'b']);
    expect(set.pruned().records.map(({ kid }) => kid)).toEqual(['b']);
  });

  it('goes on with a key that is overdue', () => {
    const clock = new MovableClock(0);
    const set = empty(clock).rotate({ kid: 'a', publicKey });
    clock.wallMs = 1_000 * day;
    expect([set.signing().kid, set.rotationDue, kids(set.verifying())]).toEqual(['a', true, 'a']);
  });

  it('has no key at first, and says so', () => {
    const set = empty(new MovableClock(0));
    expect(set.rotationDue).toBe(true);
    expect(() => set.signing()).toThrow(expect.objectContaining({ code: 'signing_key_unavailable' }));
    expect([set.published(), set.verifying()]).toEqual([[], []]);
  });

  it('drops a revoked key at once, and never falls back to one that had its time', () => {
    const clock = new MovableClock(0);
    let set = empty(clock).rotate({ kid: 'a', publicKey });
    clock.wallMs = 89 * day;
    set = set.rotate({ kid: 'b', publicKey });
    clock.wallMs = 91 * day;
    set = set.revoke('b');
    expect([kids(set.published()), kids(set.verifying())]).toEqual(['a', 'a']);
    expect(() => set.signing()).toThrow(expect.objectContaining({ code: 'signing_key_unavailable' }));
    expect(set.rotationDue).toBe(true);
    set = set.rotate({ kid: 'c', publicKey });
    expect([set.signing().kid, kids(set.published()), kids(set.verifying())]).toEqual(['c', 'a c', 'a c']);
    clock.wallMs = 105 * day;
    expect(kids(set.verifying())).toBe('c');
    expect(set.pruned().records.map(({ kid }) => kid)).toEqual(['b', 'c']);
    expect(() => set.rotate({ kid: 'b', publicKey })).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
  });

  it('goes on with the key before, if its successor is revoked before it signed', () => {
    const clock = new MovableClock(0);
    let set = empty(clock).rotate({ kid: 'a', publicKey });
    clock.wallMs = 89 * day;
    set = set.rotate({ kid: 'b', publicKey }).revoke('b');
    clock.wallMs = 200 * day;
    expect([set.signing().kid, kids(set.verifying()), set.rotationDue]).toEqual(['a', 'a', true]);
  });

  it('lets a new key sign immediately where one asks for it', () => {
    const clock = new MovableClock(0);
    const set = empty(clock)
      .rotate({ kid: 'a', publicKey })
      .rotate({ kid: 'b', publicKey }, { immediately: true });
    expect([set.signing().kid, kids(set.verifying())]).toEqual(['b', 'a b']);
    clock.wallMs = 14 * day;
    expect(kids(set.verifying())).toBe('b');
  });

  it('lets an immediate key sign now and from then on, though the clock was set back', () => {
    const clock = new MovableClock(90 * day);
    const before = empty(clock).rotate({ kid: 'a', publicKey });
    clock.wallMs -= 60_000;
    const after = before.rotate({ kid: 'd', publicKey }, { immediately: true });
    // As a store may give them back: the times alone say the order.
    const records = after.records.toReversed();
    const set = new SigningKeySet({ records, clock, policy: defaultRotationPolicy });
    expect([set.signing().kid, kids(set.published()), kids(set.verifying())]).toEqual(['d', 'a d', 'a d']);
    clock.wallMs = 90 * day;
    expect([set.signing().kid, kids(set.verifying())]).toEqual(['d', 'a d']);
    clock.wallMs = 104 * day;
    expect([set.signing().kid, kids(set.verifying())]).toEqual(['d', 'd']);
  });

  it('lets an immediate key sign on when a key before it was revoked by a clock that was ahead', () => {
    const clock = new MovableClock(day);
    let set = empty(clock).rotate({ kid: 'a', publicKey });
    clock.wallMs += 1;
    set = set.revoke('a');
    clock.wallMs -= 60_000;
    set = set.rotate({ kid: 'd', publicKey });
    for (const wallMs of [clock.wallMs, day, 2 * day]) {
      clock.wallMs = wallMs;
      expect([set.signing().kid, kids(set.verifying())]).toEqual(['d', 'd']);
    }
  });

  it('does not let a key that waited take over from an immediate one', () => {
    const clock = new MovableClock(0);
    const set = empty(clock)
      .rotate({ kid: 'a', publicKey })
      .rotate({ kid: 'b', publicKey })
      .rotate({ kid: 'd', publicKey }, { immediately: true });
    expect(set.rotationDueAtMs).toBe(89 * day);
    for (const wallMs of [0, day, 14 * day]) {
      clock.wallMs = wallMs;
      expect(set.signing().kid).toBe('d');
    }
    expect(kids(set.verifying())).toBe('d');
  });

  it('refuses a second new key while one waits, unknown kids, and keys that are none', () => {
    const set = empty(new MovableClock(0)).rotate({ kid: 'a', publicKey }).rotate({ kid: 'b', publicKey });
    const invalid = expect.objectContaining({ code: 'invalid_argument' });
    expect(() => set.rotate({ kid: 'c', publicKey })).toThrow(invalid);
    expect(() => set.revoke('c')).toThrow(invalid);
    expect(() => empty(new MovableClock(0)).rotate({ kid: '../a', publicKey })).toThrow(invalid);
    expect(() => empty(new MovableClock(0)).rotate({ kid: 'a', publicKey: new Uint8Array(32) })).toThrow(
      invalid,
    );
    const clock = new MovableClock(0);
    const record = { kid: 'a', publicKey, publishedFromMs: 1, signsFromMs: 0 };
    expect(() => new SigningKeySet({ records: [record], clock, policy: defaultRotationPolicy })).toThrow(
      invalid,
    );
  });

  it.each([null, Number.NaN, '0', false])('takes no record that was revoked at %s', (revokedAtMs) => {
    const record = { kid: 'a', publicKey, publishedFromMs: 0, signsFromMs: 0, revokedAtMs };
    expect(() =>
      Reflect.construct(SigningKeySet, [
        { records: [record], clock: new MovableClock(0), policy: defaultRotationPolicy },
      ]),
    ).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  });

  it.each<[string, Partial<RotationPolicy>]>([
    ['an overlap shorter than token life, cache and skew', { overlapMs: 25 * 3_600_000 + 60_000 - 1 }],
    ['keys published later than caches learn of them', { publishAheadMs: 3_600_000 + 60_000 - 1 }],
    ['rotation before the next key may sign', { rotateAfterMs: day }],
    ['a skew of more than five minutes', { clockSkewMs: 300_001 }],
    ['a negative time', { keySetCacheMs: -1 }],
    ['no time', { maxTokenLifetimeMs: Number.NaN }],
    ['an endless time', { overlapMs: Number.POSITIVE_INFINITY }],
  ])('refuses a policy with %s', (_what, changes) => {
    expect(() => empty(new MovableClock(0), { ...defaultRotationPolicy, ...changes })).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
  });

  it('accepts a policy at the bounds', () => {
    const policy = {
      ...defaultRotationPolicy,
      overlapMs: 25 * 3_600_000 + 60_000,
      publishAheadMs: 3_660_000,
    };
    expect(() => empty(new MovableClock(0), policy)).not.toThrow();
  });

  it('never lets a good token meet a cache without its key, however the operator times rotations', () => {
    const policy: RotationPolicy = {
      rotateAfterMs: 100,
      overlapMs: 60,
      publishAheadMs: 15,
      maxTokenLifetimeMs: 40,
      keySetCacheMs: 10,
      clockSkewMs: 5,
    };
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 12 }), (waits) => {
        const clock = new MovableClock(0);
        let set = empty(clock, policy).rotate({ kid: 'k0', publicKey });
        const left = [...waits];
        const signedBy: string[] = [];
        const keysAt: string[][] = [];
        let rotateAt = 0;
        for (let now = 0; now < 400; now++) {
          clock.wallMs = now;
          if (now === rotateAt + (left[0] ?? Number.POSITIVE_INFINITY)) {
            rotateAt = now;
            left.shift();
            const pending = set.records.some(({ signsFromMs }) => signsFromMs > now);
            if (!pending) set = set.rotate({ kid: `k${now}`, publicKey });
          }
          signedBy.push(set.signing().kid);
          keysAt.push(set.published().map(({ kid }) => kid));
        }
        for (const [issuedAt, kid] of signedBy.entries()) {
          // Verified at any moment of its life, by a cache that was filled up to keySetCacheMs before.
          for (let seenAt = Math.max(issuedAt, 10); seenAt < Math.min(issuedAt + 40, 400); seenAt++) {
            const isCached = kid === 'k0' || keysAt[seenAt - 10]?.includes(kid);
            if (!isCached || !keysAt[seenAt]?.includes(kid)) expect.fail(`${kid} is missing at ${seenAt}`);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe.each(backends)('tokens of a set of signing keys, %s', (_name, backend) => {
  const policy: RotationPolicy = {
    rotateAfterMs: 100_000,
    overlapMs: 60_000,
    publishAheadMs: 15_000,
    maxTokenLifetimeMs: 40_000,
    keySetCacheMs: 15_000,
    clockSkewMs: 0,
  };
  const issued = async (iat: number, exp: number, changes: Partial<RotationPolicy> = {}) => {
    const clock = new MovableClock(1_000_000);
    const set = empty(clock, { ...policy, ...changes }).rotate({ kid: 'a', publicKey });
    using key = await openSigningKey(backend, secretOf(seedHex));
    return { clock, set, token: await set.issue({ iss: 'login', aud: 'billing', iat, exp }, { key }) };
  };
  const invalid = expect.objectContaining({ code: 'invalid_argument' });

  it('verify until they are over, though their key signed last when they were issued', async () => {
    const { clock, set, token } = await issued(1_000, 1_040);
    const rotated = set.rotate({ kid: 'b', publicKey }, { immediately: true });
    const { maxTokenLifetimeMs: maxLifetimeMs } = policy;
    const options = { backend, issuer: 'login', audience: 'billing', clock, maxLifetimeMs };
    for (const wallMs of [1_000_000, 1_039_999]) {
      clock.wallMs = wallMs;
      expect((await verifyToken(token, { ...options, keys: rotated.verifying() })).kid).toBe('a');
    }
    clock.wallMs = 1_040_000;
    const late = verifyToken(token, { ...options, keys: rotated.verifying() });
    await expect(late).rejects.toMatchObject({ code: 'token_expired' });
  });

  it("live no longer than the set's policy says, be that less than a day or more", async () => {
    await expect(issued(1_000, 1_041)).rejects.toThrow(invalid);
    const longer = { maxTokenLifetimeMs: 14 * day, overlapMs: 15 * day };
    expect((await issued(1_000, 1_000 + 14 * 86_400, longer)).token).toMatch(/^eyJ/);
    await expect(issued(1_000, 1_001 + 14 * 86_400, longer)).rejects.toThrow(invalid);
  });

  it('are not issued ahead of the clock, from which the overlap is counted', async () => {
    await expect(issued(1_001, 1_002)).rejects.toThrow(invalid);
    expect((await issued(999, 1_002)).token).toMatch(/^eyJ/);
  });

  it('are issued by the key that signs, and by no other', async () => {
    const set = empty(new MovableClock(1_000_000), policy).rotate({ kid: 'a', publicKey });
    const claims = { iss: 'login', aud: 'billing', iat: 1_000, exp: 1_001 };
    using other = await openSigningKey(backend, secretOf('07'.repeat(32)));
    await expect(set.issue(claims, { key: other })).rejects.toThrow(invalid);
    using key = await openSigningKey(backend, secretOf(seedHex));
    const unavailable = expect.objectContaining({ code: 'signing_key_unavailable' });
    await expect(set.revoke('a').issue(claims, { key })).rejects.toThrow(unavailable);
  });
});
