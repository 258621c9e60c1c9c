/**
 * Changes to DER as a tree of elements, whose lengths fit again afterwards: random bytes hardly get past the first
 * length.
 */
import { bigIntToBytes, concatBytes } from "../../../core/bytes.ts";
import { type DerElement, DerReader } from "../../../core/der/reader.ts";
import { TAG } from "../../../core/der/tags.ts";
import { derHeader, derInteger, derOid } from "../../../core/der/writer.ts";
import type { SeededRandom } from "../random.ts";
import { mutateBytes } from "./bytes.ts";

/** An element to be changed. Either it holds others, behind the bytes of `prefix`, or its `prefix` is all. */
export interface DerNode {
  tag: number;
  /** Content before the children; the number of unused bits of a BIT STRING that wraps DER. */
  prefix: Uint8Array;
  children: DerNode[] | undefined;
  /** Bytes of zero in front of the length, which is not DER then; -1 for the indefinite form. */
  lengthPadding?: number;
}

/** A node and the list in which it stands. */
interface NodePlace {
  readonly siblings: DerNode[];
  readonly index: number;
  readonly node: DerNode;
}

const NOTHING = new Uint8Array();
const CONSTRUCTED = 0x20;
const TAGS = [...Object.values(TAG), 0xa1, 0xa2, 0xa3, 0x81, 0x82, 0x86, 0x87, 0x1f, 0x60, 0x00];
const LARGEST = 2000;

/** Contents at the borders of what a type may hold. */
const CONTENTS: readonly Uint8Array[] = [
  new Uint8Array(),
  ...[0n, 1n, -1n, 127n, 128n, 255n, 2n ** 31n, 2n ** 63n, 2n ** 64n, 2n ** 159n, 2n ** 160n, -(2n ** 63n), 2n ** 4096n]
    .map((number) => derInteger(number).subarray(number > 2n ** 1000n ? 4 : 2)),
  ...["0.0", "2.999", "1.2.840.113549.1.1.11", "2.5.29.17", "2.5.29.19", "2.5.29.15"].map((oid) =>
    derOid(oid).subarray(2)
  ),
  ...["700101000000Z", "491231235959Z", "500101000000Z", "99991231235959Z", "20500101000000Z", "19500101000000Z"]
    .map((time) => new TextEncoder().encode(time)),
  Uint8Array.of(0xff),
  Uint8Array.of(0x00, 0x80),
  Uint8Array.of(0x80),
  new Uint8Array(200).fill(0xff),
];

type NodeEdit = (place: NodePlace, random: SeededRandom, others: readonly DerNode[]) => void;

const EDITS: readonly NodeEdit[] = [
  ({ node }, random) => void (node.tag = random.pick(TAGS)),
  ({ node }) => void (node.tag ^= CONSTRUCTED),
  ({ siblings, index }) => void siblings.splice(index, 1),
  ({ siblings, index, node }, random) => {
    const count = random.oneIn(8) ? random.size(LARGEST) : random.size(3);
    siblings.splice(index, 0, ...Array.from({ length: count }, () => structuredClone(node)));
  },
  ({ siblings, index, node }, random) => {
    siblings.splice(index, 1);
    siblings.splice(random.below(siblings.length + 1), 0, node);
  },
  ({ siblings, index, node }, random, others) => {
    siblings[index] = structuredClone(random.pick(others.length > 0 ? others : [node]));
  },
  ({ siblings, index, node }, random, others) =>
    void siblings.splice(index, 0, structuredClone(random.pick(others.length > 0 ? others : [node]))),
  ({ siblings, index, node }, random) => {
    siblings[index] = {
      tag: random.pick([TAG.SEQUENCE, TAG.SET, 0xa0, 0xa3]),
      prefix: new Uint8Array(),
      children: [node],
    };
  },
  ({ siblings, index, node }) => void siblings.splice(index, 1, ...node.children ?? []),
  ({ node }, random) => void (node.lengthPadding = random.pick([-1, 0, 1, 3])),
  (place, random) => setContent(place.node, random.pick(CONTENTS)),
  (place, random) => setContent(place.node, mutateBytes(contentOf(place.node), random)),
];

/** `der` with some elements of it changed, among them by such of `others`; as bytes where it is no DER. */
export function mutateDer(der: Uint8Array, others: readonly Uint8Array[], random: SeededRandom): Uint8Array {
  const root = parseNodes(der);
  if (root === undefined || root.length === 0) return mutateBytes(der, random);
  const pool = others.flatMap((other) => places(parseNodes(other) ?? []).map(({ node }) => node));
  for (let edits = random.size(3); edits > 0; edits--) {
    const all = places(root);
    if (all.length === 0) break;
    random.pick(EDITS)(random.pick(all), random, pool);
  }
  const encoded = encodeNodes(root);
  // Lengths that lie are for bytes to tell.
  return random.oneIn(20) ? mutateBytes(encoded, random) : encoded;
}

/** The elements of `der`, those inside of strings too; undefined where it is no DER. */
export function parseNodes(der: Uint8Array): DerNode[] | undefined {
  try {
    const reader = new DerReader(der, "input");
    const nodes: DerNode[] = [];
    while (!reader.done) nodes.push(toNode(reader.any()));
    return nodes;
  } catch {
    return undefined;
  }
}

export function encodeNodes(nodes: readonly DerNode[]): Uint8Array {
  const parts = nodes.map((node) => {
    const content = contentOf(node);
    return concatBytes(
      headerOf(node, content.length),
      content,
      node.lengthPadding === -1 ? new Uint8Array(2) : NOTHING,
    );
  });
  return concatBytes(...parts);
}

/** With a length of more bytes than it needs, where that is wanted. */
function headerOf({ tag, lengthPadding }: DerNode, length: number): Uint8Array {
  if (lengthPadding === undefined) return derHeader(tag, length);
  if (lengthPadding === -1) return Uint8Array.of(tag, 0x80);
  const bytes = bigIntToBytes(BigInt(length));
  return concatBytes(Uint8Array.of(tag, 0x80 | (bytes.length + lengthPadding)), new Uint8Array(lengthPadding), bytes);
}

function toNode({ tag, content }: DerElement): DerNode {
  const prefixSize = tag === TAG.BIT_STRING ? 1 : 0;
  const mayNest = (tag & CONSTRUCTED) !== 0 || tag === TAG.OCTET_STRING || tag === TAG.BIT_STRING;
  const children = mayNest && content.length > prefixSize ? parseNodes(content.subarray(prefixSize)) : undefined;
  if (children === undefined) return { tag, prefix: content.slice(), children: undefined };
  return { tag, prefix: content.slice(0, prefixSize), children };
}

function contentOf({ prefix, children }: DerNode): Uint8Array {
  return children === undefined ? prefix : concatBytes(prefix, encodeNodes(children));
}

function setContent(node: DerNode, content: Uint8Array): void {
  node.prefix = content.slice();
  node.children = undefined;
}

function places(nodes: DerNode[]): NodePlace[] {
  return nodes.flatMap((node, index) => [{ siblings: nodes, index, node }, ...places(node.children ?? [])]);
}
