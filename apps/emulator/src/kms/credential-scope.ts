import type { Place } from './keys/key-address.ts';

/** Where a request goes, and whose access key it names. */
export interface CredentialPlace extends Place {
  readonly accessKeyId: string | undefined;
}

const defaultPlace: CredentialPlace = {
  accountId: '000000000000',
  region: 'us-east-1',
  accessKeyId: undefined,
};

/** SigV4, "Credential": access key id / date / region / service / aws4_request. Bounded, so that no header makes it slow. */
const credentialForm =
  /\bCredential=([^/\s,]{1,128})\/\d{8}\/([a-z0-9-]{1,32})\/[a-z0-9-]{1,32}\/aws4_request\b/;
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
 * id of twelve digits is the account, any other stands for the default account.
 */
export function placeOfRequest(authorization: string | undefined): CredentialPlace {
  if (authorization === undefined) return defaultPlace;
  if (lastStart !== '' && authorization.startsWith(lastStart)) return lastPlace;
  const at = authorization.indexOf(scopeEnd);
  if (at < 0) return defaultPlace;
  // With the character after it, which decides whether the scope ends there.
  const start = authorization.slice(0, at + scopeEnd.length + 1);
  const known = places.get(start);
  // A scope at the very end says nothing about headers that go on from there.
  const isEnded = start.length > at + scopeEnd.length;
  if (known !== undefined) return isEnded ? remember(start, known) : known;
  const place = readPlace(start);
  if (place === undefined) return readPlace(authorization) ?? defaultPlace;
  if (start.length > maxStart) return place;
  if (places.size === maxPlaces) places.clear();
  places.set(start, place);
  return isEnded ? remember(start, place) : place;
}

function remember(start: string, place: CredentialPlace): CredentialPlace {
  lastStart = start;
  lastPlace = place;
  return place;
}

function readPlace(text: string): CredentialPlace | undefined {
  const [, accessKeyId, region] = credentialForm.exec(text) ?? [];
  if (accessKeyId === undefined || region === undefined) return undefined;
  return {
    accountId: accountForm.test(accessKeyId) ? accessKeyId : defaultPlace.accountId,
    region,
    accessKeyId,
  };
}

/** The same for a presigned request, from its `X-Amz-Credential`. */
export function placeOfCredential(credential: string): CredentialPlace {
  return placeOfRequest(`Credential=${credential}`);
}
