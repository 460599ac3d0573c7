import type { z } from 'zod';
import type { Controlled } from './controlled.ts';
import type { SnapshotShelf } from './snapshot-shelf.ts';

/** What routes work with. */
export interface ControlTools {
  readonly emulator: Controlled;
  /** Whether everything that is there from the start is there. */
  readonly isReady: () => boolean;
  readonly snapshots: SnapshotShelf;
}

type Read<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** One route of the control API, in every respect: routing, validation and the description are made of it. */
export interface ControlRoute {
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** As OpenAPI writes it. */
  readonly path: string;
  readonly summary: string;
  readonly params: z.ZodObject | undefined;
  readonly query: z.ZodObject | undefined;
  readonly body: z.ZodType | undefined;
  /** Whether the body may be left out; it then is `{}`. */
  readonly bodyOptional: boolean;
  readonly success: { readonly status: number; readonly description: string; readonly schema?: z.ZodType };
  /** Other answers than errors: by status. */
  readonly otherwise: Readonly<Record<number, { readonly description: string; readonly schema: z.ZodType }>>;
  /** The codes that only this route answers with. */
  readonly errors: readonly string[];
  /** The longest body in bytes. */
  readonly maxBodyBytes: number;
  /** @param request - parsed by the schemas above. */
  run(
    tools: ControlTools,
    request: { readonly params: unknown; readonly query: unknown; readonly body: unknown },
  ): Promise<RouteAnswer>;
}

/** What a route answers: its success, or another status that it has. */
export interface RouteAnswer {
  readonly status?: number;
  readonly body?: unknown;
}

/** What a route is defined by; the types of what `run` gets follow from the schemas. */
interface RouteDefinition<
  Params extends z.ZodObject | undefined,
  Query extends z.ZodObject | undefined,
  Body extends z.ZodType | undefined,
> {
  readonly id: string;
  readonly method: ControlRoute['method'];
  readonly path: string;
  readonly summary: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly bodyOptional?: boolean;
  readonly success: ControlRoute['success'];
  readonly otherwise?: ControlRoute['otherwise'];
  readonly errors?: readonly string[];
  readonly maxBodyBytes?: number;
  readonly run: (
    tools: ControlTools,
    request: { readonly params: Read<Params>; readonly query: Read<Query>; readonly body: Read<Body> },
  ) => RouteAnswer | Promise<RouteAnswer>;
}

/** The success of what has nothing to say. */
export const done: ControlRoute['success'] = { status: 204, description: 'It is done.' };

const defaultMaxBodyBytes = 1024 * 1024;

export function defineRoute<
  Params extends z.ZodObject | undefined = undefined,
  Query extends z.ZodObject | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(definition: RouteDefinition<Params, Query, Body>): ControlRoute {
  const { run, params, query, body } = definition;
  return {
    bodyOptional: false,
    otherwise: {},
    errors: [],
    maxBodyBytes: defaultMaxBodyBytes,
    ...definition,
    params,
    query,
    body,
    // What the schemas have read is of the types that follow from them.
    run: async (tools, request) => run(tools, request as Parameters<typeof run>[1]),
  };
}
