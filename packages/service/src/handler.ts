import type { Awaitable, SecretBytes } from '@keyfold/crypto-core';
import type {
  OperationId,
  OperationParameters,
  PageQuery,
  RequestBody,
  ResponseBody,
} from '@keyfold/protocol';
import type { Principal } from './principal.ts';

/** A request that was authenticated, authorised and checked against its schemas. */
interface Call<Id extends OperationId> {
  readonly principal: Principal;
  readonly params: OperationParameters<Id>;
  /** Empty for an operation that is not a list. */
  readonly query: PageQuery;
  readonly body: RequestBody<Id>;
  /** Views of the request's body; whoever makes keys of them takes them with `SecretBytes.take`. */
  readonly attachments: readonly Uint8Array[];
  /** Only where the operation takes one. */
  readonly idempotencyKey: string | undefined;
}

/** What an operation answers when it succeeds. */
export interface Answer<Id extends OperationId> {
  readonly status: number;
  readonly body: ResponseBody<Id>;
  /** The attachments of a frame, in order. The service disposes of them once they are copied into it. */
  readonly keys?: readonly SecretBytes[];
}

/** One operation. What it throws becomes the answer, by its code. */
type Handler<Id extends OperationId> = (call: Call<Id>) => Awaitable<Answer<Id>>;

/** The handlers of some operations, by id. */
export type Handlers<Ids extends OperationId = OperationId> = { readonly [Id in Ids]: Handler<Id> };
