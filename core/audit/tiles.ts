/**
 * How a tree is kept and served: in tiles of up to 256 hashes, by level, and entries in bundles of as many (C2SP
 * tlog-tiles). A tile of level L holds hashes of subtrees over 256^L entries. Tiles at the right edge are not full yet:
 * their width says how many hashes they hold.
 */
import type { Bytes } from "../bytes.ts";
import { malformed } from "../errors.ts";
import { HASH_BYTES } from "./merkle.ts";

export const TILE_WIDTH = 256;

/** Higher ones no tree has whose size a double holds. */
const HIGHEST_LEVEL = 5;

/** Which tile: of hashes by level, or of entries. */
export interface TileName {
  readonly level: number | "entries";
  /** From the left, beginning with 0. */
  readonly index: number;
  /** How many hashes or entries of it, 1 to 256. */
  readonly width: number;
}

/** Its path under the log's address: `tile/0/x001/067`, `tile/entries/000.p/12`. */
export function tilePath({ level, index, width }: TileName): string {
  const groups = [index % 1000];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) groups.unshift(rest % 1000);
  const digits = groups.map((group) => String(group).padStart(3, "0"));
  const last = digits.pop();
  const partial = width === TILE_WIDTH ? "" : `.p/${width}`;
  return ["tile", level, ...digits.map((group) => `x${group}`), last].join("/") + partial;
}

const PATH = /^(entries|\d)\/((?:x\d{3}\/){0,3})(\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/**
 * The tile that a path names, without `tile/`.
 * @throws `malformed` for a path that `tilePath` makes for no tile: each has one
 */
export function parseTilePath(path: string): TileName {
  const [, level = "", groups = "", last = "", width = "256"] = PATH.exec(path) ?? [];
  const name: TileName = {
    level: level === "entries" ? level : Number(level),
    index: Number(groups.replace(/[x/]/g, "") + last),
    width: Number(width),
  };
  const isKnown = level !== "" && name.width <= TILE_WIDTH && (name.level === "entries" || name.level <= HIGHEST_LEVEL);
  if (!isKnown || tilePath(name) !== `tile/${path}`) throw malformed("this is the path of no tile");
  return name;
}

/** How wide a tile is in a tree of `size` entries: 0 where there is none yet. */
export function widthIn(size: number, { level, index }: Pick<TileName, "level" | "index">): number {
  const hashes = Math.floor(size / TILE_WIDTH ** (level === "entries" ? 0 : level));
  return Math.min(TILE_WIDTH, Math.max(0, hashes - index * TILE_WIDTH));
}

/** All tiles and bundles of a tree, at their width. */
export function* tilesOf(size: number): Generator<TileName> {
  for (const level of ["entries", 0, 1, 2, 3, 4, 5] as const) {
    for (let index = 0;; index++) {
      const width = widthIn(size, { level, index });
      if (width === 0) break;
      yield { level, index, width };
    }
  }
}

/** @throws `malformed` when there are not `width` hashes in `bytes` */
export function splitTile(bytes: Bytes, width: number): Bytes[] {
  if (bytes.length !== width * HASH_BYTES) throw malformed(`a tile does not hold ${width} hashes`);
  return Array.from({ length: width }, (_, index) => bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES));
}
