import {
  type DataKeyHeader,
  type DataKeyOpener,
  type DataKeyWrapping,
  hashPassword,
  prepareValueContext,
  type SecretBytes,
  type SecretHash,
  type ValueContext,
} from '../src/index.ts';
import { nodeBackend, type SyncDataKeyOpener, type SyncDataKeySealer } from '../src/node/index.ts';
import { secretOf } from './fixtures.ts';
import { boundCodecs, published, unwrapping } from './legacy-fixtures.ts';

/*
 * What the examples of the documentation take for given: the application's own things, in which no example can be expected
 * to begin. Everything else in an example comes from the package itself.
 */

const headerOf = (header: DataKeyHeader): string => Buffer.from(header.bytes).toString('hex');
const kept = new Map<string, SecretBytes>();
const waiting = new Map<string, SecretBytes>();

/** The service that keeps wrapping keys. */
const service = {
  async wrap(secret: SecretBytes, commitment: Uint8Array): Promise<DataKeyWrapping> {
    const wrapping = { keyReference: nodeBackend.randomBytes(8), wrapped: nodeBackend.randomBytes(60) };
    waiting.set(Buffer.from(wrapping.wrapped).toString('hex'), secret.clone());
    if (commitment.byteLength !== 32) throw new Error('A commitment has 32 bytes.');
    return wrapping;
  },
  async unwrapAndOpen(header: DataKeyHeader): Promise<DataKeyOpener> {
    const secret = waiting.get(Buffer.from(header.wrapped).toString('hex')) ?? kept.get(headerOf(header));
    if (secret === undefined) throw new Error('The service does not know this key.');
    return nodeBackend.openDataKey(header, secret.clone());
  },
  renewLease: async (): Promise<{ readonly leaseRemainingMs: number }> => ({ leaseRemainingMs: 60_000 }),
};

/** A data key in use. */
const { sealer, opener } = dataKey();
const context: ValueContext = prepareValueContext({
  tenant: 'acme',
  scope: { kind: 'service', id: 'billing' },
  context: { card: '42' },
});

function dataKey(): { readonly sealer: SyncDataKeySealer; readonly opener: SyncDataKeyOpener } {
  const fresh = nodeBackend.createDataKey();
  const made = fresh.wrappedAs({
    keyReference: nodeBackend.randomBytes(8),
    wrapped: nodeBackend.randomBytes(60),
  });
  kept.set(headerOf(made.header), fresh.secret.clone());
  return { sealer: made, opener: nodeBackend.openDataKey(made.header, fresh.secret.clone()) };
}

/** A row of the application's users. */
const user: { passwordHash: string; backupCodes: readonly SecretHash[] } = {
  passwordHash: await hashPassword(nodeBackend, 'correct horse battery staple'),
  backupCodes: [],
};

/** Shows lines to the user. */
const show = (lines: readonly string[]): void => {
  if (lines.length === 0) throw new Error('There is nothing to show.');
};

/** A library that the application has. */
const bcrypt = { compare: async (_password: string, _stored: string): Promise<boolean> => false };

/** What tells that the process was restored from a snapshot. */
const platform = {
  onRestore(listener: () => void): void {
    listener();
  },
};

const [envelope] = published.envelopeRecord;
const [ivPrefixed] = published.ivPrefixed;
if (envelope === undefined || ivPrefixed === undefined) throw new Error('No vector.');

/** The system that is moved away from. */
const old = {
  envelopeRecord: boundCodecs(nodeBackend)['envelope-record'].stored,
  unwrapWithKms: unwrapping(envelope),
  ivPrefixed: ivPrefixed.stored,
  key: secretOf(ivPrefixed.key),
};

/** By name, what an example may use. */
export const scene = { service, sealer, opener, context, user, show, bcrypt, platform, old };
