import type { Awaitable } from '@keyfold/crypto-core';
import { requireKnownOptions, requireObject } from '../arguments.ts';
import {
  ClientCertificateInvalidError,
  type ConfigurationError,
  OptionInvalidError,
  RevocationListInvalidError,
} from '../configuration-errors.ts';
import type { Environment } from '../runtime.ts';
import { parseCertificateAuthorities, readCertificateAuthorities } from './certificate-authorities.ts';
import { checkClientCertificate } from './client-certificates.ts';
import type { PemInput, TlsOptions } from './connection-options.ts';
import {
  contentOfClientCertificate,
  contentOfPem,
  type GivenContent,
  isSameContent,
  keptContent,
} from './given-content.ts';
import { parsePins } from './public-key-pins.ts';
import { parseRevocationLists, requireCurrentLists } from './revocation-lists.ts';
import type { TlsConfig } from './tls-settings.ts';

/** The names of the TLS options; whatever else is passed is refused. */
export const tlsOptionNames: Readonly<Record<keyof TlsOptions, true>> = {
  ca: true,
  caMode: true,
  crl: true,
  pins: true,
  minVersion: true,
  clientCertificate: true,
};

/**
 * Checks TLS options when the client is made, not at the first call.
 *
 * @throws ConfigurationError
 */
export function resolveTls(tls: TlsOptions, environment: Environment): TlsConfig {
  requireObject('tls', tls, OptionInvalidError);
  requireKnownOptions('tls.', tls, tlsOptionNames);
  const { caMode = 'replace', minVersion = 'TLSv1.2', pins, crl, clientCertificate } = tls;
  if (caMode !== 'replace' && caMode !== 'append') {
    throw new OptionInvalidError('tls.caMode must be "replace" or "append".');
  }
  if (minVersion !== 'TLSv1.2' && minVersion !== 'TLSv1.3') {
    throw new OptionInvalidError('tls.minVersion must be "TLSv1.2" or "TLSv1.3".');
  }
  return {
    ca: resolveAuthorities(tls.ca, environment['KEYFOLD_CA_BUNDLE']),
    caMode,
    minVersion,
    pins: pins === undefined ? undefined : parsePins(pins),
    crl: crl === undefined ? undefined : resolveLists(crl),
    clientCertificate:
      clientCertificate === undefined
        ? undefined
        : given(clientCertificate, {
            contentOf: contentOfClientCertificate,
            check: checkClientCertificate,
            ErrorClass: ClientCertificateInvalidError,
            what: 'tls.clientCertificate',
          }),
  };
}

/**
 * Refuses, over plain http to this machine, what only TLS can keep: a pin that is not looked at is worse than none.
 * Authorities are no promise of that kind, and stay where an address changes between machines.
 *
 * @throws OptionInvalidError
 */
export function requireNothingOfTls(tls: TlsOptions): void {
  const names = ['pins', 'crl', 'clientCertificate', 'minVersion'] as const;
  const name = names.find((option) => tls[option] !== undefined);
  if (name !== undefined) throw new OptionInvalidError(`tls.${name} cannot be kept over plain http.`);
}

function resolveAuthorities(
  ca: PemInput | undefined,
  bundlePath: string | undefined,
): readonly string[] | undefined {
  if (ca !== undefined) return parseCertificateAuthorities(ca);
  return bundlePath === undefined || bundlePath === '' ? undefined : readCertificateAuthorities(bundlePath);
}

function resolveLists(crl: NonNullable<TlsOptions['crl']>): () => Awaitable<readonly string[]> {
  if (typeof crl !== 'function') requireCurrentLists(parseRevocationLists(crl));
  return given(crl, {
    contentOf: contentOfPem,
    check: parseRevocationLists,
    ErrorClass: RevocationListInvalidError,
    what: 'tls.crl',
  });
}

/** Anything but a function. */
type Plain = string | object;

/** What may be given by a function. */
interface Kind<Input, Checked> {
  readonly contentOf: (input: Input) => GivenContent;
  readonly check: (input: Input) => Checked;
  readonly ErrorClass: new (message: string, options?: ErrorOptions) => ConfigurationError;
  readonly what: string;
}

/**
 * One function for what is given as a value, which is checked now, or by a function, whose answer is checked each time that
 * its content is another. Comparing costs a connection little; parsing, and the secure context that is made of it, much.
 */
function given<Input extends Plain, Checked>(
  source: Input | (() => Awaitable<Input>),
  { contentOf, check, ErrorClass, what }: Kind<Input, Checked>,
): () => Awaitable<Checked> {
  if (!isGiver<Input>(source)) {
    const checked = check(source);
    return () => checked;
  }
  let last: { readonly content: GivenContent; readonly checked: Checked } | undefined;
  return async () => {
    let input: Input;
    try {
      input = await source();
    } catch (cause) {
      throw new ErrorClass(`The function given as ${what} failed.`, { cause });
    }
    const content = contentOf(input);
    if (last === undefined || !isSameContent(content, last.content)) {
      // Kept before it is checked: what a getter gives another of meanwhile is then found at the next connection.
      last = { content: keptContent(content), checked: check(input) };
    }
    return last.checked;
  };
}

function isGiver<Input>(source: Plain | (() => Awaitable<Input>)): source is () => Awaitable<Input> {
  return typeof source === 'function';
}
