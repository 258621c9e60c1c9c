/** An executable serves, or refuses to where its runtime would let everybody in. */
import assert from "node:assert/strict";
import { canServe, startServer } from "../support/server_process.ts";
import { freePortPair } from "../support/ports.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { compiledTest, runBare } from "./program.ts";

compiledTest(
  "the executable's serve works, or refuses an old runtime with the reason and leaves nothing",
  async (program) => {
    if (await canServe()) await serves(program);
    else await refuses(program);
  },
);

async function serves(program: string): Promise<void> {
  await using folder = await tempFolder();
  await using server = await startServer({ folder: folder.path, command: [program, "serve"] });
  const answer = await fetch(`${server.url}/cas/crt/ca.crt.pem`);
  assert.match(await answer.text(), /^-----BEGIN CERTIFICATE-----/);
  assert.equal((await server.stop()).status, 0);
}

async function refuses(program: string): Promise<void> {
  const port = freePortPair();
  const { status, out, err, left } = await runBare(program, "serve", "--netloc", `localhost:${port}`);
  assert.deepEqual({ status, out, left }, { status: 1, out: "", left: [] });
  assert.match(
    err,
    /^error: Deno [0-9.]+ does not ask clients for their certificates \(caucase needs Deno [0-9.]+ or newer\)\n$/,
  );
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port }), Deno.errors.ConnectionRefused);
}
