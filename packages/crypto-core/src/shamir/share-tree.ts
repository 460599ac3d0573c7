import type { CryptoBackend } from '../backend.ts';
import { derivationLabels } from '../labels.ts';
import { nodeByteLength, type ShareSetShape, shareVersion } from './share.ts';

/*
 * The commitments to a set of shares: a binary tree of hashes, whose root is the set id. Each share carries the hashes
 * beside its way to the root, so that it can be checked alone, before any other share is there, without a list of all.
 *
 * Hashes are cut to 16 bytes. To pass off another share one has to find a second preimage of one given node, 2¹²⁸ work:
 * level and position are hashed, so that a guess serves for one node only. (Collisions would take 2⁶⁴, but the dealer, who
 * alone could use one, knows the secret anyway.) Cut below the blinding's 32 bytes, a commitment says nothing about y:
 * for every y about the same number of blindings, 2¹²⁸, give it.
 */

/** Stands where no node is, in a set whose size is no power of two. */
const noNode: Uint8Array = /* @__PURE__ */ new Uint8Array(nodeByteLength);

/** A node's place: level 0 holds the leaves; positions count from 0. */
export interface NodePlace {
  readonly level: number;
  readonly position: number;
}

/**
 * The commitment to one share, 16 bytes.
 *
 * @param blinding 32 bytes
 * @param value the share's y
 */
export async function leafOf(
  backend: CryptoBackend,
  shape: ShareSetShape,
  index: number,
  blinding: Uint8Array,
  value: Uint8Array,
): Promise<Uint8Array> {
  const { threshold, count, secretByteLength } = shape;
  return shortHash(backend, [
    derivationLabels.shareLeaf,
    Uint8Array.of(shareVersion, threshold, count, index, secretByteLength),
    blinding,
    value,
  ]);
}

/** The commitment to two nodes, 16 bytes. */
export async function nodeOf(
  backend: CryptoBackend,
  shape: ShareSetShape,
  { level, position }: NodePlace,
  left: Uint8Array,
  right: Uint8Array,
): Promise<Uint8Array> {
  const { threshold, count, secretByteLength } = shape;
  return shortHash(backend, [
    derivationLabels.shareNode,
    Uint8Array.of(shareVersion, threshold, count, secretByteLength, level, position),
    left,
    right,
  ]);
}

/** All levels of the tree over `leaves`, the leaves first, the root last. */
export async function buildTree(
  backend: CryptoBackend,
  shape: ShareSetShape,
  leaves: readonly Uint8Array[],
): Promise<Uint8Array[][]> {
  let nodes = [...leaves];
  const levels: Uint8Array[][] = [nodes];
  for (let level = 1; nodes.length > 1; level++) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < nodes.length; i += 2) {
      const place: NodePlace = { level, position: i / 2 };
      above.push(await nodeOf(backend, shape, place, nodeAt(nodes, i), nodeAt(nodes, i + 1)));
    }
    nodes = above;
    levels.push(nodes);
  }
  return levels;
}

/** The nodes beside the way from leaf `leafPosition` to the root, lowest first. */
export function pathOf(levels: readonly (readonly Uint8Array[])[], leafPosition: number): Uint8Array[] {
  return levels.slice(0, -1).map((nodes, level) => nodeAt(nodes, (leafPosition >> level) ^ 1));
}

/** The root that a leaf and its path lead to. */
export async function rootOf(
  backend: CryptoBackend,
  shape: ShareSetShape,
  leafPosition: number,
  leaf: Uint8Array,
  path: readonly Uint8Array[],
): Promise<Uint8Array> {
  let node = leaf;
  for (const [below, sibling] of path.entries()) {
    const isRight = ((leafPosition >> below) & 1) === 1;
    const place: NodePlace = { level: below + 1, position: leafPosition >> (below + 1) };
    node = await nodeOf(backend, shape, place, isRight ? sibling : node, isRight ? node : sibling);
  }
  return node;
}

function nodeAt(nodes: readonly Uint8Array[], position: number): Uint8Array {
  return nodes[position] ?? noNode;
}

/** The first 16 bytes of SHA-256 over parts of fixed length; what is hashed is wiped, as a share's value is in it. */
async function shortHash(backend: CryptoBackend, parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const input = new Uint8Array(new ArrayBuffer(parts.reduce((sum, { byteLength }) => sum + byteLength, 0)));
  let at = 0;
  for (const part of parts) {
    input.set(part, at);
    at += part.byteLength;
  }
  try {
    return Uint8Array.from((await backend.sha256(input)).subarray(0, nodeByteLength));
  } finally {
    input.fill(0);
  }
}
