/**
 * Every table of the emulator's state: what a snapshot holds. A row of any other table is refused when it is written, so that
 * none can be forgotten here.
 */
export const stateTables: readonly string[] = [
  // The key hierarchy and the service above it.
  'master_key',
  'tenant',
  'tenant_key',
  'service',
  'service_key',
  'key_reference',
  'api-keys',
  'api-key-requests',
  // AWS KMS.
  'kms_keys',
  'kms_key_materials',
  'kms_aliases',
  'kms_grants',
  'kms_custom_key_stores',
  'kms_import_parameters',
  'kms_key_uses',
  // AWS Secrets Manager.
  'secretsmanager_secrets',
  'secretsmanager_values',
  // The emulator's own, such as what an import brought along.
  'emulator_notes',
];

/** By how much rows' revisions are ahead of the store's count, by table and key. Kept where state was put back. */
export const revisionTable = 'emulator_revisions';

/** The number of the state's format: of what is kept on a disk, and so no part of what is put back or taken elsewhere. */
export const formatTable = 'emulator_format';
