import type { Shape } from '../../kms/model/shape.ts';
import type { ValueInTable } from '../../kms/model/shape-value.ts';
import { collections } from './collections.ts';
import { scalars } from './scalars.ts';
import { secretRequests } from './secret-requests.ts';
import { valueRequests } from './value-requests.ts';

/** The requests of all operations of AWS Secrets Manager. */
export const requestShapes: typeof valueRequests & typeof secretRequests = {
  ...valueRequests,
  ...secretRequests,
};

/**
 * The constraints of every member that a request may have, named as in AWS's service model (version 2017-10-17). Conformance tests
 * hold the table against the clients' models.
 */
export const shapes: typeof requestShapes & typeof collections & typeof scalars = {
  ...requestShapes,
  ...collections,
  ...scalars,
};

/** The name of a row of {@link shapes}. */
export type ShapeName = keyof typeof shapes;

/** What a member of the shape `Name` is once it has been read. */
export type ShapeValue<Name extends ShapeName> = ValueInTable<typeof shapes, Name>;

/** The row of that name, without the literal types of the table. */
export function shapeNamed(name: string): Shape {
  const shape: Shape | undefined = table[name];
  if (shape === undefined) throw new TypeError(`The shape table has no row ${name}.`);
  return shape;
}

/** The same table, by any name; also the proof that each row is a shape. */
const table: Readonly<Record<string, Shape>> = shapes;
