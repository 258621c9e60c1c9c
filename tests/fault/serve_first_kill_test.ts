/**
 * A server is killed while it starts for the first time: the next start finds nothing half-made, and makes what is
 * missing once.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { certificateFromPem } from "../../core/x509/certificate.ts";
import { readKeyFile } from "../../core/host/key_file.ts";
import { certify, firstUser } from "../support/desk.ts";
import { NetworkDesk } from "../support/network_desk.ts";
import { RunningProcess } from "../support/process.ts";
import { OUR_PROGRAM, startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { assertKeyFilesWhole, seededRandom } from "./kill_support.ts";
import { namesIn } from "../support/files.ts";
import { FILES } from "./served_folder.ts";

const ROUNDS = Number(Deno.env.get("CAUCASE_FAULT_ROUNDS") ?? 3);
const SEED = Number(Deno.env.get("CAUCASE_FAULT_SEED") ?? 20_261_124);

/** From the moment on at which each of these is there the kill may come. */
const MILESTONES = ["caucase.sqlite", "cors.key", "server.key.pem"];
/** At most so long after a milestone, in milliseconds: until the next one, more or less. */
const SPREAD = 300;

Deno.test("serve that is killed in its first start leaves nothing half-made, and the next start makes the rest", async () => {
  const random = seededRandom(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    await using folder = await tempFolder();
    await killFirstStart(folder.path, {
      milestone: MILESTONES[round % MILESTONES.length] ?? "",
      delay: random() * SPREAD,
    });
    await assertKeyFilesWhole(folder.path);
    await assertStarts(folder.path, await authorities(folder.path));
  }
});

async function killFirstStart(
  folder: string,
  { milestone, delay }: { milestone: string; delay: number },
): Promise<void> {
  const options = ["--netloc", "localhost:1", "--base-port", "1", "--bind", "127.0.0.1"];
  await using server = new RunningProcess([...OUR_PROGRAM, "serve", ...options], { cwd: folder });
  while (!namesIn(folder).includes(milestone)) await new Promise((resolve) => setTimeout(resolve, 2));
  await new Promise((resolve) => setTimeout(resolve, delay));
  await server.stop("SIGKILL");
}

/** CA certificates in a copy of the database, by CA: at most one each. */
async function authorities(folder: string): Promise<Record<string, string>> {
  await using copies = await tempFolder();
  for (const name of namesIn(folder).filter((name) => /sqlite(-wal)?$/.test(name))) {
    await Deno.copyFile(`${folder}/${name}`, `${copies.path}/${name}`);
  }
  using database = new DatabaseSync(`${copies.path}/caucase.sqlite`);
  assert.equal(database.prepare("PRAGMA integrity_check").get()?.["integrity_check"], "ok");
  const found: Record<string, string> = {};
  for (const ca of ["cau", "cas", "http_cas"]) {
    if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?").get(`${ca}ca`) === undefined) continue;
    const rows = database.prepare(`SELECT CAST(crt AS TEXT) AS pem FROM ${ca}ca`).all();
    assert.ok(rows.length <= 1, `${rows.length} CA certificates of ${ca}`);
    if (rows[0] !== undefined) found[ca] = `${rows[0]["pem"]}`;
  }
  return found;
}

async function assertStarts(folder: string, before: Record<string, string>): Promise<void> {
  await using server = await startServer({ folder });
  using desk = new NetworkDesk(server.port);
  for (const ca of ["cau", "cas"]) {
    const { text } = await desk.ask("GET", `/${ca}/crt/ca.crt.pem`);
    assert.equal(text, before[ca] ?? text, `the CA ${ca} is the one that was stored`);
    await certificateFromPem(text);
  }
  await certify(desk, await firstUser(desk));
  const { certificate } = await readKeyFile(`${folder}/server.key.pem`);
  assert.ok(certificate);
  assert.equal((await server.stop()).status, 0);
  assert.deepEqual(namesIn(folder).filter((name) => !name.startsWith(".caucase-")), [...FILES]);
}
