import type { ApiErrorCode } from '@keyfold/protocol';
import type { FaultEffect, FaultKind } from './fault-rule.ts';
import type { WatchedService } from './journal-entry.ts';

/** An error's answer in AWS JSON. */
export interface AwsRefusal {
  readonly status: number;
  readonly name: string;
  /** The body's member that has the text. */
  readonly textMember: 'message' | 'Message';
  readonly text: (keyArn: string) => string;
}

/** What a kind of fault does, and to which services. */
export interface FaultRow {
  /** Answered in place of the operation. */
  readonly refusal?: {
    readonly kms: AwsRefusal;
    /** Absent: the service has no such answer of its own. */
    readonly secretsmanager?: AwsRefusal;
    readonly 'encryption-api': ApiErrorCode;
  };
  readonly services: readonly WatchedService[];
  /** Whether a rule may name the effect by a word alone. */
  readonly plain: boolean;
}

const everywhere: readonly WatchedService[] = ['kms', 'secretsmanager', 'encryption-api'];

/** Secrets Manager answers with what its own KMS did: such faults strike there, `from` the emulator. */
const aboveKeys: readonly WatchedService[] = ['kms', 'encryption-api'];

/** AWS KMS API reference, "Common errors" and each operation's: names and status; the texts are the reference's descriptions. */
export const faultRows: Readonly<Record<FaultKind, FaultRow>> = {
  throttling: {
    refusal: {
      kms: {
        status: 400,
        name: 'ThrottlingException',
        textMember: 'message',
        // AWS KMS developer guide, "Throttling AWS KMS requests".
        text: () =>
          'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
      },
      secretsmanager: {
        status: 400,
        name: 'ThrottlingException',
        textMember: 'message',
        text: () => 'Rate exceeded',
      },
      'encryption-api': 'root_key_throttled',
    },
    services: everywhere,
    plain: true,
  },
  'internal-error': {
    refusal: {
      kms: {
        status: 500,
        name: 'KMSInternalException',
        textMember: 'message',
        text: () =>
          'The request was rejected because an internal exception occurred. The request can be retried.',
      },
      secretsmanager: {
        status: 500,
        name: 'InternalServiceError',
        textMember: 'Message',
        text: () => 'An error occurred on the server side.',
      },
      'encryption-api': 'internal_error',
    },
    services: everywhere,
    plain: true,
  },
  'dependency-timeout': {
    refusal: {
      kms: {
        status: 503,
        name: 'DependencyTimeoutException',
        textMember: 'message',
        text: () => 'The system timed out while trying to fulfill the request. You can retry the request.',
      },
      'encryption-api': 'root_key_unavailable',
    },
    services: aboveKeys,
    plain: true,
  },
  'disabled-root': {
    refusal: {
      kms: {
        status: 400,
        name: 'DisabledException',
        textMember: 'message',
        // As recorded from AWS.
        text: (keyArn) => `${keyArn} is disabled.`,
      },
      'encryption-api': 'root_key_denied',
    },
    services: aboveKeys,
    plain: true,
  },
  latency: { services: everywhere, plain: false },
  'connection-reset': { services: everywhere, plain: true },
  'slow-body': { services: everywhere, plain: false },
  'wrong-answer': { services: everywhere, plain: false },
};

/** Two standard normal quantiles above the median lie 99 of 100: Φ⁻¹(0.99). */
const z99 = 2.326_347_874;

/** How long an effect holds an answer back, in milliseconds. */
export function delayOf(effect: FaultEffect, random: () => number): number {
  if (effect.kind !== 'latency') return 0;
  if ('ms' in effect) return effect.ms;
  if ('minMs' in effect) return effect.minMs + random() * (effect.maxMs - effect.minMs);
  const sigma = Math.log(effect.p99Ms / effect.medianMs) / z99;
  // Box and Muller; 1 - random() is never 0.
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return effect.medianMs * Math.exp(sigma * normal);
}
