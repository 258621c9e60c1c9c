/** Paths of routes with their parameters filled in. */
import type { PublicCa } from "../../core/protocol/routes.ts";

/** By how many parameters they have: a tile has one path only, and not any text is one. */
const TILES: Readonly<Record<number, string>> = { 2: "0/000", 3: "0/000.p/1", 4: "0/x001/000.p/1" };

/** A path that the route takes: `id` is for the parameter that is no CA. */
export function filledPath(path: string, ca: PublicCa, id: string): string {
  const tile = /^(\/audit\/tile\/)(.*)$/.exec(path);
  if (tile !== null) return `${tile[1]}${TILES[tile[2]?.split("/").length ?? 0]}`;
  return path.replace("{ca}", ca).replace(/\{\w+\}/, id);
}
