import { inspect } from 'node:util';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as core from '../src/index.ts';

const classes = [
  core.InvalidArgumentError,
  core.InvalidEncryptionContextError,
  core.NotKeyfoldCiphertextError,
  core.UnsupportedFormatError,
  core.TruncatedCiphertextError,
  core.StreamTooLongError,
  core.NonCanonicalEncodingError,
  core.UnsupportedValueError,
  core.LowEntropyIndexError,
  core.IntegrityCheckFailedError,
  core.CommitmentMismatchError,
  core.KeyUnwrapFailedError,
  core.DataKeyExhaustedError,
  core.KeyExhaustedError,
  core.SecretDisposedError,
  core.UnsupportedByRuntimeError,
  core.LegacyFormatMismatchError,
  core.LegacyAlgorithmUnknownError,
  core.LegacyKeyUnknownError,
  core.LegacyTokenOutsideTimeError,
  core.KdfParametersRefusedError,
  core.CredentialHashInvalidError,
  core.CredentialVerifierMissingError,
];

describe('errors', () => {
  it('have one class for each code of the table', () => {
    expect(classes.map((ErrorClass) => new ErrorClass('m').code).sort()).toEqual(
      Object.keys(core.cryptoErrors).sort(),
    );
  });

  it.each(classes)(
    '%o carries layer and hint of its code, its cause, and its name in the stack',
    (ErrorClass) => {
      const cause = new Error('below');
      const error = new ErrorClass('What happened.', { cause });
      expect(error).toMatchObject({
        ...core.cryptoErrors[error.code],
        message: 'What happened.',
        retryable: false,
      });
      expect(error.cause).toBe(cause);
      expect(error.name).toBe(ErrorClass.name);
      expect(error.stack).toContain(`${ErrorClass.name}: What happened.`);
      expect(inspect(error)).toContain(error.hint);
    },
  );

  it('have literal codes, so that a switch over them is checked', () => {
    expectTypeOf<core.IntegrityCheckFailedError['code']>().toEqualTypeOf<'integrity_check_failed'>();
    expectTypeOf<(typeof classes)[number]['prototype']['code']>().toEqualTypeOf<core.CryptoErrorCode>();
  });

  it('are told from hostile values, which make nothing throw', () => {
    const throwing = () => {
      throw new Error('trap');
    };
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const hostile = [
      new Proxy({}, { get: throwing, has: throwing, getPrototypeOf: throwing }),
      new Proxy(new Error('x'), { get: throwing }),
      revoked.proxy,
      Object.defineProperty({}, Symbol.for('keyfold.error'), { get: throwing }),
    ];
    expect(hostile.map(core.isKeyfoldError)).toEqual([false, false, false, false]);
  });

  it('say everything but stack and cause as JSON', () => {
    const error = new core.KeyUnwrapFailedError('m', { cause: new Error('below') });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'KeyUnwrapFailedError',
      code: 'key_unwrap_failed',
      message: 'm',
      ...core.cryptoErrors.key_unwrap_failed,
      retryable: false,
    });
  });

  it('are recognised when another copy of the package made them', () => {
    class ForeignError extends Error {
      readonly code = 'integrity_check_failed';
    }
    Object.defineProperty(ForeignError.prototype, Symbol.for('keyfold.error'), { value: true });
    expect(core.isKeyfoldError(new ForeignError())).toBe(true);
    expect(core.isKeyfoldError(new core.InvalidArgumentError('m'))).toBe(true);
  });

  it.each([[new Error('x')], [null], [undefined], ['keyfold.error'], [{ code: 'invalid_argument' }]])(
    'are not mistaken: %o',
    (value) => {
      expect(core.isKeyfoldError(value)).toBe(false);
    },
  );
});
