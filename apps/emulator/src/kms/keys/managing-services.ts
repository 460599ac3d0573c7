import { type Caller, type KeyReference, readKeyReference } from './key-reference.ts';
import type { ManagingService } from './managed-keys.ts';

/**
 * Services of AWS's with a predefined alias, which ListAliases shows before there is a key behind it. AWS has one for each service
 * that encrypts by itself; these are the usual ones.
 */
const titles: Readonly<Record<string, string>> = {
  acm: 'AWS Certificate Manager',
  backup: 'AWS Backup',
  codecommit: 'AWS CodeCommit',
  dms: 'AWS Database Migration Service',
  dynamodb: 'Amazon DynamoDB',
  ebs: 'Amazon EBS',
  elasticfilesystem: 'Amazon EFS',
  es: 'Amazon OpenSearch Service',
  fsx: 'Amazon FSx',
  glue: 'AWS Glue',
  kinesis: 'Amazon Kinesis',
  kinesisvideo: 'Amazon Kinesis Video Streams',
  lambda: 'AWS Lambda',
  rds: 'Amazon RDS',
  redshift: 'Amazon Redshift',
  s3: 'Amazon S3',
  secretsmanager: 'AWS Secrets Manager',
  sns: 'Amazon SNS',
  sqs: 'Amazon SQS',
  ssm: 'AWS Systems Manager',
  workspaces: 'Amazon WorkSpaces',
  xray: 'AWS X-Ray',
};

/** The services by their predefined aliases, in order. */
export const predefinedAliases: ReadonlyMap<string, ManagingService> = new Map(
  Object.entries(titles).map(([name, title]) => [
    `alias/aws/${name}`,
    { name, title, description: `Default key that protects my ${title} data when no other key is defined` },
  ]),
);

/** A reference to the AWS managed key of a service. */
export interface ManagedKeyReference extends Extract<KeyReference, { kind: 'alias' }> {
  readonly service: ManagingService;
}

/** What a `KeyId` says that is a predefined alias of the caller's own account. */
export function readPredefinedAlias(keyId: string, caller: Caller): ManagedKeyReference | undefined {
  const reference = readKeyReference(keyId, caller);
  if (reference.kind !== 'alias' || reference.place.accountId !== caller.accountId) return undefined;
  const service = predefinedAliases.get(reference.name);
  return service && { ...reference, service };
}
