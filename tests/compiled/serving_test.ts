/**
 * The life of a server that runs from an executable: from nothing, through a kill and a stop, to the database that its
 * backup gives.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { certificateFromPem } from "../../core/x509/certificate.ts";
import { type CertificateList, crlFromPem, isCrlSignedBy } from "../../core/x509/crl.ts";
import { FILES } from "../fault/served_folder.ts";
import { namesIn } from "../support/files.ts";
import { until } from "../fault/until.ts";
import { fetchCertificate, type Holder, holderOf, JSON_TYPE, submit } from "../support/desk.ts";
import { newEcKey } from "../support/issuing.ts";
import { newKey } from "../support/keys.ts";
import { NetworkDesk } from "../support/network_desk.ts";
import { freePortPair } from "../support/ports.ts";
import { runCommand, withUmask } from "../support/process.ts";
import { csrFor, renewalBody, revocationBody } from "../support/requests.ts";
import { keyPem } from "../support/restorable.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { type ServingProgram, servingTest, withoutDeno } from "./program.ts";

servingTest("the executable serves from its first start to the restored backup", async (serving, test) => {
  await using folder = await tempFolder();
  await Deno.mkdir(`${folder.path}/backups`);
  await using life = new Life(serving, folder.path);
  await test.step("it starts with nothing, and answers on both ports", () => life.begin());
  await test.step("it signs the first requests and no others, and takes nobody for a user", () => life.issue());
  await test.step("a holder renews and revokes, and the CRL tells", () => life.renewAndRevoke());
  await test.step("a kill loses nothing, and the next start makes a backup for the user", () => life.kill());
  await test.step("a stop leaves one sound database, and files that only their owner reads", () => life.stop());
  await test.step("manage restores the backup, and the server goes on from there", () => life.restore());
});

/** What comes of one step and is needed in the next. */
class Life implements AsyncDisposable {
  readonly #serving: ServingProgram;
  readonly #folder: string;
  readonly #port = freePortPair();
  #running: ServerProcess | undefined;
  #user: Holder | undefined;
  #host: Holder | undefined;
  #pending = "";
  #crl: CertificateList | undefined;

  constructor(serving: ServingProgram, folder: string) {
    this.#serving = serving;
    this.#folder = folder;
  }

