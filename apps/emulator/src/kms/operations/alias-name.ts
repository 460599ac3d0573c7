import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';

const prefix = 'alias/';

/**
 * What AWS asks of an alias's name beyond the pattern of its shape.
 *
 * AWS KMS developer guide, "About aliases": nobody but AWS has permission for those that begin with `alias/aws/`.
 *
 * @throws {KmsFault} ValidationException without the prefix or with a colon; NotAuthorizedException for AWS's own
 */
export function checkAliasName(name: string): void {
  if (!name.startsWith(prefix) || name === prefix)
    throw new KmsFault(
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  if (name.startsWith('alias/aws/')) throw ownFault('aliasReserved');
  // As AWS answers: github.com/hashicorp/terraform-provider-aws/issues/12891.
  if (name.includes(':'))
    throw new KmsFault('ValidationException', `${name} contains invalid characters for an alias`);
}
