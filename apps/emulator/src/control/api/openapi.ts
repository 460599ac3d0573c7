import { createDocument, type ZodOpenApiObject, type ZodOpenApiOperationObject } from 'zod-openapi';
import { controlErrorSchema, type RequestErrorCode, requestErrors, statusOf } from './control-failure.ts';
import type { ControlRoute } from './control-route.ts';
import { controlRoutes } from './control-routes.ts';

/** Where the document is. */
export const openApiPath = '/_emulator/openapi.json';

type OpenApiDocument = ReturnType<typeof createDocument>;

let made: OpenApiDocument | undefined;

/** The control API's description in OpenAPI 3.1, made of the schemas that requests are read with. */
export function openApiDocument(): OpenApiDocument {
  made ??= createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Keyfold emulator: control',
      version: '1',
      description:
        'Puts the emulator into the states that tests need, and tells what it was asked for. For development only: whoever reaches it has power over everything in the emulator.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: paths(),
  });
  return made;
}

function paths(): NonNullable<ZodOpenApiObject['paths']> {
  const items: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of controlRoutes)
    items[route.path] = { ...items[route.path], [route.method]: operation(route) };
  items[openApiPath] = {
    get: {
      operationId: 'getDescription',
      summary: 'This document.',
      responses: {
        200: {
          description: 'The document.',
          content: { 'application/json': { schema: { type: 'object' } } },
        },
      },
    },
  };
  return items;
}

function operation(route: ControlRoute): ZodOpenApiOperationObject {
  const { id, summary, params, query, body, bodyOptional, success, otherwise } = route;
  return {
    operationId: id,
    summary,
    ...(params === undefined && query === undefined
      ? {}
      : {
          requestParams: {
            ...(params === undefined ? {} : { path: params }),
            ...(query === undefined ? {} : { query }),
          },
        }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: !bodyOptional, content: { 'application/json': { schema: body } } } }),
    responses: {
      [success.status]: {
        description: success.description,
        ...(success.schema === undefined ? {} : json(success.schema)),
      },
      ...Object.fromEntries(
        Object.entries(otherwise).map(([status, { description, schema }]) => [
          status,
          { description, ...json(schema) },
        ]),
      ),
      ...errors(route),
    },
  };
}

const json = (schema: NonNullable<ControlRoute['success']['schema']>) => ({
  content: { 'application/json': { schema } },
});

/** What every route may answer, and what this one does. */
function errors({ body, errors }: ControlRoute): Record<string, { description: string }> {
  const general: RequestErrorCode[] = [
    'invalid_request',
    'request_refused',
    'unsupported_media_type',
    'internal_error',
    ...(body === undefined ? [] : (['payload_too_large'] as const)),
  ];
  const codes = new Map<number, string[]>();
  for (const code of general) add(codes, requestErrors[code].status, code);
  for (const code of errors) add(codes, statusOf(code), code);
  return Object.fromEntries(
    [...codes].map(([status, names]) => [
      status,
      { description: `Refused: ${names.join(', ')}.`, ...json(controlErrorSchema) },
    ]),
  );
}

function add(codes: Map<number, string[]>, status: number, code: string): void {
  codes.set(status, [...(codes.get(status) ?? []), code]);
}
