import { randomUUID } from 'node:crypto';
import { ManualClock } from '@keyfold/key-hierarchy/testing';
import { Keyfold } from '@keyfold/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmulatorClock } from '../src/clock/emulator-clock.ts';
import { createEmulator, type Emulator } from '../src/index.ts';
import { base64, callAws, createKey, text } from './aws-call.ts';

const dayMs = 86_400_000;
const start = Date.UTC(2026, 0, 1);

describe('the clock of an emulator', () => {
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await createEmulator({ startAt: '2026-01-01T00:00:00Z', frozen: true });
  });
  afterEach(() => emulator.close());

  it('stands where it is told to at the start, and after a reset', async () => {
    expect([emulator.clock.date.getTime(), emulator.clock.frozen]).toEqual([start, true]);
    emulator.clock.advance(5 * dayMs);
    emulator.clock.resume();
    await emulator.reset();
    expect([emulator.clock.date.getTime(), emulator.clock.frozen]).toEqual([start, true]);
  });

  it('brings deletion windows to their end', async () => {
    const KeyId = await createKey(emulator);
    await callAws(emulator, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    emulator.clock.advance(7 * dayMs - 1);
    expect((await callAws(emulator, 'DescribeKey', { KeyId })).status).toBe(200);
    emulator.clock.advance(1);
    expect(await callAws(emulator, 'DescribeKey', { KeyId })).toMatchObject({ error: 'NotFoundException' });
  });

  it('rotates keys when it is time', async () => {
    const KeyId = await createKey(emulator);
    await callAws(emulator, 'EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    const blob = text(
      await callAws(emulator, 'Encrypt', { KeyId, Plaintext: base64('before') }),
      'CiphertextBlob',
    );
    const rotations = async (): Promise<readonly unknown[]> => {
      const { output } = await callAws(emulator, 'ListKeyRotations', { KeyId });
      return Object(output['Rotations']);
    };
    expect(await rotations()).toHaveLength(0);
    emulator.clock.advance(91 * dayMs);
    expect(await rotations()).toHaveLength(1);
    const opened = await callAws(emulator, 'Decrypt', { CiphertextBlob: blob });
    expect(text(opened, 'Plaintext')).toBe(base64('before'));
  });

  it('brings deletion windows of secrets to their end', async () => {
    const secrets = (operation: string, input: object) =>
      callAws(emulator, operation, input, {}, 'secretsmanager');
    await secrets('CreateSecret', {
      Name: 's',
      SecretString: 'x',
      ClientRequestToken: randomUUID(),
    });
    await secrets('DeleteSecret', { SecretId: 's', RecoveryWindowInDays: 7 });
    expect((await secrets('DescribeSecret', { SecretId: 's' })).status).toBe(200);
    emulator.clock.advance(8 * dayMs);
    expect((await secrets('DescribeSecret', { SecretId: 's' })).error).toBe('ResourceNotFoundException');
  });

  it('never stretches a lease: standing still or set back, the root key is asked again in time', async () => {
    const real = new ManualClock();
    await using leased = await createEmulator({ clock: real, leaseMs: 1_500 });
    leased.clock.freeze();
    leased.clock.set('2020-01-01T00:00:00Z');
    const keyfold = new Keyfold({
      apiKey: leased.access.apiKey,
      baseUrl: leased.httpsUrl,
      tls: { ca: leased.ca },
    });
    const seal = () =>
      keyfold
        .tenant('demo')
        .service('app')
        .encrypt('a', { context: { a: 'b' } });
    await seal();
    leased.faults.add({ from: 'emulator', operation: 'Decrypt', effect: 'disabled-root' });
    // The real time has to pass: it is what nothing else may stand in for.
    let outcome: unknown = 'sealed';
    while (outcome === 'sealed')
      outcome = await seal().then(
        () => 'sealed',
        (error: unknown) => Object(error).code,
      );
    expect(outcome).toBe('root_key_denied');
    await keyfold.close();
  });
});

describe('a clock that is moved', () => {
  const at = (clock: EmulatorClock): number => clock.now().wallMs;

  it('goes with its base, ahead of it, or stands still', () => {
    const base = new ManualClock();
    const clock = new EmulatorClock(base);
    const begun = at(clock);
    clock.advance(1_000);
    expect(at(clock)).toBe(begun + 1_000);
    base.advance(10);
    expect(at(clock)).toBe(begun + 1_010);
    clock.freeze();
    base.advance(10);
    expect(at(clock)).toBe(begun + 1_010);
    clock.advance(5);
    expect(at(clock)).toBe(begun + 1_015);
    clock.resume();
    base.advance(10);
    expect(at(clock)).toBe(begun + 1_025);
    clock.set(start);
    base.advance(10);
    expect(at(clock)).toBe(start + 10);
    clock.freeze(start);
    clock.set(start + 1);
    base.advance(10);
    expect([at(clock), clock.frozen]).toEqual([start + 1, true]);
    clock.reset();
    expect([at(clock), clock.frozen]).toEqual([base.now().wallMs, false]);
  });

  it('leaves the monotonic clock alone', () => {
    const base = new ManualClock();
    const clock = new EmulatorClock(base);
    clock.freeze(start);
    clock.advance(1_000);
    expect(clock.now().monotonicMs).toBe(base.now().monotonicMs);
    base.advance(10);
    expect(clock.now().monotonicMs).toBe(base.now().monotonicMs);
  });

  it('can stand at the ends of time: answers and journal still tell it', async () => {
    await using emulator = await createEmulator();
    for (const moment of ['9999-12-31T23:59:59.999Z', '0000-01-01T00:00:00.000Z']) {
      emulator.clock.set(moment);
      const KeyId = await createKey(emulator);
      expect((await callAws(emulator, 'ScheduleKeyDeletion', { KeyId })).status).toBe(200);
      const answer = await fetch(`${emulator.url}/_emulator/clock`);
      expect([answer.status, Date.parse(answer.headers.get('date') ?? '')]).toEqual([
        200,
        expect.any(Number),
      ]);
      expect(answer.headers.get('date')).not.toContain('Invalid');
      expect(emulator.journal.find().every(({ at }) => !Number.isNaN(Date.parse(at)))).toBe(true);
    }
  });

  it('refuses what is no moment, and to be advanced backwards', () => {
    const clock = new EmulatorClock(new ManualClock());
    for (const wrong of [
      'yesterday',
      '2026-13-01',
      '2026-01-01 00:00',
      '01/02/2026',
      Number.NaN,
      1.5,
      8.64e15 + 1,
      // The years 10000 and -1: ISO 8601 has no four digits for them.
      253_402_300_800_000,
      -62_167_219_200_001,
      new Date('x'),
    ])
      expect(() => clock.set(wrong), String(wrong)).toThrow(
        expect.objectContaining({ code: 'invalid_option' }),
      );
    for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY, 9e15])
      expect(() => clock.advance(wrong)).toThrow(expect.objectContaining({ code: 'invalid_option' }));
    for (const right of [
      '2026-01-01',
      '2026-01-01T00:00Z',
      '2026-01-01T01:00:00.000+01:00',
      start,
      new Date(start),
    ]) {
      clock.freeze(right);
      expect(at(clock)).toBe(start);
    }
  });
});
