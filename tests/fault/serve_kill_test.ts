/**
 * A server is killed (SIGKILL) again and again while it is busy, and started on the same files: what it had
 * acknowledged is there, no CRL number has two contents, and the database and key file are whole.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { firstUser } from "../support/desk.ts";
import { NetworkDesk } from "../support/network_desk.ts";
import { freePortPair } from "../support/ports.ts";
import { startServer } from "../support/server_process.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";
import { assertKeyFilesWhole, seededRandom } from "./kill_support.ts";
import { checkAcknowledged, Ledger, type Round, traffic } from "./kill_traffic.ts";

/** `CAUCASE_FAULT_ROUNDS` and `CAUCASE_FAULT_SEED` make more of it, and other times of the kill. */
const ROUNDS = Number(Deno.env.get("CAUCASE_FAULT_ROUNDS") ?? 6);
const SEED = Number(Deno.env.get("CAUCASE_FAULT_SEED") ?? 20_261_123);
/** A round lasts from the first to the sum of both, in milliseconds. */
const SHORTEST = 100;
const SPREAD = 1_500;

const OPTIONS = ["--service-max-csr", "1000000"];

Deno.test("serve loses nothing it acknowledged when it is killed under load", async () => {
  await using folder = await tempFolder();
  const settings = { folder: folder.path, port: freePortPair(), options: OPTIONS };
  const random = seededRandom(SEED);
  const ledger = new Ledger();
  let user: Round["user"] | undefined;
  let authorities: string | undefined;
  for (let round = 0; round <= ROUNDS; round++) {
    await using server = await startServer(settings);
    using desk = new NetworkDesk(server.port);
    user ??= await firstUser(desk);
    authorities ??= await caCertificates(desk);
    assert.equal(await caCertificates(desk), authorities, "no CA is made twice");
    const state: Round = { desk, user, ledger, random, killed: false };
    await checkAcknowledged(state);
    if (round === ROUNDS) break;
    const crowd = traffic(state);
    await Promise.race([crowd, elapsed(SHORTEST + random() * SPREAD)]);
    // However slow the machine is, some of everything was acknowledged before a kill.
    while (round === ROUNDS - 1 && !ledger.hasSomeOfEach) await Promise.race([crowd, elapsed(SHORTEST)]);
    state.killed = true;
    await server.kill();
    await crowd;
    await checkFiles(folder, round);
  }
});

async function caCertificates(desk: NetworkDesk): Promise<string> {
  const answers = ["cau", "cas"].map(async (ca) => (await desk.ask("GET", `/${ca}/crt/ca.crt.pem`)).text);
  const chains = ["cau", "cas"].map(async (ca) => (await desk.ask("GET", `/${ca}/crt/ca.crt.json`)).text);
  return (await Promise.all([...answers, ...chains])).join("");
}

/** What the killed server left behind, looked at in a copy: the next server must cope with the original by itself. */
async function checkFiles(folder: TempFolder, round: number): Promise<void> {
  const copy = `${folder.path}/after-kill-${round}.sqlite`;
  for (const suffix of ["", "-wal"]) await Deno.copyFile(`${folder.path}/caucase.sqlite${suffix}`, copy + suffix);
  const database = new DatabaseSync(copy);
  try {
    assert.deepEqual(database.prepare("PRAGMA integrity_check").all().map((row) => row.integrity_check), ["ok"]);
  } finally {
    database.close();
  }
  await assertKeyFilesWhole(folder.path);
}

function elapsed(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
