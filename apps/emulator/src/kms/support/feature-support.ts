import type { Support } from '../../aws/support.ts';

/** What goes across operations. */
export const featureSupport: Readonly<Record<string, Support>> = {
  'AWS managed keys': {
    support: 'exact',
    note: 'Made when DescribeKey or their service first asks; customers can look at them and not change them. They are used through their service: in every mode a request that does not come with kms:ViaService is refused, as AWS refuses it (credentials may carry that condition key, for emulators of other services).',
  },
  'Attestation documents (Recipient)': {
    support: 'refused',
    note: 'UnsupportedOperationException. Nobody but AWS can sign a document that would be worth checking, and an answer to an unchecked one would be no test of anything.',
  },
  'Custom key stores': {
    support: 'simulated',
    note: 'Keys in them work while their store is connected, and are Unavailable otherwise.',
  },
  'Encryption contexts': { support: 'exact', note: 'Authenticated, whatever is in them.' },
  'Eventual consistency': { support: 'refused', note: 'Whatever is answered has happened.' },
  Grants: { support: 'exact', note: 'With constraints, tokens, retiring principals and service principals.' },
  'Key policies and policies of identities': {
    support: 'exact',
    note: 'Modes off, warn and strict. The organisation’s policies (SCP, RCP) and session policies do not exist here.',
  },
  'Multi-Region keys': {
    support: 'exact',
    note: 'Imported material included: the primary key takes it first, and rotates to it once every replica has it.',
  },
  'Permissions boundaries': {
    support: 'refused',
    note: 'An identity that has one is refused when the emulator starts, and never let through without it.',
  },
  'Request quotas': { support: 'simulated', note: 'At the rates that are given, in buckets of one second.' },
  'Signature Version 4': {
    support: 'exact',
    note: 'In the header or presigned, in strict mode; lax takes any whose scope can be read. The time is in X-Amz-Date or Date, in the basic format of ISO 8601.',
  },
};
