/** Hashes of a Merkle tree over entries (RFC 6962 section 2.1), and proofs about them. Hashes are 32 bytes. */
import { createHash } from "node:crypto";
import { type Bytes, equalBytes } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";

export const HASH_BYTES = 32;

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function leafHash(entry: Uint8Array): Bytes {
  return new Uint8Array(createHash("sha256").update(LEAF).update(entry).digest());
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  return new Uint8Array(createHash("sha256").update(NODE).update(left).update(right).digest());
}

/** The root of a tree without entries. */
export const EMPTY_ROOT: Bytes = new Uint8Array(createHash("sha256").digest());

/** The root over perfect subtrees, each smaller than the one before it. */
export function joinSubtrees(roots: readonly Bytes[]): Bytes {
  return roots.length === 0 ? EMPTY_ROOT : roots.reduceRight((right, left) => nodeHash(left, right));
}

/** The root of a perfect subtree over `hashes`, whose number is a power of two. */
export function perfectRoot(hashes: readonly Bytes[]): Bytes {
  let level = hashes;
  while (level.length > 1) {
    const below = level;
    level = Array.from(
      { length: below.length / 2 },
      (_, index) => nodeHash(at(below, 2 * index), at(below, 2 * index + 1)),
    );
  }
  return at(level, 0);
}

function at(hashes: readonly Bytes[], index: number): Bytes {
  const hash = hashes[index];
  if (hash === undefined) throw malformed("a proof is too short");
  return hash;
}

/** Sizes of the perfect subtrees that a tree of `size` entries consists of, from the left. */
export function subtreeSizes(size: number): number[] {
  const sizes: number[] = [];
  for (let power = largestPower(size); power >= 1; power /= 2) {
    if (Math.floor(size / power) % 2 === 1) sizes.push(power);
  }
  return sizes;
}

function largestPower(size: number): number {
  let power = 1;
  while (power * 2 <= size) power *= 2;
  return power;
}

/** The largest power of two under `size`, which is at least 2: where RFC 6962 splits a tree. */
export function splitOf(size: number): number {
  const power = largestPower(size);
  return power === size ? power / 2 : power;
}

/** The root of the tree of `size` entries in which `leaf` is at `index`, as an inclusion proof says. */
function rootOfInclusion(
  leaf: Bytes,
  { index, size }: { index: number; size: number },
  proof: readonly Bytes[],
): Bytes {
  if (size === 1) {
    if (proof.length > 0) throw malformed("a proof is too long");
    return leaf;
  }
  const split = splitOf(size);
  const sibling = at(proof, proof.length - 1);
  const rest = proof.slice(0, -1);
  return index < split
    ? nodeHash(rootOfInclusion(leaf, { index, size: split }, rest), sibling)
    : nodeHash(sibling, rootOfInclusion(leaf, { index: index - split, size: size - split }, rest));
}

/** Of a tree with its root. */
export interface TreeHead {
  readonly size: number;
  readonly root: Bytes;
}

/** Whether `proof` shows that `leaf` is at `index` of the tree (RFC 6962 section 2.1.1). */
export function provesInclusion(
  leaf: Bytes,
  index: number,
  { tree, proof }: { tree: TreeHead; proof: readonly Bytes[] },
) {
  if (index < 0 || index >= tree.size) return false;
  return holds(() => equalBytes(rootOfInclusion(leaf, { index, size: tree.size }, proof), tree.root));
}

/** Whether `proof` shows that `later` begins with what `earlier` is of (RFC 6962 section 2.1.2). */
export function provesConsistency(earlier: TreeHead, later: TreeHead, proof: readonly Bytes[]): boolean {
  if (earlier.size > later.size) return false;
  if (earlier.size === 0) return proof.length === 0 && equalBytes(earlier.root, EMPTY_ROOT);
  return holds(() => {
    const sizes = { earlier: earlier.size, later: later.size };
    const roots = rootsOfConsistency(sizes, proof, earlier.root);
    return equalBytes(roots.earlier, earlier.root) && equalBytes(roots.later, later.root);
  });
}

/** Both roots as a consistency proof says. `known` is the earlier one, where the proof leaves it out. */
function rootsOfConsistency(
  { earlier, later }: { readonly earlier: number; readonly later: number },
  proof: readonly Bytes[],
  known: Bytes | undefined,
): { readonly earlier: Bytes; readonly later: Bytes } {
  if (earlier === later) {
    if (proof.length !== (known === undefined ? 1 : 0)) throw malformed("a proof has the wrong length");
    const root = known ?? at(proof, 0);
    return { earlier: root, later: root };
  }
  const split = splitOf(later);
  const last = at(proof, proof.length - 1);
  const rest = proof.slice(0, -1);
  if (earlier <= split) {
    const left = rootsOfConsistency({ earlier, later: split }, rest, known);
    return { earlier: left.earlier, later: nodeHash(left.later, last) };
  }
  const right = rootsOfConsistency({ earlier: earlier - split, later: later - split }, rest, undefined);
  return { earlier: nodeHash(last, right.earlier), later: nodeHash(last, right.later) };
}

/** A proof with too few or too many hashes shows nothing. */
function holds(check: () => boolean): boolean {
  try {
    return check();
  } catch (error) {
    if (error instanceof CaucaseError) return false;
    throw error;
  }
}
