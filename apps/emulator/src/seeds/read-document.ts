import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  Scalar,
} from 'yaml';
import { shownName } from './near-miss.ts';
import { PlainNumber } from './plain-number.ts';
import { type Path, Problems } from './problems.ts';
import { maxProblems, type SeedPlace } from './seed-problem.ts';
import { type Flaw, yamlFlaws } from './yaml-flaws.ts';

/** Of a seed's text, in bytes of UTF-8. */
export const maxSeedByteLength: number = 4 * 1024 * 1024;
const maxDepth = 32;
/** Of values, each as often as aliases repeat it. */
const maxValues = 200_000;

/** A document, read. */
export interface SeedDocument {
  /** Texts, {@link PlainNumber}s, booleans, null, lists and maps; undefined where the document cannot be read. */
  readonly value: unknown;
  readonly problems: Problems;
}

/** Reads YAML 1.2, of which JSON is a part. Whatever the text, it throws nothing. */
export function readDocument(text: string): SeedDocument {
  if (Buffer.byteLength(text) > maxSeedByteLength) return refused('is larger than 4 MiB', 'Split it.');
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    // Keys are compared below: the parser compares each with all others.
    const options = {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: 'error',
    } as const;
    document = parseDocument(text, options);
  } catch {
    return refused(yamlFlaws.IMPOSSIBLE.message, yamlFlaws.IMPOSSIBLE.hint);
  }
  const reader = new Reader(lines);
  for (const { code, pos } of document.errors.slice(0, maxProblems))
    reader.refuse(pos[0], [], yamlFlaws[code]);
  const { explicit, version } = document.directives.yaml;
  if (explicit === true && version !== '1.2')
    reader.refuse(0, [], {
      message: 'is of another version of YAML',
      hint: 'Take the %YAML directive away: seeds are YAML 1.2.',
    });
  if (reader.problems.found.length > 0) return { value: undefined, problems: reader.problems };
  const value = reader.read(document.contents, [], 0);
  return { value, problems: reader.problems };
}

function refused(message: string, hint: string): SeedDocument {
  const problems = new Problems(() => ({ line: 1, column: 1, path: '' }));
  problems.add([], message, hint);
  return { value: undefined, problems };
}

/** Turns nodes into values, and remembers where each stood. */
class Reader {
  readonly problems: Problems = new Problems((path) => this.#place(path));
  readonly #lines: LineCounter;
  /** Offsets of values by path; of a map's member, that of its name. */
  readonly #offsets = new Map<string, number>();
  readonly #anchors = new Map<string, Node>();
  /** What is being read: an alias of it would never end. */
  readonly #open = new Set<Node>();
  #values = 0;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  refuse(offset: number, path: Path, { message, hint }: Flaw): void {
    this.problems.addAt(this.#at(offset, path), message, hint);
  }

  read(node: Node | null, path: Path, offset: number): unknown {
    if (!this.#offsets.has(keyOf(path))) this.#offsets.set(keyOf(path), offset);
    const at = node?.range?.[0] ?? offset;
    this.#values += 1;
    if (this.#values > maxValues) {
      if (this.#values === maxValues + 1)
        this.refuse(at, path, {
          message: `has more than ${maxValues} values`,
          hint: 'Split it, and repeat less by aliases.',
        });
      return undefined;
    }
    if (path.length > maxDepth) {
      this.refuse(at, path, yamlFlaws.RESOURCE_EXHAUSTION);
      return undefined;
    }
    if (node === null) return null;
    if (isAlias(node)) return this.#readAlias(node.source, path, at);
    if (node.tag !== undefined) this.refuse(at, path, yamlFlaws.TAG_RESOLVE_FAILED);
    if ('anchor' in node && typeof node.anchor === 'string') this.#anchors.set(node.anchor, node);
    this.#open.add(node);
    try {
      if (isScalar(node)) return this.#readScalar(node, path, at);
      if (isSeq<Node | null>(node))
        return node.items.map((item, index) => this.read(item, [...path, index], item?.range?.[0] ?? at));
      return isMap<Node, Node | null>(node) ? this.#readMap(node.items, path, at) : undefined;
    } finally {
      this.#open.delete(node);
    }
  }

  #readAlias(name: string, path: Path, at: number): unknown {
    const node = this.#anchors.get(name);
    if (node !== undefined && !this.#open.has(node)) return this.read(node, path, at);
    this.refuse(at, path, {
      message: 'is an alias of something that does not come before it',
      hint: 'Put the anchor first.',
    });
    return undefined;
  }

  #readScalar(node: Scalar, path: Path, at: number): unknown {
    const { value, type, source = '' } = node;
    if (type === Scalar.PLAIN && typeof value === 'number') return new PlainNumber(value, source);
    if (typeof value === 'string' && !value.isWellFormed())
      this.refuse(at, path, {
        message: 'is not Unicode',
        hint: 'Take half of a surrogate pair away.',
      });
    return value;
  }

  #readMap(
    pairs: readonly { readonly key: Node; readonly value: Node | null }[],
    path: Path,
    mapAt: number,
  ): object {
    const map: Record<string, unknown> = {};
    for (const { key, value } of pairs) {
      const at = key?.range?.[0] ?? mapAt;
      const name = isScalar(key) ? nameOf(key) : undefined;
      if (name === undefined || !name.isWellFormed() || key.tag !== undefined) {
        this.refuse(at, path, yamlFlaws.NON_STRING_KEY);
        continue;
      }
      const memberPath = [...path, name];
      if (name === '__proto__')
        this.refuse(at, memberPath, { message: 'is a name that members cannot have', hint: 'Rename it.' });
      else if (Object.hasOwn(map, name)) this.refuse(at, memberPath, yamlFlaws.DUPLICATE_KEY);
      else map[name] = this.read(value, memberPath, at);
    }
    return map;
  }

  #place(path: Path): SeedPlace {
    for (let length = path.length; length >= 0; length--) {
      const offset = this.#offsets.get(keyOf(path.slice(0, length)));
      if (offset !== undefined) return this.#at(offset, path);
    }
    return this.#at(0, path);
  }

  #at(offset: number, path: Path): SeedPlace {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col), path: describePath(path) };
  }
}

function nameOf({ value, source, type }: Scalar): string | undefined {
  if (typeof value === 'string') return value;
  return type === Scalar.PLAIN && typeof value === 'number' ? source : undefined;
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}

/** `accounts[0].keys[2].spec` */
export function describePath(path: Path): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${shownName(String(step))}`));
  return steps.join('').replace(/^\./, '');
}
