import assert from "node:assert/strict";
import * as fc from "fast-check";
import { type Bytes, utf8 } from "../bytes.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { EMPTY_ROOT, leafHash, nodeHash, provesConsistency, provesInclusion, splitOf } from "./merkle.ts";
import { Proofs } from "./proofs.ts";
import { parseTilePath, type TileName, tilePath, tilesOf, widthIn } from "./tiles.ts";
import { type Tile, TreeEdge } from "./tree_edge.ts";

/** RFC 6962 section 2.1, word for word. */
function rootBySpecification(leaves: readonly Bytes[]): Bytes {
  const [first] = leaves;
  if (first === undefined) return EMPTY_ROOT;
  if (leaves.length === 1) return first;
  const split = splitOf(leaves.length);
  return nodeHash(rootBySpecification(leaves.slice(0, split)), rootBySpecification(leaves.slice(split)));
}

const LEAVES = Array.from({ length: 66_000 }, (_, index) => leafHash(utf8(`entry ${index}`)));

/** Tiles as a log keeps them. */
class KeptTiles {
  readonly #tiles = new Map<string, Bytes>();

  put(tiles: readonly Tile[]): void {
    for (const { level, index, hashes } of tiles) this.#tiles.set(`${level} ${index}`, hashes);
  }

  readonly read = ({ level, index, width }: { level: number; index: number; width: number }): Bytes =>
    (this.#tiles.get(`${level} ${index}`) ?? new Uint8Array()).slice(0, width * 32);
}

function grown(size: number): { readonly edge: TreeEdge; readonly tiles: KeptTiles } {
  const edge = new TreeEdge();
  const tiles = new KeptTiles();
  for (const leaf of LEAVES.slice(0, size)) edge.append(leaf);
  tiles.put(edge.takeTiles());
  return { edge, tiles };
}

Deno.test("a tree has the root of RFC 6962 at every size, and the empty one that of nothing", () => {
  const edge = new TreeEdge();
  assert.equal(edge.root().toHex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (let size = 1; size <= 1030; size++) {
    edge.append(LEAVES[size - 1] ?? assert.fail());
    if (size < 20 || size % 37 === 0 || [255, 256, 257, 512, 1024].includes(size)) {
      assert.deepEqual(edge.root(), rootBySpecification(LEAVES.slice(0, size)), String(size));
    }
  }
});

Deno.test("a tree goes on from its kept tiles, over several levels of them", async () => {
  for (const size of [0, 1, 255, 256, 257, 65_300]) {
    const { edge, tiles } = grown(size);
    const loaded = await TreeEdge.load(size, tiles.read);
    assert.deepEqual(loaded.root(), edge.root(), String(size));
    for (const leaf of LEAVES.slice(size, size + 300)) loaded.append(leaf);
    tiles.put(loaded.takeTiles());
    const whole = grown(size + 300);
    assert.deepEqual(loaded.root(), whole.edge.root(), `${size} and 300 more`);
    for (const { level, index, width } of tilesOf(size + 300)) {
      if (level === "entries") continue;
      assert.deepEqual(tiles.read({ level, index, width }), whole.tiles.read({ level, index, width }));
    }
  }
});

Deno.test("TreeEdge.load() refuses a tile that is not as wide as it must be", async () => {
  await assert.rejects(TreeEdge.load(5, () => new Uint8Array(4 * 32)), isRefusal("malformed"));
});

Deno.test("proofs show what is so, and nothing else", async () => {
  for (const size of [1, 2, 3, 7, 8, 255, 256, 257, 600, 3000]) {
    const { edge, tiles } = grown(size);
    const tree = { size, root: edge.root() };
    const proofs = new Proofs(size, tiles.read);
    const sample = [0, 1, Math.floor(size / 2), 255, 256, size - 2, size - 1].filter((at) => at >= 0 && at < size);
    for (const index of sample) {
      const leaf = LEAVES[index] ?? assert.fail();
      const proof = await proofs.inclusion(index);
      assert.ok(provesInclusion(leaf, index, { tree, proof }), `${index} of ${size}`);
      assert.ok(!provesInclusion(leafHash(utf8("another")), index, { tree, proof }));
      assert.ok(!provesInclusion(leaf, index, { tree, proof: [...proof, leaf] }));
      if (size > 1) assert.ok(!provesInclusion(leaf, (index + 1) % size, { tree, proof }));
      if (proof.length > 0) assert.ok(!provesInclusion(leaf, index, { tree, proof: proof.slice(1) }));
      const earlier = { size: index + 1, root: grown(index + 1).edge.root() };
      const consistent = await proofs.consistency(index + 1);
      assert.ok(provesConsistency(earlier, tree, consistent), `${index + 1} to ${size}`);
      assert.ok(!provesConsistency({ ...earlier, root: leaf.slice().fill(1) }, tree, consistent));
      assert.ok(!provesConsistency(earlier, { ...tree, root: leaf.slice().fill(1) }, consistent));
      assert.ok(!provesConsistency(earlier, tree, [...consistent, leaf]));
    }
    assert.ok(provesConsistency({ size: 0, root: EMPTY_ROOT }, tree, await proofs.consistency(0)));
    assert.ok(!provesConsistency({ size: size + 1, root: tree.root }, tree, []));
    assert.ok(!provesInclusion(tree.root, size, { tree, proof: [] }));
  }
});

Deno.test("paths of tiles are those of the specification, and each has one form", () => {
  const cases: readonly [TileName, string][] = [
    [{ level: 0, index: 0, width: 256 }, "tile/0/000"],
    [{ level: 0, index: 0, width: 1 }, "tile/0/000.p/1"],
    [{ level: 1, index: 1_234_067, width: 256 }, "tile/1/x001/x234/067"],
    [{ level: "entries", index: 67, width: 255 }, "tile/entries/067.p/255"],
  ];
  for (const [name, path] of cases) {
    assert.equal(tilePath(name), path);
    assert.deepEqual(parseTilePath(path.slice("tile/".length)), name);
  }
  const wrong = [
    "",
    "0",
    "0/1",
    "0/0000",
    "6/000",
    "x/000",
    "0/x000/001",
    "0/000.p/0",
    "0/000.p/256",
    "0/000.p/01",
    "-1/000",
  ];
  for (const path of [...wrong, "entries/000.p/", "0/000/", "entries/x1/000", "0/000.p/999"]) {
    assert.throws(() => parseTilePath(path), isRefusal("malformed"), path);
  }
});

Deno.test("widthIn() says how many hashes a tile has", () => {
  assert.deepEqual([0, 1].map((index) => widthIn(300, { level: 0, index })), [256, 44]);
  assert.deepEqual([0, 1].map((index) => widthIn(300, { level: 1, index })), [1, 0]);
  assert.equal(widthIn(300, { level: "entries", index: 1 }), 44);
});

Deno.test("any path that is read is the path of that tile", () => {
  const part = fc.constantFrom("0", "1", "5", "entries", "x", "/", "000", "123", ".p/", "7", "255");
  fc.assert(fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
    try {
      assert.equal(tilePath(parseTilePath(parts.join(""))), `tile/${parts.join("")}`);
    } catch (error) {
      assert.ok(isRefusal("malformed")(error));
    }
  }));
});
