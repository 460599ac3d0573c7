import { z } from 'zod';
import { type ClockControl, firstMoment, lastMoment } from '../../clock/emulator-clock.ts';
import { type ControlRoute, defineRoute } from './control-route.ts';

/** ISO 8601 or milliseconds since 1970. */
const momentSchema = z
  .union([z.iso.datetime({ offset: true }), z.iso.date(), z.int().min(firstMoment).max(lastMoment)])
  .meta({
    id: 'Moment',
    description: 'A moment, in ISO 8601 or in milliseconds since 1970-01-01T00:00:00Z.',
    example: '2026-01-01T00:00:00Z',
  });

const clockSchema = z
  .object({
    now: z.iso.datetime().meta({ description: "The emulator's time." }),
    frozen: z.boolean(),
  })
  .meta({ id: 'Clock' });

const freezeSchema = z
  .strictObject({ at: momentSchema.optional() })
  .meta({ id: 'Freeze', description: 'Stops the time, now or at a moment.' });

const setClockSchema = z.strictObject({ at: momentSchema }).meta({ id: 'SetClock' });

const advanceSchema = z
  .strictObject({
    ms: z
      .number()
      .min(0)
      .max(lastMoment - firstMoment),
  })
  .meta({ id: 'AdvanceClock', description: 'By how many milliseconds.' });

function clockBody(clock: ClockControl): object {
  return { now: clock.date.toISOString(), frozen: clock.frozen };
}

/** The time. */
export const clockRoutes: readonly ControlRoute[] = [
  defineRoute({
    id: 'getClock',
    method: 'get',
    path: '/_emulator/clock',
    summary: "The emulator's time.",
    success: { status: 200, description: 'The clock.', schema: clockSchema },
    run: ({ emulator }) => ({ body: clockBody(emulator.clock) }),
  }),
  defineRoute({
    id: 'freezeClock',
    method: 'post',
    path: '/_emulator/clock/freeze',
    summary: 'Stop the time, now or at a moment.',
    body: freezeSchema,
    bodyOptional: true,
    success: { status: 200, description: 'The clock.', schema: clockSchema },
    run: ({ emulator: { clock } }, { body }) => {
      clock.freeze(body.at);
      return { body: clockBody(clock) };
    },
  }),
  defineRoute({
    id: 'resumeClock',
    method: 'post',
    path: '/_emulator/clock/resume',
    summary: 'Let the time go on from where it stands.',
    success: { status: 200, description: 'The clock.', schema: clockSchema },
    run: ({ emulator: { clock } }) => {
      clock.resume();
      return { body: clockBody(clock) };
    },
  }),
  defineRoute({
    id: 'setClock',
    method: 'post',
    path: '/_emulator/clock/set',
    summary: 'Set the time; it goes on, or stands still, as before.',
    body: setClockSchema,
    success: { status: 200, description: 'The clock.', schema: clockSchema },
    run: ({ emulator: { clock } }, { body }) => {
      clock.set(body.at);
      return { body: clockBody(clock) };
    },
  }),
  defineRoute({
    id: 'advanceClock',
    method: 'post',
    path: '/_emulator/clock/advance',
    summary: 'Move the time forward. Leases never become longer by it.',
    body: advanceSchema,
    success: { status: 200, description: 'The clock.', schema: clockSchema },
    errors: ['invalid_option'],
    run: ({ emulator: { clock } }, { body }) => {
      clock.advance(body.ms);
      return { body: clockBody(clock) };
    },
  }),
];
