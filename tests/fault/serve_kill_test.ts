/**
 * A server is killed (SIGKILL) again and again while it is busy, and started on the same files: what it had acknowledged is
 * there, no CRL number has two contents, and the database and key file are whole.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { readKeyFile } from "../../core/host/key_file.ts";
import { firstUser } from "../support/desk.ts";
import { NetworkDesk } from "../support/network_desk.ts";
import { freePortPair } from "../support/ports.ts";
import { startServer } from "../support/server_process.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";
import { checkAcknowledged, Ledger, type Round, traffic } from "./kill_traffic.ts";

const ROUNDS = 6;
const SEED = 20_261_123;
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
  for (let round = 0; round <= ROUNDS; round++) {
    await using server = await startServer(settings);
    using desk = new NetworkDesk(server.port);
    user ??= await firstUser(desk);
    const state: Round = { desk, user, ledger, random, killed: false };
    await checkAcknowledged(state);
    if (round === ROUNDS) break;
    const crowd = traffic(state);
    await Promise.race([crowd, elapsed(SHORTEST + random() * SPREAD)]);
    state.killed = true;
    await server.kill();
    await crowd;
    await checkFiles(folder, round);
  }
  assert.ok(ledger.signed.size > ROUNDS && ledger.revoked.size > ROUNDS && ledger.crls.size > ROUNDS, "it was busy");
});

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
  const { key, certificate } = await readKeyFile(`${folder.path}/server.key.pem`);
  assert.equal(key?.publicKey.keyId, certificate?.publicKey.keyId, "server.key.pem holds a pair");
}

function elapsed(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Mulberry32: the same numbers from 0 to 1 in every run, so that a failure comes again. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}
