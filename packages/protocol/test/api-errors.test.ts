import { describe, expect, expectTypeOf, it } from 'vitest';
import { type ApiErrorCode, apiErrorOf, apiErrors, isApiErrorCode } from '../src/index.ts';

const codes = Object.keys(apiErrors).filter(isApiErrorCode);

describe('the table of errors', () => {
  it('gives every code an error status, a message and a way out, each a sentence', () => {
    for (const code of codes) {
      const { status, message, hint } = apiErrorOf(code);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
      for (const text of [message, hint]) expect(text).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('has codes in snake case, none of them inherited', () => {
    for (const code of codes) expect(code).toMatch(/^[a-z]+(_[a-z]+)+$/);
    for (const code of ['toString', '__proto__', 'constructor', '', 7, undefined]) {
      expect(isApiErrorCode(code)).toBe(false);
    }
  });

  it('never calls a refusal of credentials, rights or input retryable', () => {
    for (const code of codes) {
      const { status, retryable } = apiErrorOf(code);
      if (retryable) expect([409, 503]).toContain(status);
    }
  });

  it('is a closed union, so that a switch over codes can be exhaustive', () => {
    expectTypeOf<'tenant_not_found'>().toExtend<ApiErrorCode>();
    expectTypeOf<string>().not.toExtend<ApiErrorCode>();
  });
});
