import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as sdk from '../../src/index.ts';
import { type TlsErrorCode, tlsFailureOf, tlsFailures } from '../../src/transport/tls-failures.ts';
import { transportErrors } from '../../src/transport/transport-errors.ts';
import { makeBadCertificates } from './support/bad-certificates.ts';
import { certificateErrorsTable } from './support/certificate-errors-table.ts';

const codes = Object.keys(tlsFailures) as TlsErrorCode[];

describe('the table of certificate errors', () => {
  it('is the one in the documentation', () => {
    const page = readFileSync(new URL('../../../../docs/sdk/certificate-errors.md', import.meta.url), 'utf8');
    const [, table] = page.split(/<!-- table[^>]*-->\n/);
    expect(table).toBe(certificateErrorsTable());
  });

  it('has no two rows for one name of Node’s', () => {
    const names = Object.values(tlsFailures).flatMap(({ nodeCodes, reasons = [] }) => [
      ...nodeCodes,
      ...reasons,
    ]);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(codes)(
    '%s is of the TLS layer, is not tried again, and says what it means and the way out',
    (code) => {
      expect(transportErrors[code]).toMatchObject({ layer: 'tls', retryable: false });
      expect(tlsFailures[code].meaning).toMatch(/^[A-Z].+\.$/);
      expect(tlsFailures[code].hint).toMatch(/^[A-Z].+\.$/);
    },
  );

  it('has a class for each code, which the package exports', () => {
    const classes = Object.values(sdk).filter(
      (value) => typeof value === 'function' && value.prototype instanceof sdk.TlsError,
    );
    expect(classes).toHaveLength(codes.length + 1); // and CertificateError, the base of some
  });

  it('covers what the suite of bad certificates does, but for what only other servers or lists bring about', async () => {
    const tested = new Set((await makeBadCertificates()).map(({ code }) => code));
    const untested = codes.filter((code) => !tested.has(code));
    expect(untested).toEqual([
      'certificate_signature_invalid',
      'certificate_rejected',
      'pin_mismatch',
      'client_certificate_refused',
    ]);
  });
});

describe('what Node reports', () => {
  it.each([
    ['CERT_HAS_EXPIRED', 'certificate has expired', 'certificate_expired'],
    ['UNSPECIFIED', 'permitted subtree violation', 'certificate_name_not_permitted'],
    ['UNSPECIFIED', 'something new', 'certificate_rejected'],
    ['CERT_SIGNATURE_FAILURE', 'certificate signature failure', 'certificate_signature_invalid'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', '', 'tls_handshake_failed'],
    ['ERR_SSL_SOMETHING_NEW', '', 'tls_handshake_failed'],
    ['ECONNREFUSED', '', undefined],
    ['constructor', 'constructor', undefined],
  ])('as %s (%s) is %s', (nodeCode, message, code) => {
    expect(tlsFailureOf(nodeCode, message)).toBe(code);
  });
});
