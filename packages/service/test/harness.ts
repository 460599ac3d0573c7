import type { CryptoBackend } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import {
  type AuthenticatedStore,
  createKeyHierarchy,
  type KeyHierarchy,
  openMaster,
  type Store,
} from '@keyfold/key-hierarchy';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { ManualClock, TestRoot } from '@keyfold/key-hierarchy/testing';
import {
  type ApiErrorCode,
  decodeFrame,
  encodeFrame,
  mediaTypes,
  type OperationId,
  operationOf,
  type ResponseBody,
} from '@keyfold/protocol';
import { errorSchema, responseSchemas } from '@keyfold/protocol/schemas';
import { expect } from 'vitest';
import { type AuditRecord, createService, type Service, type ServiceDeps } from '../src/index.ts';

/** A request, as short as a test can say it. */
export interface Sent {
  readonly apiKey?: string | undefined;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>> | URLSearchParams;
  readonly json?: unknown;
  /** Sent as a frame with these attachments, where the operation takes one. */
  readonly attachments?: readonly Uint8Array[];
  /** Instead of `json` and `attachments`. */
  readonly body?: Uint8Array;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly requestId?: string;
}

/** An answer, read. */
export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text, frames included, to look for what should not be in it. */
  readonly text: string;
  readonly json: unknown;
  readonly attachments: readonly Uint8Array[];
  /** null for a success. */
  readonly code: ApiErrorCode | null;
}

/** One page of a list. */
interface Listed {
  readonly ids: readonly string[];
  readonly next: string | undefined;
}

export interface Harness {
  readonly service: Service;
  readonly hierarchy: KeyHierarchy;
  readonly rows: AuthenticatedStore;
  readonly store: Store;
  readonly root: TestRoot;
  readonly clock: ManualClock;
  readonly log: AuditRecord[];
  /** What `onError` was told. */
  readonly errors: unknown[];
  /** A key for all tenants that may do everything. */
  readonly admin: string;
  /** Sends a request; the answer is held against the protocol's schemas. */
  send(id: OperationId, sent?: Sent): Promise<Received>;
  /** Sends a request that must succeed, as the administrator unless it says otherwise. */
  ok<Id extends OperationId>(
    id: Id,
    sent?: Sent,
  ): Promise<{ json: ResponseBody<Id>; attachments: readonly Uint8Array[] }>;
  /** The ids of a list, page by page. */
  pages(id: 'listTenants' | 'listApiKeys', apiKey: string, limit: number): Promise<readonly Listed[]>;
  /** Makes a tenant with a service `billing`, and an application key for it. */
  tenant(id: string): Promise<string>;
}

export interface HarnessOptions {
  readonly backend?: CryptoBackend;
  readonly service?: Partial<ServiceDeps>;
  readonly store?: Store;
}

export async function start(options: HarnessOptions = {}): Promise<Harness> {
  const backend = options.backend ?? nodeBackend;
  const store = options.store ?? createMemoryStore();
  const root = new TestRoot();
  const clock = new ManualClock();
  const { rows } = await openMaster({ store, root, backend });
  const hierarchy = createKeyHierarchy({ rows, roots: () => root, backend, clock });
  const log: AuditRecord[] = [];
  const errors: unknown[] = [];
  const service = createService({
    hierarchy,
    rows,
    backend,
    clock,
    log: (record) => {
      log.push(record);
    },
    onError: (error) => errors.push(error),
    ...options.service,
  });
  const bootstrap = await service.apiKeys.create({ role: 'admin', tenants: '*', description: 'bootstrap' });
  const admin = bootstrap.apiKey;

  async function send(id: OperationId, sent: Sent = {}): Promise<Received> {
    const form = operationOf(id).request;
    const body = sent.body ?? bodyOf(form, sent);
    const response = await service.execute(id, {
      params: sent.params ?? {},
      query: sent.query instanceof URLSearchParams ? sent.query : new URLSearchParams(sent.query ?? {}),
      headers: {
        ...(sent.apiKey === undefined ? {} : { authorization: `Bearer ${sent.apiKey}` }),
        ...(form === 'none' ? {} : { 'content-type': mediaTypes[form] }),
        ...sent.headers,
      },
      body,
      requestId: sent.requestId ?? 'request-1',
    });
    return received(id, response.status, response.headers, response.body);
  }

  async function ok<Id extends OperationId>(
    id: Id,
    sent: Sent = {},
  ): Promise<{ json: ResponseBody<Id>; attachments: readonly Uint8Array[] }> {
    const answer = await send(id, { apiKey: admin, ...sent });
    expect(answer.code, answer.text).toBe(null);
    return { json: responseSchemas[id].parse(answer.json), attachments: answer.attachments };
  }

  return {
    service,
    hierarchy,
    rows,
    store,
    root,
    clock,
    log,
    errors,
    admin,
    send,
    ok,
    async pages(id, apiKey, limit) {
      const pages: Listed[] = [];
      // Bounded: a list that never ends would not yield to the test's timeout either.
      while (pages.length < 50) {
        const cursor = pages.at(-1)?.next;
        const query = { limit: String(limit), ...(cursor === undefined ? {} : { cursor }) };
        const { items, next } = (await ok(id, { apiKey, query })).json;
        pages.push({ ids: items.map((item) => item.id), next });
        if (next === undefined) return pages;
      }
      throw new Error('The list does not end.');
    },
    async tenant(id) {
      await hierarchy.createTenant({ id, root: root.reference });
      await hierarchy.createService(id, 'billing');
      const key = await service.apiKeys.create({ role: 'application', tenants: [id], description: id });
      return key.apiKey;
    },
  };
}

export function bodyOf(form: 'none' | 'json' | 'frame', { json, attachments = [] }: Sent): Uint8Array {
  if (form === 'none' && json === undefined) return new Uint8Array();
  return form === 'frame' ? encodeFrame(json, attachments) : new TextEncoder().encode(JSON.stringify(json));
}

function received(
  id: OperationId,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): Received {
  const text = Buffer.from(body).toString('latin1');
  const framed = headers['content-type'] === mediaTypes.frame;
  const { json, attachments } = framed
    ? decodeFrame(body)
    : {
        json: body.byteLength === 0 ? null : JSON.parse(Buffer.from(body).toString('utf8')),
        attachments: [],
      };
  if (status < 400) {
    responseSchemas[id].parse(json);
    expect(framed).toBe(operationOf(id).response === 'frame');
    return { status, headers, text, json, attachments, code: null };
  }
  const { error } = errorSchema.parse(json);
  expect(error.requestId).toBe(headers['x-request-id']);
  return { status, headers, text, json, attachments, code: error.code };
}
