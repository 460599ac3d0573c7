import { hash } from 'node:crypto';
import { headersByName, queryParameters, type SignedRequest } from './signed-request.ts';

export interface CanonicalOptions {
  /** Lower-case names in order. */
  readonly signedHeaders: readonly string[];
  /** Whether `.`, `..` and empty segments are resolved first, as every service but S3 does. */
  readonly normalizePath: boolean;
}

/** The parameter that a presigned request's signature cannot cover: itself. */
const signatureParameter = 'X-Amz-Signature';

/**
 * The canonical form that both sides sign.
 *
 * IAM user guide, "Create a signed AWS API request", step 1: method, path, query, headers, header names, payload hash.
 */
export function canonicalRequest(
  request: SignedRequest,
  { signedHeaders, normalizePath }: CanonicalOptions,
): string {
  const headers = headersByName(request);
  return [
    request.method,
    canonicalPath(request.target, normalizePath),
    canonicalQuery(request.target),
    ...signedHeaders.map((name) => `${name}:${canonicalValue(headers.get(name) ?? [])}`),
    '',
    signedHeaders.join(';'),
    hash('sha256', request.body, 'hex'),
  ].join('\n');
}

/** Encoded once more than it was sent: what came as `%20` is signed as `%2520`, except under S3. */
function canonicalPath(target: string, normalize: boolean): string {
  const path = target.split('?', 1)[0] ?? '';
  const encoded = (normalize ? normalized(path) : path)
    .split('/')
    .map((segment) => encode(segment))
    .join('/');
  return encoded === '' ? '/' : encoded;
}

/** RFC 3986 §5.2.4, and runs of slashes count as one. */
function normalized(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '.' && segment !== '') kept.push(segment);
  }
  const isFolder = /(?:^|\/)\.{0,2}$/.test(path) && kept.length > 0;
  return `/${kept.join('/')}${isFolder ? '/' : ''}`;
}

function canonicalQuery(target: string): string {
  return queryParameters(target)
    .filter(([name]) => name !== signatureParameter)
    .map(([name, value]): readonly [string, string] => [encode(name), encode(value)])
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** Encoded text is ASCII, so that comparing its units compares its bytes. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function canonicalValue(values: readonly string[]): string {
  return values.map((value) => singleSpaced(value.trim())).join(',');
}

/** Most values have no runs of blanks. */
function singleSpaced(value: string): string {
  return value.includes('  ') || value.includes('\t') ? value.replaceAll(/[ \t]+/g, ' ') : value;
}

/** Everything but RFC 3986's unreserved characters; a lone surrogate, which has no bytes, becomes U+FFFD's. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
