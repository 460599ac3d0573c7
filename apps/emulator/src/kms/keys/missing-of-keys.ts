import type { StoredRow } from '@keyfold/key-hierarchy';
import { decodeKeyRecord } from './key-record.ts';

/** A row of material is named as its key's is, with the material's id behind. */
const nameOf = (key: readonly string[]): string => JSON.stringify(key);

/**
 * What is missing where a key's row and those of its material do not belong together, which they are written and deleted together for:
 * every other row may be as it was written, and the key is lost all the same. Undefined where nothing is.
 *
 * @param rows - all of a state's; those of other tables are not looked at.
 * @throws {KmsStateUnreadableError} for a key's row that cannot be read
 */
export function missingOfKeys(rows: readonly StoredRow[]): string | undefined {
  const materials = new Set<string>();
  for (const { table, key } of rows) if (table === 'kms_key_materials') materials.add(nameOf(key));
  const keys = new Set<string>();
  for (const { table, key, content } of rows) {
    if (table !== 'kms_keys') continue;
    keys.add(nameOf(key));
    const isWhole = decodeKeyRecord(content).materials.every(
      ({ id, held }) => !held || materials.has(nameOf([...key, id])),
    );
    if (!isWhole) return 'the material of a KMS key';
  }
  const hasOwner = ({ table, key }: StoredRow): boolean =>
    table !== 'kms_key_materials' || keys.has(nameOf(key.slice(0, -1)));
  return rows.every(hasOwner) ? undefined : 'a KMS key whose material is there';
}
