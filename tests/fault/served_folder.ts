/**
 * Files of a server that has run, with its first user: made once, and copied for each case, as new CA keys take
 * seconds.
 */
import { firstUser, type Holder } from "../support/desk.ts";
import { NetworkDesk } from "../support/network_desk.ts";
import { type Outcome, runCommand } from "../support/process.ts";
import { OUR_PROGRAM, startServer } from "../support/server_process.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";

/** What a server that was stopped leaves, by name. */
export const FILES = ["caucase.sqlite", "caucase.sqlite.lock", "cors.key", "server.key.pem"] as const;

export interface ServedFolder extends AsyncDisposable {
  readonly path: string;
  readonly user: Holder;
  readonly db: string;
}

let original: Promise<{ user: Holder; files: ReadonlyMap<string, Uint8Array> }> | undefined;

/** Puts the files into `folder`, a new one unless given. They belong to a server of netloc `localhost`, any port. */
export async function servedFolder(folder?: string): Promise<ServedFolder> {
  const own = folder === undefined ? await tempFolder() : undefined;
  const { user, files } = await (original ??= makeOriginal());
  const path = own?.path ?? folder ?? "";
  for (const [name, bytes] of files) await Deno.writeFile(`${path}/${name}`, bytes, { mode: 0o600 });
  return {
    ...{ path, user, db: `${path}/caucase.sqlite` },
    async [Symbol.asyncDispose]() {
      await own?.[Symbol.asyncDispose]();
    },
  };
}

async function makeOriginal() {
  await using folder: TempFolder = await tempFolder();
  await using server = await startServer({ folder: folder.path });
  using desk = new NetworkDesk(server.port);
  const user = await firstUser(desk);
  await server.stop();
  const files = new Map<string, Uint8Array>();
  for (const name of FILES) files.set(name, await Deno.readFile(`${folder.path}/${name}`));
  return { user, files };
}

/** Runs `serve` on a folder where it is to refuse; `before` is put before the command. */
export function tryServe(folder: string, before: readonly string[] = []): Promise<Outcome> {
  const options = ["--netloc", "localhost:9", "--base-port", "1", "--bind", "127.0.0.1"];
  return runCommand([...before, ...OUR_PROGRAM, "serve", ...options], { cwd: folder });
}
