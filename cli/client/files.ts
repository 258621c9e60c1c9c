/**
 * The files of `caucase client`. It warns when a replaced file loses rights: some of its readers may not be able to
 * read the new one.
 */
import { type FileSystem, hostFileSystem } from "../../core/host/durable_file.ts";
import { watchingReplacements } from "../../core/host/file_rights.ts";
import { printError } from "../terminal.ts";

export const clientFiles: FileSystem = watchingReplacements(hostFileSystem, (path, losses) => {
  // Where nobody can tell whether there was something to lose, each call would say so: docs/updater.md does.
  for (const { what, certain } of losses) {
    if (certain) printError(`warning: the new ${path} did not get the old one's ${what}`);
  }
});
