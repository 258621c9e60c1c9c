/** A backup that a running server makes by itself. */
import { startServer } from "../support/server_process.ts";
import type { Implementation } from "./implementation.ts";

/** Runs a server of `maker` on the database in `folder` until it has made a backup; gives the backup's path. */
export async function backupOfServer(maker: Implementation, folder: string): Promise<string> {
  const backups = `${folder}/backups`;
  await Deno.mkdir(backups, { recursive: true });
  await using _server = await startServer({ folder, command: maker.server, options: ["--backup-directory", backups] });
  for (let attempt = 0; attempt < 300; attempt++) {
    const made = (await Array.fromAsync(Deno.readDir(backups))).find(({ name }) => name.endsWith(".sql.caucased"));
    if (made) return `${backups}/${made.name}`;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${maker.name} made no backup`);
}
