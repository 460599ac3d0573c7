import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** One mapping of a process's memory that may hold what it wrote. */
export interface Region {
  readonly start: number;
  readonly end: number;
  /** `[heap]`, `[stack]`, {@link threadStack}, a file's path, or `anonymous`. */
  readonly name: string;
}

/** What the stack of any thread but the first is called here. */
export const threadStack = '[stack of a thread]';
const pageBytes = 4096;

/** Bytes that are looked for, and what they are called in a report. */
export interface Pattern {
  readonly name: string;
  /** At least 8 bytes, so that memory does not hold them by chance. */
  readonly bytes: Uint8Array;
}

/** Where a pattern lies. */
export interface Finding {
  readonly name: string;
  readonly address: number;
  readonly region: string;
}

/** Whether this process may read another's memory, or why not: the code of the error. */
export function memoryAccess(pid: number): 'readable' | string {
  try {
    closeSync(openSync(`/proc/${pid}/mem`, 'r'));
    return 'readable';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

/** The mappings that can be written, and code that was made at run time: what a core holds besides files. */
export function regionsOf(pid: number): readonly Region[] {
  const regions: Region[] = [];
  let before = { end: 0, byteLength: 0, flags: '' };
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').trimEnd().split('\n')) {
    const [, from = '', to = '', flags = '', path = ''] =
      /^(\w+)-(\w+) (\S+) \S+ \S+ \S+ *(.*)$/.exec(line) ?? [];
    const [start, end] = [Number.parseInt(from, 16), Number.parseInt(to, 16)];
    if (flags.startsWith('rw') || (flags.startsWith('r-x') && path === '')) {
      // The C library puts one page that nobody may touch below the stack of each thread that it starts.
      const isStack = before.end === start && before.flags === '---p' && before.byteLength === pageBytes;
      regions.push({ start, end, name: path !== '' ? path : isStack ? threadStack : 'anonymous' });
    }
    before = { end, byteLength: end - start, flags };
  }
  return regions;
}

const blockBytes = 4 * 1024 * 1024;
/** What is passed over at once where it is all zeros, as most of a process's memory is. */
const stepBytes = 64 * 1024;

/**
 * Every place at which one of the patterns lies in the process's memory, read through `/proc/<pid>/mem` while the process
 * waits. What a debugger or a core shows, but for files that are mapped and cannot be written.
 */
export function findInMemory(pid: number, patterns: readonly Pattern[]): readonly Finding[] {
  const search = new PatternSearch(patterns);
  const findings: Finding[] = [];
  const block = Buffer.alloc(blockBytes + search.longest);
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const { start, end, name } of regionsOf(pid)) {
      for (let at = start; at < end; at += blockBytes) {
        // Blocks overlap, so that what lies across a border is found; once, as a block counts only what begins in it.
        const read = readMemory(memory, block.subarray(0, end - at), at);
        for (const hit of search.in(block.subarray(0, read), Math.min(read, blockBytes))) {
          findings.push({ name: hit.name, address: at + hit.at, region: name });
        }
      }
    }
  } finally {
    closeSync(memory);
  }
  return findings;
}

/** How much was read: nothing of pages that cannot be read, such as guard pages. */
function readMemory(memory: number, into: Buffer, address: number): number {
  try {
    return readSync(memory, into, 0, into.byteLength, address);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EIO') return 0;
    throw error;
  }
}

const zeros = Buffer.alloc(stepBytes + 4096);

/** Looks for many patterns at once: by their first two bytes, then one by one. */
class PatternSearch {
  readonly longest: number;
  readonly #byPrefix: ReadonlyArray<readonly { readonly name: string; readonly bytes: Buffer }[] | undefined>;

  constructor(patterns: readonly Pattern[]) {
    const byPrefix: { readonly name: string; readonly bytes: Buffer }[][] = new Array(65_536);
    for (const { name, bytes } of patterns) {
      if (bytes.byteLength < 8) throw new Error(`${name} is too short to be looked for.`);
      const prefix = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
      const others = byPrefix[prefix] ?? [];
      byPrefix[prefix] = [...others, { name, bytes: Buffer.from(bytes) }];
    }
    this.#byPrefix = byPrefix;
    this.longest = Math.max(...patterns.map(({ bytes }) => bytes.byteLength));
  }

  /** Where patterns begin in the first `byteLength` bytes of `block`. */
  *in(block: Buffer, byteLength: number): Generator<{ readonly name: string; readonly at: number }> {
    for (let start = 0; start < byteLength; start += stepBytes) {
      const end = Math.min(start + stepBytes, byteLength);
      const step = block.subarray(start, end + this.longest);
      if (!step.equals(zeros.subarray(0, step.byteLength))) yield* this.#between(block, start, end);
    }
  }

  *#between(block: Buffer, start: number, end: number) {
    let prefix = block[start] ?? 0;
    for (let at = start; at < end; at++) {
      prefix = ((prefix << 8) | (block[at + 1] ?? 0)) & 0xffff;
      const candidates = this.#byPrefix[prefix];
      if (candidates === undefined) continue;
      for (const { name, bytes } of candidates) {
        if (block.subarray(at, at + bytes.byteLength).equals(bytes)) yield { name, at };
      }
    }
  }
}
