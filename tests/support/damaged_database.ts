/** A database of which a part is lost, as after a fault of a disk. */
import { DatabaseSync } from "node:sqlite";

/**
 * Overwrites the page in the middle of a table, in a file that nobody has open.
 * @returns the first and the last row that are lost, as their rowids
 */
export function damageTable(path: string, table: string): { readonly first: number; readonly last: number } {
  const { page, size } = middleLeaf(path, table);
  using file = Deno.openSync(path, { read: true, write: true });
  file.seekSync((page - 1) * size, Deno.SeekMode.Start);
  file.writeSync(new Uint8Array(size).fill(0xa5));
  return lostRows(path, table);
}

function middleLeaf(path: string, table: string): { readonly page: number; readonly size: number } {
  using database = new DatabaseSync(path);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const sql = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path";
  const pages = database.prepare(sql).all(table).map(({ pageno }) => Number(pageno));
  const page = pages[Math.floor(pages.length / 2)];
  if (page === undefined || pages.length < 3) throw new Error(`${table} has too few rows`);
  return { page, size: Number(database.prepare("PRAGMA page_size").get()?.["page_size"]) };
}

function lostRows(path: string, table: string): { readonly first: number; readonly last: number } {
  using database = new DatabaseSync(path, { readOnly: true });
  const has = database.prepare(`SELECT rowid FROM ${table} WHERE rowid = ?`);
  const isLost = (row: number) => {
    try {
      return has.get(row) === undefined;
    } catch (error) {
      // SQLITE_CORRUPT
      if (error instanceof Error && "errcode" in error && error.errcode === 11) return true;
      throw error;
    }
  };
  let first = 1;
  while (!isLost(first)) first++;
  let last = first;
  while (isLost(last + 1)) last++;
  return { first, last };
}
