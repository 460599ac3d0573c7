import type { Awaitable, Clock } from '@keyfold/crypto-core';
import type { DataKeySource } from '../crypto/data-key-source.ts';
import type { NonceSource } from '../crypto/nonce-source.ts';
import type { AliasBook } from '../keys/alias-book.ts';
import type { GrantBook } from '../keys/grant-book.ts';
import type { ImportParametersStore } from '../keys/import-parameters.ts';
import type { Caller } from '../keys/key-reference.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { KeyStoreBook } from '../keys/key-store-book.ts';
import type { KeyUses } from '../keys/key-uses.ts';
import type { ManagedKeys } from '../keys/managed-keys.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import type { ShapeName } from '../model/shapes.ts';
import type { Members } from '../policy/access-context.ts';
import type { Admission } from '../policy/access-gate.ts';
import type { CallerIdentity, Connection } from '../policy/caller-identity.ts';
import type { Output } from '../wire/answers.ts';
import { checkConstraints } from '../wire/check-constraints.ts';
import { readMembers } from '../wire/read-members.ts';

/** What operations work with. */
export interface OperationTools {
  readonly keys: KeyRing;
  readonly aliases: AliasBook;
  readonly grants: GrantBook;
  readonly keyStores: KeyStoreBook;
  readonly imports: ImportParametersStore;
  readonly uses: KeyUses;
  readonly managedKeys: ManagedKeys;
  readonly clock: Clock;
  readonly nonces: NonceSource;
  readonly dataKeys: DataKeySource;
}

/** One request as an operation sees it. */
export interface Call extends OperationTools {
  readonly caller: Caller;
  readonly identity: CallerIdentity;
  readonly connection: Connection;
  /** The keys that the caller was let through to; undefined: all of the caller's own account. */
  readonly admission: Admission;
  /** As the answer names it. */
  readonly requestId: string;
}

/** A row of the operation table. */
export interface Operation {
  readonly name: string;
  /** The row of the shape table that constrains its request. */
  readonly input: ShapeName;
  /**
   * Reads a request and checks it against its shape.
   *
   * @throws {KmsFault} where it is not as the shape says
   */
  read(json: unknown): ReadRequest;
}

/** A request that has been read: once, for who decides about it and who carries it out. */
export interface ReadRequest {
  readonly members: Members;
  /**
   * Carries it out.
   *
   * @returns the result's members, or undefined where AWS answers with an empty body
   * @throws {KmsFault} for every error that AWS documents
   */
  run(call: Call): Awaitable<Output | undefined>;
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
    read: (json) => {
      const members = readMembers(input, json);
      checkConstraints(input, members);
      return { members: members as Members, run: (call) => run(members, call) };
    },
  };
}
