import { createSecureContext } from 'node:tls';
import { RevocationListExpiredError, RevocationListInvalidError } from '../configuration-errors.ts';
import type { PemInput } from './connection-options.ts';
import { derElements, derSequence, derTags } from './der.ts';
import { pemBlocks, pemBytes } from './pem.ts';

/**
 * The revocation lists of PEM texts, one string each.
 *
 * @throws {@link RevocationListInvalidError} when a text holds no list, or one that does not parse
 */
export function parseRevocationLists(input: PemInput): readonly string[] {
  const blocks = pemBlocks('tls.crl', 'X509 CRL', input, RevocationListInvalidError);
  for (const [index, block] of blocks.entries()) {
    try {
      createSecureContext({ crl: block });
      nextUpdateOf(pemBytes(block));
    } catch {
      // Not kept as a cause: what stands in the block may be anything.
      throw new RevocationListInvalidError(`tls.crl: list ${index + 1} cannot be parsed.`);
    }
  }
  return blocks;
}

/**
 * Refuses lists whose successor is due, when the client is made. One that runs out later ends connections instead, with
 * `revocation_list_out_of_date`.
 *
 * @throws {@link RevocationListExpiredError}
 */
export function requireCurrentLists(lists: readonly string[]): void {
  for (const [index, list] of lists.entries()) {
    const nextUpdate = nextUpdateOf(pemBytes(list));
    if (nextUpdate !== undefined && nextUpdate.getTime() < Date.now()) {
      throw new RevocationListExpiredError(
        `tls.crl: list ${index + 1} was to be replaced by ${nextUpdate.toISOString()}.`,
      );
    }
  }
}

/** When the next list is due; undefined where the list does not say (RFC 5280 §5.1.2.5 asks for it, X.509 does not). */
function nextUpdateOf(der: Uint8Array): Date | undefined {
  const [tbsCertList] = derSequence(der);
  if (tbsCertList === undefined) throw new RangeError('There is no list.');
  // version, signature, issuer, thisUpdate, nextUpdate, revokedCertificates, …: the only times at this level are the two.
  const times = [...derElements(tbsCertList.content)].filter(
    ({ tag }) => tag === derTags.utcTime || tag === derTags.generalizedTime,
  );
  const [, nextUpdate] = times;
  return nextUpdate && timeOf(nextUpdate.tag, new TextDecoder().decode(nextUpdate.content));
}

/** UTCTime and GeneralizedTime, in Greenwich time and with seconds (RFC 5280 §4.1.2.5). */
function timeOf(tag: number, text: string): Date {
  const digits = tag === derTags.utcTime ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits);
  if (match === null) throw new RangeError('There is no time.');
  const [, year, month, day, hour, minute, second] = match;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
