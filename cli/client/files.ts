/**
 * The files of `caucase client`: what one loses when it is replaced is said, as who could read it may not be able to
 * any more.
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
