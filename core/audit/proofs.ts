/** Makes proofs about a tree from its tiles (RFC 6962 sections 2.1.1 and 2.1.2). */
import type { Bytes } from "../bytes.ts";
import { joinSubtrees, perfectRoot, splitOf, subtreeSizes } from "./merkle.ts";
import { splitTile, TILE_WIDTH, widthIn } from "./tiles.ts";
import type { ReadTile } from "./tree_edge.ts";

/** Entries from `start` on, before `end`. */
interface Range {
  readonly start: number;
  readonly end: number;
}

export class Proofs {
  /** `size` is that of the tree: its tiles are read at the width that they have in it. */
  constructor(private readonly size: number, private readonly read: ReadTile) {}

  /** That the entry at `index` is in the tree. */
  async inclusion(index: number): Promise<Bytes[]> {
    return await this.#inclusion(index, { start: 0, end: this.size });
  }

  /** That the tree began as that of its first `earlier` entries. */
  async consistency(earlier: number): Promise<Bytes[]> {
    return earlier === 0 ? [] : await this.#consistency(earlier, { start: 0, end: this.size, isWhole: true });
  }

  async #inclusion(index: number, { start, end }: Range): Promise<Bytes[]> {
    if (end - start <= 1) return [];
    const middle = start + splitOf(end - start);
    const [inside, beside] = index < middle
      ? [{ start, end: middle }, { start: middle, end }]
      : [{ start: middle, end }, { start, end: middle }];
    return [...await this.#inclusion(index, inside), await this.root(beside)];
  }

  /** `isWhole` as long as the earlier tree is the whole of this part of its own: its root is known then. */
  async #consistency(
    earlier: number,
    { start, end, isWhole }: Range & { readonly isWhole: boolean },
  ): Promise<Bytes[]> {
    if (earlier === end) return isWhole ? [] : [await this.root({ start, end })];
    const middle = start + splitOf(end - start);
    const [inside, beside] = earlier <= middle
      ? [{ start, end: middle, isWhole }, { start: middle, end }]
      : [{ start: middle, end, isWhole: false }, { start, end: middle }];
    return [...await this.#consistency(earlier, inside), await this.root(beside)];
  }

  /** The root over some entries, whose first is where a subtree of that size begins. */
  async root({ start, end }: Range): Promise<Bytes> {
    const roots: Bytes[] = [];
    let at = start;
    for (const size of subtreeSizes(end - start)) {
      roots.push(await this.#subtree(at, size));
      at += size;
    }
    return joinSubtrees(roots);
  }

  /** The root of a perfect subtree: from one tile, of the highest level that has a part of it. */
  async #subtree(start: number, size: number): Promise<Bytes> {
    let level = 0;
    while (TILE_WIDTH ** (level + 1) <= size) level++;
    const unit = TILE_WIDTH ** level;
    const index = Math.floor(start / unit / TILE_WIDTH);
    const width = widthIn(this.size, { level, index });
    const hashes = splitTile(await this.read({ level, index, width }), width);
    const first = start / unit - index * TILE_WIDTH;
    return perfectRoot(hashes.slice(first, first + size / unit));
  }
}
