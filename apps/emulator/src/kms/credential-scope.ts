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

/**
 * The account and the region that a request is for, from its `Authorization` header. Signatures are not verified: an access key
 * id of twelve digits is the account, any other stands for the default account.
 */
export function placeOfRequest(authorization: string | undefined): CredentialPlace {
  const [, accessKeyId, region] = credentialForm.exec(authorization ?? '') ?? [];
  if (accessKeyId === undefined || region === undefined) return defaultPlace;
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
