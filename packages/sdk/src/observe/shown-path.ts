/** Names in a query whose values are shown. */
const shownQueryNames: readonly string[] = ['limit'];

/** A path with its query, for logs and spans: the values of names that are not on the list are left out. */
export function shownPath(path: string): string {
  const [plain = '', query] = path.split('?', 2);
  if (query === undefined) return plain;
  const shown = [...new URLSearchParams(query)].map(
    ([name, value]) =>
      `${encodeURIComponent(name)}=${shownQueryNames.includes(name) ? encodeURIComponent(value) : 'REDACTED'}`,
  );
  return `${plain}?${shown.join('&')}`;
}
