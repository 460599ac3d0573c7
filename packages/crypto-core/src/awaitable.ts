/**
 * A value now or later. Web Crypto can only answer later; `node:crypto` answers at once, which is several
 * times faster.
 */
export type Awaitable<T> = T | Promise<T>;
