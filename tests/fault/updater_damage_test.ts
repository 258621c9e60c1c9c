/** Files of a host that were damaged: what can be had again without new trust is, all else is left alone and named. */
import assert from "node:assert/strict";
import { DAY, NOW } from "../support/issuing.ts";
import { runCommand } from "../support/process.ts";
import { runServer, type TestServer } from "../support/running_server.ts";
import { OUR_PROGRAM } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import * as files from "./updater_machine.ts";

const RULES = { validityDays: 93, maxPending: 3, autoApproveCount: 10 };

async function newHost(server: TestServer, folder: string): Promise<files.Settings> {
  const key = `${folder}/key.pem`;
  const entry = { ...files.filesIn(folder, `http://127.0.0.1:${server.port}`), key, onRenew: files.HOOK };
  await files.runWell({ folder, entry, machine: { now: NOW } });
  await Deno.remove(`${folder}/hook.log`);
  return { folder, entry, machine: { now: NOW + DAY } };
}

/** Cuts a file in half, as a crash of another program or a full disk does; what is left of it. */
async function cut(path = ""): Promise<string> {
  const text = await Deno.readTextFile(path);
  const half = text.slice(0, text.length / 2);
  await Deno.writeTextFile(path, half);
  return half;
}

function warningsOf(err: string): string[] {
  return err.split("\n").filter((line) => /(warning|error) /.test(line));
}

Deno.test("updater that runs gets a CRL again that was cut in half, says so once, and tells the hook", async () => {
  await using folder = await tempFolder();
  await using server = await runServer({ serve: { service: RULES } });
  const settings = await newHost(server, folder.path);
  await using updater = files.startUpdater(settings);
  await files.sleepsAfter(updater, 0);
  const { crl = "" } = settings.entry;
  const whole = await Deno.readTextFile(crl);
  const { length } = updater.written.err;
  await cut(crl);
  for (let look = 0; look < 3; look++) await files.lookNow(updater);
  assert.equal(await Deno.readTextFile(crl), whole);
  const warnings = warningsOf(updater.written.err.slice(length));
  assert.equal(warnings.length, 1, warnings.join("\n"));
  assert.match(warnings[0] ?? "", /cannot use .*crl\.pem: PEM: BEGIN X509 CRL without its END: CRLs are fetched again/);
  assert.equal(await files.textOf(`${folder.path}/hook.log`), "crl\n");
  assert.equal((await updater.stop()).status, 0);
});

Deno.test("client gets a CRL again that was cut in half, and says so", async () => {
  await using folder = await tempFolder();
  await using server = await runServer({ serve: { service: RULES } });
  const { entry: { ca = "", crl = "", caUrl = "" } } = await newHost(server, folder.path);
  const whole = await Deno.readTextFile(crl);
  await cut(crl);
  const call = [...OUR_PROGRAM, "client", "--ca-url", caUrl, "--ca-crt", ca, "--crl", crl];
  const { status, err } = await runCommand(call, { cwd: folder.path });
  assert.equal(status, 0);
  assert.match(err, /^warning: cannot use .*crl\.pem: .* without its END: the CRLs were fetched again\n$/);
  assert.equal(await Deno.readTextFile(crl), whole);
  assert.equal((await runCommand(call, { cwd: folder.path })).err, "");
});

Deno.test("updater leaves a damaged key, certificate or store of CA certificates alone, and names it", async () => {
  const cases: [member: "key" | "crt" | "ca", complaint: RegExp][] = [
    ["key", /cannot use .*key\.pem: PEM: BEGIN (RSA )?PRIVATE KEY without its END/],
    ["crt", /cannot use .*crt\.pem: PEM: BEGIN CERTIFICATE without its END/],
    ["ca", /cannot use .*ca\.pem: PEM: BEGIN CERTIFICATE without its END/],
  ];
  await using server = await runServer({ serve: { service: RULES } });
  for (const [member, complaint] of cases) {
    await using folder = await tempFolder();
    const settings = await newHost(server, folder.path);
    const others = (["key", "crt", "ca"] as const).filter((one) => one !== member).map((one) => settings.entry[one]);
    const before = await Promise.all(others.map((path = "") => files.textOf(path)));
    const half = await cut(settings.entry[member]);
    for (const machine of [{ now: NOW + DAY }, { now: NOW + 63 * DAY }]) {
      const { status, err } = await files.runOnce({ ...settings, machine });
      assert.equal(status, 1, err);
      assert.match(warningsOf(err).join("\n"), complaint);
    }
    assert.equal(await files.textOf(settings.entry[member] ?? ""), half);
    assert.deepEqual(await Promise.all(others.map((path = "") => files.textOf(path))), before);
    const { status, out } = await files.startUpdater(settings, "--status").ended;
    assert.equal(status, 1);
    assert.match(out, complaint);
  }
});
