import type { Place } from './keys/key-address.ts';
import { credentialMalformed } from './sigv4/signature-claim.ts';
import { regionInvalid } from './sigv4/signature-refusal.ts';

/** Where a request goes, and whose access key it names. */
export interface CredentialPlace extends Place {
  readonly accessKeyId: string | undefined;
}

const defaultPlace: CredentialPlace = {
  accountId: '000000000000',
  region: 'us-east-1',
  accessKeyId: undefined,
};

/** What stands before a credential in the header. */
const credentialStart = /(?:^|[\s,])Credential=/;
const dateForm = /^\d{8}$/;
/** Wider than AWS's own names: an emulator's Region may be `local`. */
const regionForm = /^[a-z0-9-]{1,32}$/;
const accountForm = /^\d{12}$/;

/** What a header begins with until its scope has ended, and the place that it says: clients repeat it for a day. */
const places = new Map<string, CredentialPlace>();
const maxPlaces = 256;
/** Longer ones are not kept. */
const maxStart = 512;
const scopeEnd = '/aws4_request';
/** What the last header began with, and its place: the next one mostly begins so too. */
let lastStart = '';
let lastPlace: CredentialPlace = defaultPlace;

/**
 * The account and the region that a request is for, from its `Authorization` header. Signatures are not verified: an access key
 * id of twelve digits is the account, any other stands for the default account. Who sends no credential is there too; one that cannot
 * be read is refused, since what it asked for would be made in another account or Region than it meant.
 *
 * @throws {SignatureRefusal} for a credential without a scope, or with a Region that is none
 */
export function placeOfRequest(authorization: string | undefined): CredentialPlace {
  if (authorization === undefined) return defaultPlace;
  if (lastStart !== '' && authorization.startsWith(lastStart)) return lastPlace;
  // With the character after it, which decides whether the scope ends there.
  const at = authorization.indexOf(scopeEnd);
  const start = authorization.slice(0, at < 0 ? 0 : at + scopeEnd.length + 1);
  // A scope at the very end says nothing about headers that go on from there.
  const isEnded = at >= 0 && start.length > at + scopeEnd.length;
  const known = places.get(start);
  if (known !== undefined) return isEnded ? remember(start, known) : known;
  const match = credentialStart.exec(authorization);
  if (match === null) return defaultPlace;
  const from = match.index + match[0].length;
  const place = readPlace(authorization.slice(from).split(',', 1)[0] ?? '');
  if (at < from || start.length > maxStart) return place;
  if (places.size === maxPlaces) places.clear();
  places.set(start, place);
  return isEnded ? remember(start, place) : place;
}

function remember(start: string, place: CredentialPlace): CredentialPlace {
  lastStart = start;
  lastPlace = place;
  return place;
}

/** SigV4, "Credential": access key id / date / region / service / aws4_request. Before these four, all is the access key id. */
function readPlace(credential: string): CredentialPlace {
  const end = credential.indexOf(scopeEnd);
  const after = credential.slice(end + scopeEnd.length);
  if (end < 0 || (after.trimStart() === after && after !== '')) throw credentialMalformed(credential);
  const parts = credential.slice(0, end).split('/');
  const [date = '', region = ''] = parts.splice(-3);
  const accessKeyId = parts.join('/');
  if (accessKeyId === '' || !dateForm.test(date)) throw credentialMalformed(credential);
  if (!regionForm.test(region)) throw regionInvalid();
  return {
    accountId: accountForm.test(accessKeyId) ? accessKeyId : defaultPlace.accountId,
    region,
    accessKeyId,
  };
}

/**
 * The same for a presigned request, from its `X-Amz-Credential`.
 *
 * @throws {SignatureRefusal} as {@link placeOfRequest}
 */
export function placeOfCredential(credential: string): CredentialPlace {
  return readPlace(credential);
}
