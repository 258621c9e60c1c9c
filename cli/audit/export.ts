/** `caucase audit export` */
import { dirname, join } from "node:path";
import { openCheckpoint } from "../../core/audit/checkpoint.ts";
import { parseVerifierKey } from "../../core/audit/note.ts";
import { TILE_WIDTH, type TileName, tilePath, tilesOf } from "../../core/audit/tiles.ts";
import { type AuditSource, verifyAudit } from "../../core/audit/verification.ts";
import { hostFileSystem, readFileBytes, writeFileDurably } from "../../core/host/durable_file.ts";
import { fileError } from "../../core/host/file_error.ts";
import { EXIT } from "../exit_status.ts";
import { parseArguments } from "../subcommand.ts";
import { printLine } from "../terminal.ts";
import { auditExportCommand } from "./command.ts";
import { CHECKPOINT, folderSource, KEY, serverSource } from "./sources.ts";

/** Resolves with the exit status. */
export async function auditExport(args: readonly string[]): Promise<number> {
  const command = auditExportCommand();
  parseArguments(command, args);
  const [folder] = command.processedArgs;
  const size = await exportAudit(await serverSource(command.opts()), folder);
  printLine(`${folder}: ${size} entries, checked`);
  return EXIT.ok;
}

/**
 * Writes all files of a log, checks them, and writes the checkpoint last. Full tiles that are there already are kept:
 * they never change.
 * @returns how many entries there are
 * @throws `untrusted` when the tiles in the folder then are not what the checkpoint signs for, or do not continue what
 *   was exported before: the checkpoint of before stays, so that the next call finds that too; `file`
 */
export async function exportAudit(source: AuditSource, folder: string): Promise<number> {
  const [key, note] = [await source.verifierKey(), await source.checkpoint()];
  const { size } = openCheckpoint(note, parseVerifierKey(key));
  const before = await readFileBytes(join(folder, CHECKPOINT));
  for (const name of tilesOf(size)) await exportTile(source, folder, name);
  const written = {
    ...folderSource(folder),
    verifierKey: () => Promise.resolve(key),
    checkpoint: () => Promise.resolve(note),
  };
  // What an earlier export said must still hold.
  await verifyAudit(written, { kept: before === undefined ? [] : [new TextDecoder().decode(before)] });
  await write(join(folder, KEY), key);
  await write(join(folder, CHECKPOINT), note);
  return size;
}

async function exportTile(source: AuditSource, folder: string, name: TileName): Promise<void> {
  const path = join(folder, tilePath(name));
  if (name.width === TILE_WIDTH && await readFileBytes(path) !== undefined) return;
  await write(path, await source.tile(name));
}

async function write(path: string, content: string | Uint8Array<ArrayBuffer>): Promise<void> {
  await makeFolders(dirname(path));
  await writeFileDurably(path, content);
}

/** All that are missing on the way to `path`. */
async function makeFolders(path: string): Promise<void> {
  try {
    if (await hostFileSystem.status(path) !== undefined) return;
    await makeFolders(dirname(path));
    await hostFileSystem.makeFolder(path);
  } catch (error) {
    throw fileError("make", path, error);
  }
}
