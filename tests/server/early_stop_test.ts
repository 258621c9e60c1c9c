/** What a server does that is told to stop before it has started. */
import assert from "node:assert/strict";
import { freePortPair } from "../support/ports.ts";
import { RunningProcess } from "../support/process.ts";
import { OUR_PROGRAM } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";

Deno.test("serve ends with status 0 when SIGTERM comes while it starts", async () => {
  await using folder = await tempFolder();
  const command = [...OUR_PROGRAM, "serve", "--netloc", `localhost:${freePortPair()}`, "--bind", "127.0.0.1"];
  await using server = new RunningProcess(command, { cwd: folder.path });
  // Once the database is there, four RSA keys are still to be made.
  let hasEnded = false;
  void server.ended.then(() => hasEnded = true);
  while (!hasEnded && !await hasFile(`${folder.path}/caucase.sqlite`)) await new Promise((wake) => setTimeout(wake, 5));
  const { status, err } = await server.stop("SIGTERM");
  assert.equal(status, 0, err);
});

async function hasFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
