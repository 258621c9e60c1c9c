/** A growing tree: its right edge is all that must be at hand to append entries and to know the root. */
import { type Bytes, joinBytes } from "../bytes.ts";
import { joinSubtrees, perfectRoot, subtreeSizes } from "./merkle.ts";
import { splitTile, TILE_WIDTH, widthIn } from "./tiles.ts";

/** A tile of hashes with its content. */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly hashes: Bytes;
}

/** The content of a tile as far as `width`; throws when there is less of it. */
export type ReadTile = (tile: { level: number; index: number; width: number }) => Bytes | Promise<Bytes>;

export class TreeEdge {
  #size = 0;
  /** By level the hashes of the tile that is not full; fewer than 256 each. */
  readonly #open: Bytes[][] = [];
  #full: Tile[] = [];

  get size(): number {
    return this.#size;
  }

  /** The edge of a tree of which the tiles are kept. @throws `malformed` for a tile of another width */
  static async load(size: number, read: ReadTile): Promise<TreeEdge> {
    const edge = new TreeEdge();
    edge.#size = size;
    for (let level = 0; TILE_WIDTH ** level <= size; level++) {
      const index = Math.floor(size / TILE_WIDTH ** (level + 1));
      const width = widthIn(size, { level, index });
      edge.#open[level] = width === 0 ? [] : splitTile(await read({ level, index, width }), width);
    }
    return edge;
  }

  append(leaf: Bytes): void {
    this.#push(0, leaf);
    this.#size++;
  }

  /** Tiles that `append` changed since the last time: those that became full, then those that are not. */
  takeTiles(): readonly Tile[] {
    const open = this.#open.flatMap((hashes, level) => {
      const index = Math.floor(this.#size / TILE_WIDTH ** (level + 1));
      return hashes.length === 0 ? [] : [{ level, index, hashes: joinBytes(hashes) }];
    });
    const tiles = [...this.#full, ...open];
    this.#full = [];
    return tiles;
  }

  root(): Bytes {
    const roots = this.#open.toReversed().flatMap((hashes) => {
      let from = 0;
      return subtreeSizes(hashes.length).map((size) => perfectRoot(hashes.slice(from, from += size)));
    });
    return joinSubtrees(roots);
  }

  #push(level: number, hash: Bytes): void {
    const hashes = this.#open[level] ??= [];
    hashes.push(hash);
    if (hashes.length < TILE_WIDTH) return;
    this.#full.push({ level, index: Math.floor(this.#size / TILE_WIDTH ** (level + 1)), hashes: joinBytes(hashes) });
    this.#open[level] = [];
    this.#push(level + 1, perfectRoot(hashes));
  }
}
