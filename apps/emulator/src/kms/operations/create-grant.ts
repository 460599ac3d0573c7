import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';
import { type Grant, grantToken } from '../keys/grant-book.ts';
import type { Key } from '../keys/key.ts';
import type { KeyUsage } from '../keys/key-specs.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import type { GrantOperation, GrantRecord } from '../policy/grant.ts';
import { grantConstraints } from '../policy/grant-use.ts';
import { principalArnForm, rootPrincipal } from '../policy/principal.ts';
import { missingMember } from '../wire/check-constraints.ts';
import { dryRunSucceeded } from './dry-run-succeeded.ts';
import { findManagedKey } from './find-key.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';
import { requireState } from './require-usable.ts';

type CreateGrantInput = ShapeValue<'CreateGrantRequest'>;

/** AWS KMS developer guide, "Grants in AWS KMS", "Supported grant operations": what each kind of key can be granted for. */
const always: readonly GrantOperation[] = ['CreateGrant', 'DescribeKey', 'RetireGrant'];
const symmetric: readonly GrantOperation[] = [
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
];
const byUsage: Readonly<Record<KeyUsage, readonly GrantOperation[]>> = {
  ENCRYPT_DECRYPT: ['Decrypt', 'Encrypt', 'GetPublicKey', 'ReEncryptFrom', 'ReEncryptTo'],
  SIGN_VERIFY: ['GetPublicKey', 'Sign', 'Verify'],
  GENERATE_VERIFY_MAC: ['GenerateMac', 'VerifyMac'],
  KEY_AGREEMENT: ['DeriveSharedSecret', 'GetPublicKey'],
  ENCAPSULATE_DECAPSULATE: ['Decapsulate', 'Encapsulate', 'GetPublicKey'],
};
/** AWS KMS API reference, "CreateGrant", Constraints: pairs of a constraint, and characters of a pair's value. */
const maxContextPairs = 8;
const maxContextValueLength = 384;

/** AWS KMS API reference, "CreateGrant". The same request under the same name makes no second grant. */
export const createGrant: Operation = defineOperation(
  'CreateGrant',
  'CreateGrantRequest',
  async (input, call) => {
    const key = await findManagedKey(input.KeyId, call);
    checkPrincipals(input);
    checkOperations(input, key);
    checkConstraintsOf(input, key);
    requireState(key, 'CreateGrant');
    if (input.DryRun === true) throw dryRunSucceeded();
    const record = recordOf(input, call);
    const grant = { id: randomBytes(32).toString('hex'), address: key.address, record };
    const kept =
      record.name === ''
        ? await keep(grant, call)
        : await call.grants.exclusively(
            async () => (await findSame(record, key, call)) ?? (await keep(grant, call)),
          );
    return { GrantId: kept.id, GrantToken: grantToken(kept) };
  },
);

function checkPrincipals(input: CreateGrantInput): void {
  const { GranteePrincipal, GranteeServicePrincipal, RetiringPrincipal, RetiringServicePrincipal } = input;
  if (GranteePrincipal === undefined && GranteeServicePrincipal === undefined)
    throw missingMember('granteePrincipal');
  if (GranteePrincipal !== undefined && GranteeServicePrincipal !== undefined)
    throw ownFault('grantTwoGrantees');
  if (RetiringPrincipal !== undefined && RetiringServicePrincipal !== undefined)
    throw ownFault('grantTwoRetiring');
  // As AWS Lambda quotes AWS KMS in its own refusal, wherever it is reported.
  for (const arn of [GranteePrincipal, RetiringPrincipal])
    if (arn !== undefined && !principalArnForm.test(arn))
      throw new KmsFault('InvalidArnException', `ARN does not refer to a valid principal: ${arn}`);
  const isService = GranteeServicePrincipal !== undefined;
  const isRetirable = RetiringPrincipal !== undefined || RetiringServicePrincipal !== undefined;
  if (isService && (input.Constraints?.SourceArn === undefined || !isRetirable))
    throw ownFault('grantToService');
}

function checkOperations({ Operations }: CreateGrantInput, { record }: Key): void {
  const isSymmetric = record.keySpec === 'SYMMETRIC_DEFAULT';
  const supported = isSymmetric ? symmetric : byUsage[record.keyUsage];
  const other = Operations.find((name) => !always.includes(name) && !supported.includes(name));
  if (other !== undefined)
    throw ownFault('grantOperation', {
      operation: other,
      keySpec: record.keySpec,
      keyUsage: record.keyUsage,
    });
}

function checkConstraintsOf({ Constraints = {} }: CreateGrantInput, { record }: Key): void {
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } = Constraints;
  if (equals === undefined && subset === undefined) return;
  if (record.keySpec !== 'SYMMETRIC_DEFAULT') throw ownFault('grantConstraintsOfAsymmetric');
  for (const pairs of [equals ?? [], subset ?? []]) {
    if (pairs.length > maxContextPairs) throw ownFault('grantConstraintPairs', { max: maxContextPairs });
    if (pairs.some(([, value]) => [...value].length > maxContextValueLength))
      throw ownFault('grantConstraintValue', { max: maxContextValueLength });
  }
}

function recordOf(input: CreateGrantInput, { caller, clock }: Call): GrantRecord {
  const { GranteePrincipal, GranteeServicePrincipal, RetiringPrincipal, RetiringServicePrincipal } = input;
  return {
    format: 1,
    createdAtMs: clock.now().wallMs,
    name: input.Name ?? '',
    ...(GranteePrincipal === undefined ? {} : { granteePrincipal: GranteePrincipal }),
    ...(GranteeServicePrincipal === undefined ? {} : { granteeServicePrincipal: GranteeServicePrincipal }),
    ...(RetiringPrincipal === undefined ? {} : { retiringPrincipal: RetiringPrincipal }),
    ...(RetiringServicePrincipal === undefined ? {} : { retiringServicePrincipal: RetiringServicePrincipal }),
    issuingAccount: rootPrincipal(caller.accountId, caller.region).arn,
    operations: [...new Set(input.Operations)],
    ...(input.Constraints === undefined ? {} : { constraints: grantConstraints(input.Constraints) }),
  };
}

async function keep(grant: Grant, { grants }: Call): Promise<Grant> {
  await grants.change(grant.address, grant.id, () => grant.record);
  return grant;
}

async function findSame(record: GrantRecord, { address }: Key, { grants }: Call): Promise<Grant | undefined> {
  for await (const grant of grants.of(address)) {
    const { createdAtMs } = grant.record;
    // Stored rows are JSON, so that the new one is compared as it would be read back.
    if (isDeepStrictEqual(grant.record, JSON.parse(JSON.stringify({ ...record, createdAtMs })))) return grant;
  }
  return undefined;
}
