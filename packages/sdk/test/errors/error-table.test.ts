import { readFileSync, writeFileSync } from 'node:fs';
import { SecretBytes } from '@keyfold/crypto-core';
import { type ApiErrorCode, apiErrors } from '@keyfold/protocol';
import { describe, expect, it, vi } from 'vitest';
import { apiError } from '../../src/api-errors.ts';
import { ApiKeyNotShownAgainError } from '../../src/api-key-not-shown-again-error.ts';
import { CallError } from '../../src/calls/call-error.ts';
import { CircuitOpenError } from '../../src/calls/circuit-open-error.ts';
import { MiddlewareInvalidError } from '../../src/calls/middleware-invalid-error.ts';
import * as configuration from '../../src/configuration-errors.ts';
import {
  isKeyfoldError,
  KeyfoldError,
  type KeyfoldErrorCode,
  KeySetInvalidError,
  KeySetUnavailableError,
  keyfoldErrors,
  TokenExpiredError,
  TokenInvalidError,
} from '../../src/index.ts';
import { LeaseEndedError } from '../../src/lease-ended-error.ts';
import * as schema from '../../src/schema-errors.ts';
import { transportErrors } from '../../src/transport/transport-errors.ts';
import { UnrecognisedAnswerError } from '../../src/unrecognised-answer-error.ts';
import * as value from '../../src/value-errors.ts';
import { errorReference } from '../support/error-reference.ts';

const call = { operation: 'getTenant', attempts: 2, status: 503, requestId: 'req-42' } as const;

/** One of each class of a module, made with arguments that fit all of them; bases are left out. */
function oneOfEach(module: object, parameters: readonly unknown[]): readonly KeyfoldError[] {
  return Object.values(module).flatMap((member: unknown) => {
    if (typeof member !== 'function' || !(member.prototype instanceof KeyfoldError)) return [];
    const made: unknown = Reflect.construct(member, parameters);
    return made instanceof KeyfoldError && typeof made.code === 'string' ? [made] : [];
  });
}

const samples: readonly KeyfoldError[] = [
  ...Object.keys(apiErrors).map((code) => apiError({ code: code as ApiErrorCode, call })),
  ...oneOfEach(configuration, ['The message.']),
  ...oneOfEach(schema, ['people', 'ssn', 'text', 'number']),
  new value.EncryptionContextRequiredError(),
  new value.PlaintextKindError('The value', 'text', 'number'),
  new LeaseEndedError(),
  new KeySetUnavailableError('The message.'),
  new KeySetInvalidError('json', 'The message.'),
  new TokenInvalidError('alg', 'The message.'),
  new TokenExpiredError('The message.'),
  new MiddlewareInvalidError('The message.', call),
  new ApiKeyNotShownAgainError('kf_application_abcdefgh', call),
  new CircuitOpenError({ sinceMs: 0, retryAtMs: 1, cause: undefined }, call),
];

describe('the table of codes', () => {
  it('is what the errors themselves say', () => {
    expect(new Set(samples.map(({ code }) => code)).size).toBeGreaterThan(60);
    for (const error of samples) {
      const { layer, hint, retryable } = keyfoldErrors[error.code as KeyfoldErrorCode];
      expect({ code: error.code, layer: error.layer, hint: error.hint, retryable: error.retryable }).toEqual({
        code: error.code,
        layer,
        hint,
        retryable,
      });
    }
  });

  it('has the transport’s rows as the transport has them', () => {
    for (const [code, row] of Object.entries(transportErrors)) {
      expect(keyfoldErrors[code as KeyfoldErrorCode]).toMatchObject(row);
    }
  });

  it('says for each code what it means and what can be done, in a sentence', () => {
    for (const [code, { meaning, hint }] of Object.entries(keyfoldErrors)) {
      expect([code, meaning]).toEqual([code, expect.stringMatching(/^\S.*\S[.:]$/)]);
      expect([code, hint]).toEqual([code, expect.stringMatching(/^\S.*\S[.]$/)]);
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    }
  });

  it('is the documentation', () => {
    const file = new URL('../../../../docs/sdk/errors.md', import.meta.url);
    const reference = errorReference(keyfoldErrors);
    if (process.env['KEYFOLD_WRITE_DOCS'] === '1') writeFileSync(file, reference);
    const remedy = 'Run this test with KEYFOLD_WRITE_DOCS=1 to write docs/sdk/errors.md anew.';
    expect(readFileSync(file, 'utf8'), remedy).toBe(reference);
  });
});

describe('an error', () => {
  it('is recognised when another copy of the package threw it', async () => {
    vi.resetModules();
    const other = await import('../../src/index.ts');
    expect(other.KeyfoldError).not.toBe(KeyfoldError);
    const foreign = new other.LeaseEndedError();
    expect(foreign).not.toBeInstanceOf(KeyfoldError);
    expect(isKeyfoldError(foreign)).toBe(true);
    expect(isKeyfoldError(foreign) && foreign.code).toBe('lease_ended');
    for (const stranger of [new Error('x'), { code: 'lease_ended' }, null, undefined, 'lease_ended']) {
      expect(isKeyfoldError(stranger)).toBe(false);
    }
  });

  it('of a call tells the call, also as JSON', () => {
    for (const error of samples) {
      if (!(error instanceof CallError)) continue;
      expect(JSON.parse(JSON.stringify(error))).toMatchObject({
        name: error.constructor.name,
        code: error.code,
        layer: error.layer,
        hint: error.hint,
        operation: 'getTenant',
        attempts: 2,
        status: 503,
        requestId: 'req-42',
      });
    }
  });

  it('of an answer that nobody knows is retryable where its status says "later"', () => {
    const retryable = [400, 401, 404, 429, 500, 502, 503, 504].filter(
      (status) => new UnrecognisedAnswerError({ ...call, status }).retryable,
    );
    expect(retryable).toEqual([429, 502, 503, 504]);
  });

  it('of a batch speaks for its cause', () => {
    const cause = new LeaseEndedError();
    expect(new value.BatchItemError(3, cause)).toMatchObject({
      ...pick(cause),
      code: 'batch_item_failed',
      index: 3,
    });
  });

  it('about a secret that is gone is in the table, too', () => {
    const secret = SecretBytes.random(32);
    secret.dispose();
    try {
      secret.reveal();
      expect.unreachable();
    } catch (error) {
      expect(isKeyfoldError(error) && keyfoldErrors[error.code].layer).toBe('key');
    }
  });
});

function pick({ layer, hint, retryable }: KeyfoldError) {
  return { layer, hint, retryable };
}
