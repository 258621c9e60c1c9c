/**
 * With `CAUCASE_KEEP_CERTIFICATES=<folder>` in the environment, what tests leave in their temporary folders is kept there for the
 * linters (tests/linters): the rows of databases and the text of PEM files, one JSON file for each temporary folder.
 */
import * as path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { CaName } from "../../core/ca/stores.ts";
import { CA_NAMES } from "../../core/ca/stores.ts";

const VARIABLE = "CAUCASE_KEEP_CERTIFICATES";

/** What was in one temporary folder; all PEM. */
export interface KeptFolder {
  /** The certificates of each CA in any database of the folder: its own, and what it issued. */
  readonly databases: readonly KeptDatabase[];
  /** Text of files with a PEM block, by name. */
  readonly files: Readonly<Record<string, string>>;
}

export interface KeptDatabase {
  readonly ca: CaName;
  readonly authorities: readonly string[];
  readonly certificates: readonly string[];
}

/** Larger files are no certificates, nor databases that a test made row by row. */
const LARGEST_FILE = 20_000_000;
const SQLITE = "SQLite format 3\0";
const PEM = "-----BEGIN ";

/** The folder where everything is to be kept, if any. */
export function keptFolder(): string | undefined {
  return Deno.env.get(VARIABLE);
}

/** Keeps what is in `folder`, which is about to be removed. Does nothing unless the variable is set. */
export async function keepCertificates(folder: string): Promise<void> {
  const target = keptFolder();
  if (target === undefined) return;
  const kept = await readFolder(folder);
  if (kept.databases.length === 0 && Object.keys(kept.files).length === 0) return;
  await Deno.mkdir(target, { recursive: true });
  await Deno.writeTextFile(path.join(target, `${crypto.randomUUID()}.json`), JSON.stringify(kept));
}

/** All certificates in the databases of a folder, and the text of its PEM files. */
export async function readFolder(folder: string): Promise<KeptFolder> {
  const databases: KeptDatabase[] = [];
  const files: Record<string, string> = {};
  for await (const file of filesIn(folder)) {
    const text = await readText(file);
    if (text === undefined) continue;
    if (text.startsWith(SQLITE)) databases.push(...readDatabase(file));
    else if (text.includes(PEM)) files[path.relative(folder, file)] = text;
  }
  return { databases, files };
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isFile, isDirectory } of Deno.readDir(folder)) {
    const file = path.join(folder, name);
    if (isDirectory) yield* filesIn(file);
    // Neither links, which lead elsewhere, nor pipes, which never end.
    else if (isFile) yield file;
  }
}

/** One character for each byte; undefined for a file that is too large, or gone: a process that just ended may clean up. */
async function readText(file: string): Promise<string | undefined> {
  try {
    if ((await Deno.stat(file)).size > LARGEST_FILE) return undefined;
    return new TextDecoder("latin1").decode(await Deno.readFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function readDatabase(file: string): KeptDatabase[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return CA_NAMES.map((ca) => ({
      ca,
      authorities: texts(database, `SELECT crt FROM ${ca}ca`),
      certificates: texts(database, `SELECT crt FROM ${ca}crt WHERE crt IS NOT NULL`),
    }));
  } catch {
    // Tests also damage databases, and make some that are not ours: nothing in those was issued.
    return [];
  } finally {
    database.close();
  }
}

function texts(database: DatabaseSync, sql: string): string[] {
  const decoder = new TextDecoder();
  return database.prepare(sql).all().map(({ crt }) => crt instanceof Uint8Array ? decoder.decode(crt) : String(crt));
}
