import { readFileSync } from 'node:fs';
import {
  type DataKeyHeader,
  type FieldContext,
  type FieldContextOptions,
  isKeyfoldError,
  type KeyfoldError,
  prepareFieldContext,
  prepareValueContext,
  type Scope,
  SecretBytes,
  type ValueContext,
} from '../src/index.ts';
import { nodeBackend, type SyncDataKeyOpener, type SyncDataKeySealer } from '../src/node/index.ts';

export const billing: Scope = { kind: 'service', id: 'billing' };

export const valueContext: ValueContext = prepareValueContext({
  tenant: 'acme',
  scope: billing,
  context: { card: '42' },
});

/** The context of acme's people.ssn, or of what `changes` makes of it. */
export function fieldContext(changes: Partial<FieldContextOptions> = {}): FieldContext {
  return prepareFieldContext({
    tenant: 'acme',
    scope: billing,
    table: 'people',
    field: 'ssn',
    idType: 'integer',
    ...changes,
  });
}

export interface DataKeyPair {
  readonly header: DataKeyHeader;
  readonly sealer: SyncDataKeySealer;
  readonly opener: SyncDataKeyOpener;
}

/**
 * A sealer and an opener of one new data key, with random bytes where the service would put the wrapped key.
 */
export function dataKeyPair(): DataKeyPair {
  const fresh = nodeBackend.createDataKey();
  const secret = fresh.secret.clone();
  const sealer = fresh.wrappedAs({
    keyReference: nodeBackend.randomBytes(8),
    wrapped: nodeBackend.randomBytes(60),
  });
  fresh[Symbol.dispose]();
  return { header: sealer.header, sealer, opener: nodeBackend.openDataKey(sealer.header, secret) };
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}

export function secretOf(text: string): SecretBytes {
  return SecretBytes.take(bytesOf(text));
}

/** The KeyfoldError that `call` throws; anything else that it throws is thrown on. */
export function errorOf(call: () => unknown): KeyfoldError {
  try {
    call();
  } catch (error) {
    if (isKeyfoldError(error)) return error;
    throw error;
  }
  throw new Error('It did not throw.');
}

/** The code of the KeyfoldError that `call` throws, or that it threw none. */
export function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (isKeyfoldError(error)) return error.code;
    throw error;
  }
  return 'did not throw';
}

/** A file of docs/formats/vectors. */
export function publishedVectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../../docs/formats/vectors/${name}`, import.meta.url), 'utf8'));
}
