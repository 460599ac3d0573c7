import { cryptoErrors, KeyfoldError } from '@keyfold/crypto-core';
import { hierarchyErrors, rootKeyErrors, storeErrors } from '@keyfold/key-hierarchy';
import { type ApiErrorCode, apiErrorOf, apiErrors, isApiErrorCode } from '@keyfold/protocol';
import { describe, expect, it } from 'vitest';
import { start } from './harness.ts';
import { rejectingHierarchy } from './rejecting-hierarchy.ts';

const codes = Object.keys(apiErrors).filter(isApiErrorCode);
const canary = 'canary-6b1d';

/** An error of some other part, with a message of its own. */
class CodedError extends KeyfoldError {
  readonly code: string;
  constructor(code: string) {
    super(`${canary} arn:aws:kms:eu-west-1:111122223333:key/1`, { layer: 'key', hint: canary });
    this.code = code;
  }
}

describe('the errors of the hierarchy', () => {
  const lower = Object.entries({ ...hierarchyErrors, ...rootKeyErrors, ...storeErrors });

  it.each(lower)('have %s in the table of the API, with the same layer and retryability', (code, error) => {
    expect(isApiErrorCode(code)).toBe(true);
    const entry = apiErrorOf(code as ApiErrorCode);
    expect(entry.layer).toBe(error.layer);
    expect(entry.retryable).toBe('retryable' in error && error.retryable);
  });

  const toTheOperator = new Set([...Object.keys(storeErrors), 'hierarchy_closed', 'tenant_not_found']);

  it.each(lower.filter(([code]) => !toTheOperator.has(code)))(
    'give for %s the hint of the API',
    (code, error) => {
      expect(apiErrorOf(code as ApiErrorCode).hint).toBe(error.hint);
    },
  );

  it('that come from the crypto core for one item of a batch are in the table too', () => {
    for (const code of ['key_unwrap_failed', 'commitment_mismatch'] as const) {
      expect(apiErrorOf(code).layer).toBe(cryptoErrors[code].layer);
    }
  });
});

describe('an error from below', () => {
  it.each(codes)(
    'with the code %s is answered by the table alone: nothing of its own message leaves',
    async (code) => {
      const harness = await start({ service: { hierarchy: rejectingHierarchy(() => new CodedError(code)) } });
      const answer = await harness.send('getTenant', { apiKey: harness.admin, params: { tenant: 'acme' } });
      const { status, message, hint, layer, retryable } = apiErrorOf(code);
      expect(answer.status).toBe(status);
      expect(answer.json).toEqual({
        error: { code, message, hint, layer, requestId: 'request-1', retryable },
      });
      expect(JSON.stringify(harness.log)).not.toContain(canary);
    },
  );

  it.each([
    new Error(canary),
    new TypeError(canary),
    new CodedError('invalid_argument'),
    new CodedError('toString'),
    Object.assign(new Error(canary), { code: 'tenant_not_found' }),
    canary,
    undefined,
    null,
    {
      get code() {
        throw new Error(canary);
      },
    },
  ])('that is not in the table is an internal error, told to nobody but onError', async (reason) => {
    const harness = await start({ service: { hierarchy: rejectingHierarchy(() => reason) } });
    const answer = await harness.send('getTenant', { apiKey: harness.admin, params: { tenant: 'acme' } });
    expect([answer.status, answer.code]).toEqual([500, 'internal_error']);
    expect(answer.text + JSON.stringify(harness.log)).not.toContain(canary);
    expect(harness.errors).toEqual([reason]);
  });

  it('is told to onError only where the fault is not the request, and a failing onError changes nothing', async () => {
    let reason: Error = new CodedError('tenant_not_found');
    let told = 0;
    const onError = () => {
      told += 1;
      throw new Error(canary);
    };
    const { send, admin } = await start({
      service: { hierarchy: rejectingHierarchy(() => reason), onError },
    });
    const read = async () => (await send('getTenant', { apiKey: admin, params: { tenant: 'acme' } })).code;
    expect([await read(), told]).toEqual(['tenant_not_found', 0]);
    reason = new CodedError('root_key_unavailable');
    expect([await read(), told]).toEqual(['root_key_unavailable', 1]);
  });
});
