import type { Clock } from '@keyfold/crypto-core';
import type { Support } from '../../aws/support.ts';
import type { Place } from '../../kms/keys/key-address.ts';
import type { AccessReport } from '../../kms/policy/access-gate.ts';
import type { CallerIdentity, Connection } from '../../kms/policy/caller-identity.ts';
import type { KnownCredentials } from '../../kms/policy/identity-registry.ts';
import type { Output } from '../../kms/wire/answers.ts';
import { checkShape } from '../../kms/wire/check-constraints.ts';
import { readShape } from '../../kms/wire/read-members.ts';
import { type ShapeName, type ShapeValue, shapeNamed } from '../model/shapes.ts';
import type { SecretAccessGate } from '../policy/secret-access-gate.ts';
import type { SecretBook } from '../secrets/secret-book.ts';
import type { ValueVault } from '../secrets/value-vault.ts';

/** What operations work with. */
export interface OperationTools {
  readonly secrets: SecretBook;
  readonly vault: ValueVault;
  readonly gate: SecretAccessGate;
  readonly clock: Clock;
}

/** One request as an operation sees it. */
export interface Call extends OperationTools {
  readonly caller: Place & { readonly operation: string };
  readonly identity: CallerIdentity;
  readonly credentials: KnownCredentials | undefined;
  readonly connection: Connection;
  /** Told of each decision about a permission of this request. */
  readonly onDecision: (report: AccessReport) => void;
}

/** A row of the operation table. */
export interface Operation extends Support {
  readonly name: string;
  /** The row of the shape table that constrains its request. */
  readonly input: ShapeName;
  /**
   * Reads, checks and carries out a request.
   *
   * @returns the result's members, or undefined where AWS answers with an empty body
   * @throws {SecretsFault} or {@link KmsFault} for every error that AWS documents
   */
  execute(json: unknown, call: Call): Promise<Output | undefined>;
}

/** Ties an operation to its request's shape, from which the type of `input` follows. */
export function defineOperation<Name extends ShapeName>(
  name: string,
  input: Name,
  support: Support,
  run: (input: ShapeValue<Name>, call: Call) => Promise<Output | undefined>,
): Operation {
  return {
    name,
    input,
    ...support,
    execute: async (json, call) => {
      const members = readShape(input, json, shapeNamed);
      checkShape(input, members, shapeNamed);
      return run(members as ShapeValue<Name>, call);
    },
  };
}
