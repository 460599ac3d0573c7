import { enumerations } from '../kms/model/enumerations.ts';
import { flag, list, map, oneOf, record } from './combine-schemas.ts';
import { bytesMembers, formed, integer, namedTexts, policyText, text, time } from './forms.ts';
import { PlainNumber } from './plain-number.ts';
import { Schema } from './schema.ts';
import type { WrittenSeed } from './written-seed.ts';

/** Bounds of lists: far above what a seed needs, and below what would keep an emulator from starting. */
const many = 10_000;
const some = 256;

const { hex, base64 } = bytesMembers;
const tags = namedTexts(128, 256);
const description = text(8192);

const materialMembers = { ...bytesMembers, description: text(256).optional(), validTo: time.optional() };
const olderMaterial = map({
  ...materialMembers,
  rotatedAt: time.optional(),
  rotatedBy: oneOf(['AUTOMATIC', 'ON_DEMAND']).optional(),
});

const grant = map({
  name: formed('grantName'),
  id: formed('grantId').optional(),
  grantee: text(256).optional(),
  granteeService: text(256).optional(),
  retiring: text(256).optional(),
  retiringService: text(256).optional(),
  operations: list(oneOf(enumerations.GrantOperation.values), { min: 1, max: some }),
  constraints: map({
    contextEquals: namedTexts(8192, 8192).optional(),
    contextSubset: namedTexts(8192, 8192).optional(),
    sourceArn: text(2048).optional(),
  }).optional(),
});

/** AWS KMS API reference, "ScheduleKeyDeletion": 7 to 30 days. */
const copyMembers = {
  description: description.optional(),
  tags: tags.optional(),
  policy: policyText.optional(),
  state: oneOf(['Enabled', 'Disabled', 'PendingDeletion']).optional(),
  deletionWindowDays: integer(7, 30).optional(),
  aliases: list(formed('aliasName'), { max: 50 }).optional(),
  grants: list(grant, { max: many }).optional(),
};

const key = map({
  id: formed('keyId'),
  region: formed('region').optional(),
  spec: oneOf(enumerations.KeySpec.values).optional(),
  usage: oneOf(enumerations.KeyUsageType.values).optional(),
  origin: oneOf(['AWS_KMS', 'EXTERNAL']).optional(),
  createdAt: time.optional(),
  ...copyMembers,
  material: olderMaterial.optional(),
  olderMaterials: list(olderMaterial, { max: some }).optional(),
  pendingMaterial: map(materialMembers).optional(),
  // AWS KMS API reference, "EnableKeyRotation": 90 to 2560 days.
  rotation: map({
    enabled: flag,
    periodDays: integer(90, 2560).optional(),
    nextAt: time.optional(),
  }).optional(),
  replicas: list(map({ region: formed('region'), ...copyMembers }), { max: some }).optional(),
});

/** One value of a condition key, or several. */
const contextValues: Schema<string | readonly string[]> = new Schema((value, path, problems) => {
  const written: unknown = value instanceof PlainNumber ? value.source : value;
  if (typeof written === 'string') return written;
  if (Array.isArray(written) && written.every((entry) => typeof entry === 'string')) return written;
  problems.add(
    path,
    'is neither a text nor a list of texts',
    'Write the values of the condition key as texts.',
  );
  return undefined;
});

const identity = map({
  arn: text(2048),
  tags: tags.optional(),
  policies: record(128, policyText).optional(),
  accessKeys: list(
    map({
      id: text(128),
      secret: text(256),
      sessionToken: text(4096).optional(),
      expiresAt: time.optional(),
      sessionName: text(64).optional(),
      context: record(256, contextValues).optional(),
    }),
    { max: some },
  ).optional(),
});

/** AWS Secrets Manager API reference, "CreateSecret": 65,536 bytes, of which each is two digits, and may be followed by a line break. */
const secretBytes = text(3 * 65_536).optional();
const secretValue = { string: text(65_536).optional(), hex: secretBytes, base64: secretBytes };
const secret = map({
  name: text(512),
  region: formed('region').optional(),
  arnSuffix: formed('arnSuffix').optional(),
  description: text(2048).optional(),
  kmsKeyId: text(2048).optional(),
  tags: tags.optional(),
  ...secretValue,
  versions: list(
    map({
      id: text(64).optional(),
      stages: list(text(256), { max: 20 }),
      ...secretValue,
    }),
    { min: 1, max: 100 },
  ).optional(),
});

const account = map({
  id: formed('accountId'),
  region: formed('region').optional(),
  identities: list(identity, { max: many }).optional(),
  keys: list(key, { max: many }).optional(),
  secrets: list(secret, { max: many }).optional(),
});

const tenant = map({
  id: formed('identifier'),
  root: formed('keyArn'),
  material: map({ hex, base64 }).optional(),
  services: list(map({ id: formed('identifier'), keyVersions: integer(1, 100).optional() }), {
    max: many,
  }).optional(),
});

const tenantGrant: Schema<'*' | readonly string[]> = new Schema((value, path, problems) => {
  if (value === '*') return value;
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
  problems.add(path, 'is no list of tenants', 'Write "*" for all tenants, or a list of their ids.');
  return undefined;
});

const apiKey = map({
  key: formed('apiKey'),
  role: oneOf(['admin', 'application']),
  tenants: tenantGrant,
  description: text(200).optional(),
});

/** The emulator's own format. */
export const seedSchema: Schema<WrittenSeed> = map({
  version: oneOf([1]),
  accounts: list(account, { max: many }).optional(),
  tenants: list(tenant, { max: many }).optional(),
  apiKeys: list(apiKey, { max: many }).optional(),
});
