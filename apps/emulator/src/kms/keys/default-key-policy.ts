import { accountPrincipalArn, type Place } from './key-address.ts';

/** The key policy that AWS attaches where a request brings none: the account may do everything. */
export function defaultKeyPolicy(place: Place): string {
  const policy = {
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: accountPrincipalArn(place) },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  };
  return JSON.stringify(policy, null, 2);
}
