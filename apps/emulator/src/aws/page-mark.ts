/**
 * Where a list goes on, as a text that clients hand back: base64url. It gives no access, and is not secret: what comes after it is looked
 * for among what the caller may see.
 */
export function writePageMark(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** The text of a mark; undefined for any other form than {@link writePageMark} gives it. */
export function readPageMark(mark: string): string | undefined {
  const text = Buffer.from(mark, 'base64url').toString('utf8');
  return writePageMark(text) === mark ? text : undefined;
}
