/** What a server that runs from an executable does by itself, in its own time, and what keeps it from starting. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { connect } from "node:tls";
import { until } from "../fault/until.ts";
import { DAY, LIFE_SPAN } from "../support/issuing.ts";
import { freePortPair } from "../support/ports.ts";
import { runCommand } from "../support/process.ts";
import { serveOptions, TestServer } from "../support/running_server.ts";
import { startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { servingTest } from "./program.ts";

/** How long before its end the certificate for HTTPS is due, in seconds. */
const THRESHOLD = 25 * DAY;
/** From the start until things are due, in seconds: enough for a start, and a look at what is there then. */
const AHEAD = 10;

servingTest("the executable makes CA certificates, CRLs and its own certificate in time", async (serving) => {
  await using folder = await tempFolder();
  const port = freePortPair();
  const command = [serving.program, "serve"];
  await makeAged(folder.path, port);
  using database = new DatabaseSync(`${folder.path}/caucase.sqlite`, { readOnly: true });
  const [before, kept] = [stateOf(database), await certificateKept(folder.path)];
  const options = dueAt(Math.floor(Date.now() / 1000) + AHEAD, { caEnd: before.caEnd, httpsEnd: kept.validToDate });
  await using server = await startServer({ folder: folder.path, port, command, options });
  assert.deepEqual(stateOf(database).certificates, [1, 1]);
  assert.equal(await serialShown(port), kept.serialNumber);
  await refusesASecond(command, folder.path, port);
  // Nobody asks it for anything.
  await until(() => stateOf(database).certificates.every((count) => count === 2));
  await until(() => stateOf(database).crlSince.every((time, index) => time > (before.crlSince[index] ?? Infinity)));
  await until(async () => (await certificateKept(folder.path)).serialNumber !== kept.serialNumber);
  if (!serving.unchecked) await until(async () => await serialShown(port) !== kept.serialNumber);
  const { status, err } = await server.stop();
  assert.equal(status, 0, err);
  assert.doesNotMatch(err, /fail|error/i);
  await using next = await server.restart();
  assert.equal(await serialShown(next.port), (await certificateKept(folder.path)).serialNumber);
});

/** Files of a server whose CAs will be followed by others in an hour. */
async function makeAged(folder: string, port: number): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const options = serveOptions(folder, { netloc: `localhost:${port}`, basePort: port });
  const server = new TestServer(options, undefined);
  for (const time of [now + 3600 - 2 * LIFE_SPAN, now + THRESHOLD - LIFE_SPAN]) {
    server.clock.set(time);
    await server.start();
    await server.settle();
    await server.stop();
  }
}

/** Options by which new CA certificates and a certificate for HTTPS are due at `due`, in Unix seconds. */
function dueAt(due: number, { caEnd, httpsEnd }: { readonly caEnd: number; readonly httpsEnd: Date }): string[] {
  const lifeSpan = `${(caEnd - due) / 2 / DAY}`;
  const threshold = `${(httpsEnd.getTime() / 1000 - due) / DAY}`;
  return ["--service-crt-validity", lifeSpan, "--user-crt-validity", lifeSpan, "--threshold", threshold];
}

interface State {
  /** Of CA certificates, for services and for users. */
  readonly certificates: readonly number[];
  /** When they end, at the earliest. */
  readonly caEnd: number;
  /** When their newest CRLs were made. */
  readonly crlSince: readonly number[];
}

function stateOf(database: DatabaseSync): State {
  const number = (sql: string) => Number(database.prepare(sql).get()?.["n"]);
  const each = (sql: (ca: string) => string) => ["cas", "cau"].map((ca) => number(sql(ca)));
  return {
    certificates: each((ca) => `SELECT COUNT(*) AS n FROM ${ca}ca`),
    caEnd: Math.min(...each((ca) => `SELECT MIN(expiration_date) AS n FROM ${ca}ca`)),
    crlSince: each((ca) => `SELECT value AS n FROM ${ca}config WHERE name = 'crl_last_update'`),
  };
}

/** Of the certificate that a new connection is shown. */
async function serialShown(port: number): Promise<string> {
  const socket = connect({ port: port + 1, host: "127.0.0.1", rejectUnauthorized: false });
  try {
    await new Promise<void>((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
    return new X509Certificate(socket.getPeerCertificate().raw).serialNumber;
  } finally {
    socket.destroy();
  }
}

/** The certificate that the next start will show. */
async function certificateKept(folder: string): Promise<X509Certificate> {
  const file = await Deno.readTextFile(`${folder}/server.key.pem`);
  return new X509Certificate(file.slice(file.indexOf("-----BEGIN CERT")));
}

/** Neither on the database of the server that runs nor on its port. */
async function refusesASecond(command: readonly string[], cwd: string, port: number): Promise<void> {
  const netloc = ["--netloc", `localhost:${port}`, "--bind", "127.0.0.1"];
  const cases: readonly (readonly [options: readonly string[], says: RegExp])[] = [
    [["--base-port", `${freePortPair()}`], /^error: .*caucase\.sqlite is in use by another caucase process/m],
    [["--db", "other.sqlite", "--server-key", "other.pem"], /^error: .* in use by another program/m],
  ];
  for (const [options, says] of cases) {
    const { status, out, err } = await runCommand([...command, ...netloc, ...options], { cwd });
    assert.deepEqual({ status, out }, { status: 1, out: "" }, err);
    assert.match(err, says);
  }
}
