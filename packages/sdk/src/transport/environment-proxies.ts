import { OptionUnsupportedError } from '../configuration-errors.ts';
import type { Environment } from '../runtime.ts';
import type { BaseUrl } from './base-url.ts';

/** Whether the program may not see a variable, which the runtime itself obeys nevertheless. */
export type IsHidden = (name: string) => boolean;

/** What sends plain http to a proxy: in Deno and Bun all four, in Node the first two (with NODE_USE_ENV_PROXY). */
const proxies = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

const exceptions = ['NO_PROXY', 'no_proxy'];

/**
 * Plain http is for this machine alone, and `fetch` cannot be told to go there directly: a proxy of the environment would
 * be shown API key and data keys.
 *
 * @throws {@link OptionUnsupportedError} when a proxy is named from which the server is not excepted, or may be
 */
export function requireNoProxy(
  { origin, secure }: BaseUrl,
  environment: Environment,
  isHidden: IsHidden,
): void {
  if (secure) return;
  const visible = (name: string): string | undefined => {
    if (!isHidden(name)) return environment[name];
    throw new OptionUnsupportedError(
      `Plain http needs to see ${name}, which the program may not: fetch would obey it (Deno: --allow-env=${[...proxies, ...exceptions]}).`,
    );
  };
  const named = proxies.find((name) => (visible(name) ?? '') !== '');
  if (named === undefined) return;
  const lists = exceptions.map(visible).filter((list) => list !== undefined);
  const spellings = spellingsOf(new URL(origin).hostname);
  if (lists.length > 0 && lists.every((list) => namesAll(list, spellings))) return;
  throw new OptionUnsupportedError(
    `${named} would send plain http to a proxy, which fetch cannot be told to leave out: NO_PROXY must name ${spellings}.`,
  );
}

/**
 * Runtimes do not agree on the rest: on `*`, networks, ports, capital letters, spaces for commas, on which list wins and
 * whether an empty one does. So every list that there is must have the host itself.
 */
function namesAll(list: string, spellings: readonly string[]): boolean {
  const names = list.split(',').map((name) => name.trim());
  return spellings.every((spelling) => names.includes(spelling));
}

/** Deno knows an address of IPv6 without its brackets only, Node with them only. */
function spellingsOf(hostname: string): readonly string[] {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return bare === hostname ? [hostname] : [bare, hostname];
}