  async begin(): Promise<void> {
    const server = await this.#start();
    assert.deepEqual(namesIn(this.#folder).filter((name) => !/-(wal|shm)$/.test(name)), ["backups", ...FILES]);
    if (this.#serving.unchecked) await server.process.waitFor("May not, but could: nothing.");
    using desk = new NetworkDesk(this.#port);
    const paths = ["/", "/cas", "/cas/crt/ca.crt.pem", "/cau/crt/ca.crt.json", "/cas/crl", "/cau/crl"];
    for (const path of paths) {
      const replies = [await desk.ask("GET", path), await desk.ask("GET", path, { as: null })];
      assert.deepEqual(replies.map(({ status }) => status), [200, 200], path);
      if (path.includes("/cr")) assert.equal(replies[0]?.text, replies[1]?.text, path);
    }
    assert.equal((await desk.ask("GET", "/nothing")).status, 404);
    assert.equal((await desk.ask("DELETE", "/cas/csr")).status, 405);
    assert.equal((await desk.ask("PUT", "/cas/csr", { body: "no request" })).status, 400);
  }

  async issue(): Promise<void> {
    using desk = new NetworkDesk(this.#port);
    const key = await newKey("RSA");
    const id = await submit(desk, "cau", await csrFor(key, "first-user"));
    this.#user = await holderOf(key, await fetchCertificate(desk, "cau", id));
    const hostKey = await newEcKey();
    const hostId = await submit(desk, "cas", await csrFor(hostKey));
    this.#host = await holderOf(hostKey, await fetchCertificate(desk, "cas", hostId));
    this.#pending = await submit(desk, "cas", await csrFor(await newEcKey(), "waits"));
    assert.equal((await desk.ask("GET", `/cas/crt/${this.#pending}`)).status, 404);
    for (const as of [null, this.#user]) {
      const known = as !== null && !this.#serving.unchecked;
      assert.equal((await desk.ask("GET", "/cas/csr", { as })).status, known ? 200 : 401);
    }
  }

  async renewAndRevoke(): Promise<void> {
    using desk = new NetworkDesk(this.#port);
    const { cert, privateKey, certificate } = whole(this.#host);
    const key = await newEcKey();
    const put = async (path: string, body: string) =>
      await desk.ask("PUT", `/cas/crt/${path}`, { headers: JSON_TYPE, body });
    const renewed = await put("renew", await renewalBody(cert, privateKey, await csrFor(key)));
    assert.equal(renewed.status, 200, renewed.text);
    const { serial } = (await holderOf(key, renewed.text)).certificate;
    assert.notEqual(serial, certificate.serial);
    const before = await this.#readCrl(desk);
    const revocation = await revocationBody(cert, privateKey);
    assert.equal((await put("revoke", revocation)).status, 204);
    this.#crl = await this.#readCrl(desk);
    assert.equal(this.#crl.number, (before.number ?? 0n) + 1n);
    assert.deepEqual([certificate.serial, serial].map((one) => this.#crl?.revoked(one)), [true, false]);
    assert.equal((await put("revoke", revocation)).status, 409);
  }

  async kill(): Promise<void> {
    assert.deepEqual(this.#backups(), [], "there was no user when the server started");
    await this.#running?.kill();
    const server = await this.#start();
    using desk = new NetworkDesk(this.#port);
    assert.deepEqual((await this.#readCrl(desk)).der, this.#crl?.der);
    assert.equal((await desk.ask("GET", `/cas/csr/${this.#pending}`)).status, 200);
    await server.process.waitFor("made the backup ");
    await until(() => this.#backups().length === 1);
  }

  async stop(): Promise<void> {
    const { status, out, err } = await whole(this.#running).stop();
    assert.equal(status, 0, err);
    assert.match(out, /"GET \/cas\/crl HTTP\/1\.1" 200 /);
    assert.doesNotMatch(err, /fail|error/i);
    assert.deepEqual(namesIn(this.#folder), ["backups", ...FILES], "no log, nothing of the runtime's");
    for (const name of [...FILES, `backups/${this.#backups()[0]}`]) {
      assert.equal(((await Deno.stat(`${this.#folder}/${name}`)).mode ?? 0) & 0o777, 0o600, name);
    }
    using database = new DatabaseSync(`${this.#folder}/caucase.sqlite`, { readOnly: true });
    assert.equal(database.prepare("PRAGMA integrity_check").get()?.["integrity_check"], "ok");
    assert.equal(database.prepare("SELECT COUNT(*) AS n FROM casrevoked").get()?.["n"], 1);
  }

  async restore(): Promise<void> {
    const cwd = this.#folder;
    await Deno.writeTextFile(`${cwd}/old.key`, keyPem(whole(this.#user).privateKey));
    await Deno.writeFile(`${cwd}/new.csr`, await csrFor(await newEcKey(), "first-user"));
    const backup = `backups/${this.#backups()[0]}`;
    const restore = ["manage", "--db", "restored.sqlite", "--restore-backup", backup, "old.key", "new.csr", "new.crt"];
    const { status, err } = await runCommand([this.#serving.program, ...restore], { cwd });
    assert.equal(status, 0, err);
    assert.match(err, /^Restored restored\.sqlite from /m);
    await this.#start("--db", "restored.sqlite");
    using desk = new NetworkDesk(this.#port);
    const crl = await this.#readCrl(desk);
    assert.equal(crl.revoked(whole(this.#host).certificate.serial), true);
    assert.ok((crl.number ?? 0n) > (this.#crl?.number ?? 0n) + 1n, "far from all numbers that were used");
    assert.equal((await desk.ask("GET", `/cas/csr/${this.#pending}`)).status, 200);
    const { serial } = await certificateFromPem(await Deno.readTextFile(`${cwd}/new.crt`));
    const users = await this.#readCrl(desk, "cau");
    assert.deepEqual([whole(this.#user).certificate.serial, serial].map((one) => users.revoked(one)), [true, false]);
    const { status: ended, err: said } = await whole(this.#running).stop();
    assert.equal(ended, 0, said);
    assert.match(said, /^.*restored from a backup: CRL numbers jumped/m);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running?.[Symbol.asyncDispose]();
  }

  /** With an environment of nothing but this folder, under a mask that lets everybody read. */
  async #start(...options: readonly string[]): Promise<ServerProcess> {
    const folder = this.#folder;
    const environment = [`HOME=${folder}`, `TMPDIR=${folder}`, `PATH=${withoutDeno("/usr/bin:/bin")}`];
    const command = withUmask("000", ["env", "-i", ...environment, this.#serving.program, "serve"]);
    const all = ["--backup-directory", "backups", "--service-auto-approve-count", "1", ...options];
    return this.#running = await startServer({ folder, port: this.#port, command, options: all });
  }

  /** The CRL of a CA, checked. */
  async #readCrl(desk: NetworkDesk, ca: "cas" | "cau" = "cas"): Promise<CertificateList> {
    const crl = await crlFromPem((await desk.ask("GET", `/${ca}/crl`)).text);
    const issuer = await certificateFromPem((await desk.ask("GET", `/${ca}/crt/ca.crt.pem`)).text);
    assert.ok(await isCrlSignedBy(crl, issuer));
    return crl;
  }

  #backups(): string[] {
    return namesIn(`${this.#folder}/backups`).filter((name) => name.endsWith(".sql.caucased"));
  }
}

/** What an earlier step made. */
function whole<T>(made: T | undefined): T {
  assert.ok(made !== undefined, "an earlier step failed");
  return made;
}
