/** What a server that runs from an executable does by itself, in its own time, and what keeps it from starting. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { connect } from "node:tls";
import { until } from "../fault/until.ts";
import { freePortPair } from "../support/ports.ts";
import { runCommand } from "../support/process.ts";
import { startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { servingTest } from "./program.ts";

/**
 * Life spans in seconds, of the first start and of the next. With L and 1.8 L the next CA certificates (4 L - 2 * 1.8
 * L) and the next certificate for HTTPS (L - 1.8 L / 3) are due together, when those of the first start are 0.4 L old.
 * They are ten seconds old when they are made: 20 seconds are left, enough for the next start and a look at what is
 * there then.
 */
const LIFE_SPANS = { first: 75, next: 135 };

servingTest("the executable makes CA certificates, CRLs and its own certificate in time", async (serving) => {
  await using folder = await tempFolder();
  const settings = { folder: folder.path, port: freePortPair(), command: [serving.program, "serve"] };
  const { port, command } = settings;
  await using first = await startServer({ ...settings, options: lifeSpan(LIFE_SPANS.first) });
  assert.equal((await first.stop()).status, 0);
  using database = new DatabaseSync(`${folder.path}/caucase.sqlite`, { readOnly: true });
  const [before, kept] = [stateOf(database), await serialKept(folder.path)];
  await using server = await startServer({ ...settings, options: lifeSpan(LIFE_SPANS.next) });
  assert.deepEqual(stateOf(database).certificates, [1, 1]);
  assert.equal(await serialShown(port), kept);
  await refusesASecond(command, folder.path, port);
  // Nobody asks it for anything.
  await until(() => stateOf(database).certificates.every((count) => count === 2));
  await until(() => stateOf(database).crlSince.every((time, index) => time > (before.crlSince[index] ?? Infinity)));
  await until(async () => await serialKept(folder.path) !== kept);
  if (!serving.unchecked) await until(async () => await serialShown(port) !== kept);
  const { status, err } = await server.stop();
  assert.equal(status, 0, err);
  assert.doesNotMatch(err, /fail|error/i);
  await using _next = await server.restart();
  assert.equal(await serialShown(port), await serialKept(folder.path));
});

/** Options for both CAs. */
function lifeSpan(seconds: number): string[] {
  const days = `${seconds / 86_400}`;
  return ["--service-crt-validity", days, "--user-crt-validity", days];
}

interface State {
  /** Of CA certificates, for services and for users. */
  readonly certificates: readonly number[];
  /** When their newest CRLs were made. */
  readonly crlSince: readonly number[];
}

function stateOf(database: DatabaseSync): State {
  const number = (sql: string) => Number(database.prepare(sql).get()?.["n"]);
  const each = (sql: (ca: string) => string) => ["cas", "cau"].map((ca) => number(sql(ca)));
  return {
    certificates: each((ca) => `SELECT COUNT(*) AS n FROM ${ca}ca`),
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

/** Of the certificate that the next start will show. */
async function serialKept(folder: string): Promise<string> {
  const file = await Deno.readTextFile(`${folder}/server.key.pem`);
  return new X509Certificate(file.slice(file.indexOf("-----BEGIN CERT"))).serialNumber;
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
