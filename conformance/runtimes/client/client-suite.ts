import type * as Sdk from '@keyfold/sdk';
import { Checks, type Outcome } from '../checks.ts';
import { checkCalls, checkEnds } from './call-checks.ts';
import { checkEncryption, sealSample } from './encryption-checks.ts';
import { checkEnvironment, checkOptions } from './option-checks.ts';
import type { ClientTarget, SealedByClient } from './target.ts';
import { checkTokens } from './token-checks.ts';

/** What a runtime found, and what its client sealed for Node's to open. */
export interface ClientAnswer {
  readonly outcome: Outcome;
  readonly sealed: SealedByClient;
}

/** The SDK as the runtime, or its bundler, resolved it. */
export type SdkModule = typeof Sdk;

/**
 * The one program that every runtime runs with the SDK's client.
 *
 * @param environment the runtime's own variables, where a program may set them
 */
export async function examineClient(
  sdk: SdkModule,
  target: ClientTarget,
  environment?: Record<string, string | undefined>,
): Promise<ClientAnswer> {
  const checks = new Checks();
  const { apiKey, baseUrl } = target;
  const keyfold = new sdk.Keyfold({ apiKey, baseUrl, insecureLoopback: true });
  try {
    await checkEncryption(checks, sdk, keyfold, target);
    await checkCalls(checks, sdk, keyfold, target);
    await checkEnds(checks, sdk, target);
    await checkTokens(checks, sdk, target);
    await checkOptions(checks, sdk, target);
    if (environment !== undefined) await checkEnvironment(checks, sdk, target, environment);
    return { outcome: checks.outcome, sealed: await sealSample(sdk, keyfold, target) };
  } finally {
    await keyfold.close();
  }
}
