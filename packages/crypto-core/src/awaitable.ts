/**
 * A value now or later. Web Crypto can only answer later; `node:crypto` answers at once, which is several
 * times faster.
 *
 * What a function that gives an Awaitable refuses comes in the same way: it throws at once, or gives a promise that rejects.
 * `await` inside of `try` meets both.
 */
export type Awaitable<T> = T | Promise<T>;
