import { CallPromise, type WithResponse } from './call-promise.ts';
import type { Page } from './page.ts';

/** How a list goes on. */
export interface ListSource<Item> {
  readonly first: Promise<WithResponse<Page<Item>>>;
  /** Asks for the page after. */
  readonly next: (cursor: string) => Promise<Page<Item>>;
  /** Throws once the caller's signal is aborted. */
  readonly throwIfAborted: () => void;
  /** The error of a cursor that the service gave before: the list would never end. */
  readonly repeatedCursor: () => Error;
  /** Items after which the list is left, or undefined for all of them. */
  readonly maxItems: number | undefined;
}

/**
 * A list: a promise of its first page, and an iterable of all items, page by page as they are asked for.
 *
 * @example
 * ```ts
 * const { items, next } = await keyfold.tenants.list({ limit: 10 });
 * for await (const tenant of keyfold.tenants.list()) console.log(tenant.id);
 * ```
 */
export class ListPromise<Item> extends CallPromise<Page<Item>> implements AsyncIterable<Item> {
  readonly #source: ListSource<Item>;

  constructor(source: ListSource<Item>) {
    super(source.first);
    this.#source = source;
  }

  /** The pages, each asked for when the one before it was used. */
  async *pages(): AsyncGenerator<Page<Item>, void, undefined> {
    const { first, next, throwIfAborted, repeatedCursor } = this.#source;
    const cursors = new Set<string>();
    let page = (await first).data;
    for (;;) {
      throwIfAborted();
      yield page;
      if (page.next === undefined) return;
      if (cursors.has(page.next)) throw repeatedCursor();
      cursors.add(page.next);
      throwIfAborted();
      page = await next(page.next);
    }
  }

  /** All items from the first page on, up to `maxItems`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    const { maxItems = Number.POSITIVE_INFINITY, throwIfAborted } = this.#source;
    let left = maxItems;
    for await (const { items } of this.pages()) {
      for (const item of items) {
        throwIfAborted();
        yield item;
        left -= 1;
        if (left === 0) return;
      }
    }
  }
}
