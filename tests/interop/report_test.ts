/** Our updater reports what it installed where the server knows reports, and bothers nobody where it does not. */
import assert from "node:assert/strict";
import { runCommand } from "../support/process.ts";
import { startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { interopTest, OURS } from "./implementation.ts";

const FILES = ["--cas-ca", "ca.pem", "--ca", "ca.pem", "--crl", "crl.pem", "--crt", "host.pem", "--subject", "CN=host"];

interopTest("an updater of ours finds out whether a server knows reports, and says nothing of it", async (pairing) => {
  if (pairing.client !== OURS) return;
  await using folder = await tempFolder();
  const options = ["--service-auto-approve-count", "1"];
  await using server = await startServer({ folder: folder.path, command: pairing.server.server, options });
  const run = async (...more: string[]) => {
    const command = [...pairing.client.updater, "--ca-url", server.url, ...FILES, "--on-renew", "true", ...more];
    const { status, out, err } = await runCommand(command, { cwd: folder.path });
    assert.equal(status, 0, out + err);
    assert.doesNotMatch(err, / (warning|error) /);
    return out;
  };
  await run("--once");
  const report = async () => JSON.parse(await run("--status"))[0].report;
  const told = await report();
  if (pairing.server === OURS) assert.deepEqual([told.state, told.last.hook], ["told", "succeeded"]);
  else assert.deepEqual(told, { state: "unknown to the server", last: null });
  await run("--once");
  assert.deepEqual(await report(), told);
});
