import { Checks, type Outcome } from './checks.ts';
import { checkSealedElsewhere, type SealedSample, sealSample } from './exchange.ts';
import { checkKnownAnswers } from './known-answers.ts';
import { checkCiphertexts } from './published-ciphertexts.ts';
import { checkIndexes } from './published-index.ts';
import { checkLegacy } from './published-legacy.ts';
import { checkParts } from './published-parts.ts';
import { checkCredentials, checkDerivation } from './published-secrets.ts';
import { checkShares } from './published-shares.ts';
import { checkStreams } from './published-streams.ts';
import { checkTokens } from './published-tokens.ts';
import { checkRoundTrips } from './round-trips.ts';
import type { Subject } from './subject.ts';

/** What a runtime found, and what it sealed for the others to open. */
export interface Answer {
  readonly outcome: Outcome;
  readonly sealed: SealedSample;
}

/** The one program that every runtime runs: published vectors, answers of standards, round trips, errors. */
export async function examine(subject: Subject): Promise<Answer> {
  const checks = new Checks();
  const { backend } = subject;
  await checkCiphertexts(checks, backend);
  await checkParts(checks, backend);
  await checkStreams(checks, backend);
  await checkShares(checks, backend);
  await checkTokens(checks, backend);
  await checkIndexes(checks, backend);
  await checkDerivation(checks, backend);
  await checkCredentials(checks, backend);
  await checkLegacy(checks, backend);
  await checkKnownAnswers(checks, backend);
  await checkRoundTrips(checks, subject);
  return { outcome: checks.outcome, sealed: await sealSample(backend) };
}

/** Opens what every runtime sealed. */
export async function openAll({ backend }: Subject, samples: readonly SealedSample[]): Promise<Outcome> {
  const checks = new Checks();
  for (const sample of samples) await checkSealedElsewhere(checks, backend, sample);
  return checks.outcome;
}
