import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { createCertificateAuthority } from '@keyfold/test-support';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { commonName, subjectOf } from '../src/certificates/certificate.ts';
import {
  element,
  elementsOf,
  inside,
  integer,
  objectIdentifier,
  sequence,
  time,
} from '../src/certificates/der.ts';
import { InvalidOptionError } from '../src/errors.ts';
import { createEmulator } from '../src/index.ts';
import { type LocalAuthority, openLocalAuthority } from '../src/local-authority.ts';
import { openStateFolder } from '../src/state-folder.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('the local CA', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyfold-ca-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const open = (path?: string): LocalAuthority => openLocalAuthority(openStateFolder(path));

  it('issues a certificate for the names of the loopback, for servers, that is valid for at most 398 days', () => {
    const { ca, certPem, keyPem } = open(folder);
    const authority = new X509Certificate(ca);
    const leaf = new X509Certificate(certPem);
    expect(leaf.checkIssued(authority)).toBe(true);
    expect(leaf.verify(authority.publicKey)).toBe(true);
    expect(leaf.checkPrivateKey(createPrivateKey(keyPem))).toBe(true);
    expect(leaf.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect([leaf.ca, authority.ca]).toEqual([false, true]);
    const days = (Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)) / 86_400_000;
    expect(days).toBeGreaterThan(365);
    expect(days).toBeLessThanOrEqual(398);
    expect(leaf.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(leaf.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
  });

  it('is kept with its certificate, and issues another one under the same name where that is gone', () => {
    const first = open(folder);
    expect(open(folder)).toEqual(first);
    rmSync(join(folder, 'server.pem'));
    const second = open(folder);
    expect(second.ca).toBe(first.ca);
    expect(second.pin).not.toBe(first.pin);
    const leaf = new X509Certificate(second.certPem);
    expect(leaf.checkIssued(new X509Certificate(first.ca))).toBe(true);
  });

  it('is one for all emulators of a process that keep nothing, with a file for each', () => {
    const one = openStateFolder();
    const other = openStateFolder();
    const [first, second] = [openLocalAuthority(one), openLocalAuthority(other)];
    expect({ ...second, caFile: '' }).toEqual({ ...first, caFile: '' });
    expect(second.caFile).not.toBe(first.caFile);
    for (const { caFile, ca } of [first, second]) expect(readFileSync(caFile, 'utf8')).toBe(ca);
    expect(open(folder).ca).not.toBe(first.ca);
    for (const state of [one, other]) state.close();
  });
});

describe('the certificate of a server that is reached by other names', () => {
  const names = (hosts: readonly string[], state = openStateFolder()): string | undefined => {
    const { certPem } = openLocalAuthority(state, hosts);
    state.close();
    return new X509Certificate(certPem).subjectAltName;
  };

  it('is for them too: names, both kinds of addresses, and names outside of ASCII as their A-labels', () => {
    expect(
      names(['keyfold.test', '192.0.2.7', '[2001:db8::7]', '[::ffff:192.0.2.1]', 'Schlüssel.test']),
    ).toBe(
      'DNS:localhost, DNS:keyfold.test, DNS:xn--schlssel-95a.test, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, ' +
        'IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:7, IP Address:0:0:0:0:0:FFFF:C000:201',
    );
  });

  it('is made anew for a new name, under the same CA and with the same key, so that who pinned it goes on', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyfold-ca-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const open = (hosts: readonly string[]): LocalAuthority =>
      openLocalAuthority(openStateFolder(folder), hosts);
    const first = open([]);
    const named = open(['keyfold.test']);
    expect(named).toEqual({ ...first, certPem: named.certPem });
    expect(named.certPem).not.toBe(first.certPem);
    // It is for fewer names than it could be, which is no reason to make another.
    expect(open([])).toEqual(named);
  });

  it.each(['', 'a b', 'keyfold.test:5390', 'http://keyfold.test', '*', '[::1', '[keyfold.test]', 'a..b'])(
    'is not made for %j',
    (host) => expect(() => names([host])).toThrow(InvalidOptionError),
  );

  it('is accepted where a client verifies the name that it asked for', async () => {
    await using emulator = await createEmulator({ allowHosts: ['keyfold.test'] });
    const { port } = new URL(emulator.httpsUrl);
    const answered = async (servername: string): Promise<boolean> => {
      const socket = connect({ host: '127.0.0.1', port: Number(port), servername, ca: emulator.ca });
      try {
        await once(socket, 'secureConnect');
        return socket.authorized;
      } finally {
        socket.destroy();
      }
    };
    expect(await answered('keyfold.test')).toBe(true);
    await expect(answered('other.test')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });
});

describe('DER', () => {
  it('writes lengths of one byte and of more', () => {
    // X.690 §8.1.3
    for (const [length, head] of [
      [0, '0400'],
      [127, '047f'],
      [128, '048180'],
      [255, '0481ff'],
      [256, '04820100'],
      [65_536, '0483010000'],
    ] as const) {
      const written = element(0x04, new Uint8Array(length));
      expect(hex(written.subarray(0, head.length / 2))).toBe(head);
      expect(inside(written).byteLength).toBe(length);
    }
  });

  it('writes object identifiers, integers and times', () => {
    expect(hex(objectIdentifier('1.2.840.10045.4.3.2'))).toBe('06082a8648ce3d040302');
    expect(hex(objectIdentifier('2.5.29.17'))).toBe('0603551d11');
    expect(hex(integer(2))).toBe('020102');
    // RFC 5280 §4.1.2.5: 2050 is the first year of GeneralizedTime.
    expect(time(new Date('2049-12-31T23:59:59.999Z')).toString('latin1')).toBe('\x17\x0d491231235959Z');
    expect(time(new Date('2050-01-01T00:00:00Z')).toString('latin1')).toBe('\x18\x0f20500101000000Z');
  });

  it('reads what it has written, and refuses what is cut off', () => {
    const parts = [integer(1), sequence(integer(2), integer(3)), integer(4)];
    expect(elementsOf(Buffer.concat(parts)).map(hex)).toEqual(parts.map(hex));
    expect(() => elementsOf(sequence(integer(1)).subarray(0, 4))).toThrow(RangeError);
  });

  it("finds a subject's name in its own certificates and in those that others made", async () => {
    const state = openStateFolder();
    const own = subjectOf(new X509Certificate(openLocalAuthority(state).ca).raw);
    state.close();
    expect(hex(own)).toBe(hex(commonName('Keyfold emulator local CA')));
    const { pem } = await createCertificateAuthority({ commonName: 'Somebody else' });
    const theirs = Buffer.from(subjectOf(new X509Certificate(pem).raw)).toString('latin1');
    expect(theirs).toMatch(/^0.+Somebody else$/s);
  });
});
