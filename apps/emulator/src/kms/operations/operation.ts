import type { Awaitable, Clock } from '@keyfold/crypto-core';
import type { NonceSource } from '../crypto/nonce-source.ts';
import type { Caller } from '../keys/key-reference.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import type { ShapeName } from '../model/shapes.ts';
import type { Output } from '../wire/answers.ts';
import { checkConstraints } from '../wire/check-constraints.ts';
import { readMembers } from '../wire/read-members.ts';

/** What operations work with. */
export interface OperationTools {
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly nonces: NonceSource;
}

/** One request as an operation sees it. */
export interface Call extends OperationTools {
  readonly caller: Caller;
}

/** A row of the operation table. */
export interface Operation {
  readonly name: string;
  /** The row of the shape table that constrains its request. */
  readonly input: ShapeName;
  /**
   * Reads, checks and carries out a request.
   *
   * @returns the result's members, or undefined where AWS answers with an empty body
   * @throws {KmsFault} for every error that AWS documents
   */
  execute(json: unknown, call: Call): Awaitable<Output | undefined>;
}

/** Ties an operation to its request's shape, from which the type of `input` follows. */
export function defineOperation<Name extends ShapeName>(
  name: string,
  input: Name,
  run: (input: ShapeValue<Name>, call: Call) => Awaitable<Output | undefined>,
): Operation {
  return {
    name,
    input,
    execute: (json, call) => {
      const members = readMembers(input, json);
      checkConstraints(input, members);
      return run(members, call);
    },
  };
}
