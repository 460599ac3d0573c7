import { Checks, type Outcome } from './checks.ts';
import { checkKnownAnswers } from './known-answers.ts';
import { checkPublishedFormats } from './published-formats.ts';
import { checkRoundTrips } from './round-trips.ts';
import type { Subject } from './subject.ts';

/** The one program that every runtime runs: published vectors, answers of standards, round trips, errors. */
export async function examine(subject: Subject): Promise<Outcome> {
  const checks = new Checks();
  await checkPublishedFormats(checks, subject.backend);
  await checkKnownAnswers(checks, subject.backend);
  await checkRoundTrips(checks, subject);
  return checks.outcome;
}
