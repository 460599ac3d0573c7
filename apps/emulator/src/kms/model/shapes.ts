import { accessRequests } from './access-requests.ts';
import { collections } from './collections.ts';
import { encryptionRequests } from './encryption-requests.ts';
import { enumerations } from './enumerations.ts';
import { keyRequests } from './key-requests.ts';
import { keyStoreRequests } from './key-store-requests.ts';
import { materialRequests } from './material-requests.ts';
import { scalars } from './scalars.ts';
import type { Shape } from './shape.ts';
import { signatureRequests } from './signature-requests.ts';

/** The requests of all operations of AWS KMS. */
export const requestShapes: typeof keyRequests &
  typeof encryptionRequests &
  typeof signatureRequests &
  typeof materialRequests &
  typeof accessRequests &
  typeof keyStoreRequests = {
  ...keyRequests,
  ...encryptionRequests,
  ...signatureRequests,
  ...materialRequests,
  ...accessRequests,
  ...keyStoreRequests,
};

/**
 * The constraints of every member that a request may have, named as in AWS's service model (version 2014-11-01), with what
 * the SDK has beyond it. A conformance test holds the table against both.
 */
export const shapes: typeof requestShapes & typeof collections & typeof enumerations & typeof scalars = {
  ...requestShapes,
  ...collections,
  ...enumerations,
  ...scalars,
};

/** The name of a row of {@link shapes}. */
export type ShapeName = keyof typeof shapes;

/** Finds a row of a service's shape table. */
export type ShapeLookup = (name: string) => Shape;

/** The row of that name, without the literal types of the table. */
export function shapeNamed(name: string): Shape {
  const shape: Shape | undefined = table[name];
  if (shape === undefined) throw new TypeError(`The shape table has no row ${name}.`);
  return shape;
}

/** The same table, by any name; also the proof that each row is a shape. */
const table: Readonly<Record<string, Shape>> = shapes;
