import { KmsFault } from '../faults/kms-fault.ts';

/** The answer to a dry run of a request that would succeed; AWS makes it an error so that nobody takes it for a result. */
export function dryRunSucceeded(): KmsFault {
  return new KmsFault(
    'DryRunOperationException',
    'The request would have succeeded, but the DryRun option is set.',
  );
}
