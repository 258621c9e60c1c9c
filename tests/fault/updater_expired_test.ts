/** A host that was off until its certificate had expired: real processes, killed (SIGKILL) at every step. */
import assert from "node:assert/strict";
import { LookNow, runEntries } from "../../cli/updater/daemon.ts";
import { toEntry } from "../../cli/updater/entry_options.ts";
import { decodePem, PEM_LABEL } from "../../core/pem.ts";
import { parseCsr } from "../../core/x509/csr.ts";
import { findExtension } from "../../core/x509/extension.ts";
import { OID } from "../../core/der/oids.ts";
import { firstUser, type Holder } from "../support/desk.ts";
import { DAY, NOW } from "../support/issuing.ts";
import { runServer, type TestServer } from "../support/running_server.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";
import { FaultyFileSystem } from "./faulty_file_system.ts";
import * as files from "./updater_machine.ts";
import { hostOf } from "./updater_program.ts";

const LATE = NOW + 100 * DAY;
/** Killed by SIGKILL, as the shell counts. */
const KILLED = 128 + 9;
/** The first request is signed unasked; a user's certificate lasts until the host is back. */
const RULES = { validityDays: 93, maxPending: 3, autoApproveCount: 1 };
const SERVE = { service: RULES, user: { ...RULES, validityDays: 300 } };

/** A host whose certificate has expired, and the user who has to sign another one. */
class ExpiredHost implements AsyncDisposable {
  readonly entry: files.Settings["entry"];

  private constructor(
    readonly server: TestServer,
    private readonly folder: TempFolder,
    private readonly user: Holder,
  ) {
    const [host, caUrl] = [`${folder.path}/host`, `http://127.0.0.1:${server.port}`];
    this.entry = { ...files.filesIn(host, caUrl), key: `${host}/key.pem`, onRenew: files.HOOK };
  }

  static async open(server: TestServer): Promise<ExpiredHost> {
    const folder = await tempFolder();
    await Deno.mkdir(`${folder.path}/host`);
    const host = new ExpiredHost(server, folder, await firstUser(server));
    await files.runWell(host.settings(NOW));
    await Deno.remove(`${folder.path}/host/hook.log`);
    server.clock.set(LATE);
    await files.copyFiles(`${folder.path}/host`, host.before);
    return host;
  }

  get before(): string {
    return `${this.folder.path}/before`;
  }

  settings(now: number, more: Partial<NonNullable<files.Settings["machine"]>> = {}): files.Settings {
    return { folder: `${this.folder.path}/host`, entry: this.entry, machine: { now, ...more } };
  }

  /** The request that waits, read. */
  async request(): Promise<{ id: string; csr: Awaited<ReturnType<typeof parseCsr>> }> {
    const { text } = await this.server.ask("GET", "/cas/csr", { as: this.user });
    const [waiting, ...others] = JSON.parse(text);
    assert.equal(others.length, 0, "one request");
    const [block] = decodePem(String(waiting.csr));
    assert.equal(block?.label, PEM_LABEL.CSR);
    return { id: String(waiting.id), csr: await parseCsr(block.der) };
  }

  /** The user's part. */
  async decide(method: "PUT" | "DELETE", id: string): Promise<void> {
    const path = method === "PUT" ? `/cas/crt/${id}` : `/cas/csr/${id}`;
    const { status, text } = await this.server.ask(method, path, { as: this.user });
    assert.equal(status, 204, text);
  }

  /** Its files as they were at first, and no request at the server. */
  async reset(): Promise<void> {
    await files.copyFiles(this.before, this.settings(LATE).folder);
    const { text } = await this.server.ask("GET", "/cas/csr", { as: this.user });
    for (const { id } of JSON.parse(text)) await this.decide("DELETE", String(id));
  }

  status(now: number) {
    return files.startUpdater(this.settings(now), "--status").ended;
  }

  /** Goes on after a kill, in this process, as all that is left of the other one is on the disk; its exit status. */
  goOn(now: number): Promise<number> {
    const host = { ...hostOf({ now }, new FaultyFileSystem()), print: () => {} };
    const control = { signal: new AbortController().signal, look: new LookNow(), once: true };
    const onRenew = `cd ${this.settings(now).folder}; ${files.HOOK}`;
    return runEntries([toEntry({ ...this.entry, onRenew }, String)], host, control);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }
}

Deno.test("updater gets a certificate in place of one that expired, with one signature and nobody at the host", async () => {
  await using server = await runServer({ serve: SERVE });
  await using host = await ExpiredHost.open(server);
  const old = await files.pairOf(host.entry);
  const texts = () => Promise.all([host.entry.key, host.entry.crt].map((path = "") => files.textOf(path)));
  const before = await texts();
  for (const start of ["first", "second"]) {
    await using updater = files.startUpdater(host.settings(LATE));
    await files.sleepsAfter(updater, 0);
    const { id, csr } = await host.request();
    assert.match(updater.written.err, new RegExp(` warning .*a user has to sign request ${id} at http://127`), start);
    assert.deepEqual(csr.subject, old.certificate.subject);
    const names = (of: typeof csr.extensions) => findExtension(of, OID.SUBJECT_ALT_NAME)?.value;
    assert.deepEqual(names(csr.extensions), names(old.certificate.extensions));
    assert.notEqual(csr.publicKey.keyId, old.key.publicKey.keyId);
    assert.deepEqual(await texts(), before, "the old files stay");
    await files.lookNow(updater);
    assert.equal(updater.written.err.split("has to sign").length, 2, "it is said once in a run");
    assert.equal((await updater.stop()).status, 0);
  }
  const waiting = await host.status(LATE);
  assert.equal(waiting.status, 1);
  const { id } = await host.request();
  assert.match(waiting.out, new RegExp(`"state": "expired"[^]*"waitsFor": "a user has to sign request ${id} at`));
  assert.equal((await files.runOnce(host.settings(LATE + 60))).status, 2, "a request waits");
  await using updater = files.startUpdater(host.settings(LATE + 120));
  await files.sleepsAfter(updater, 0);
  await host.decide("PUT", id);
  await files.lookNow(updater);
  const pair = await files.pairOf(host.entry);
  assert.ok(pair.certificate.notAfter > LATE + 90 * DAY);
  assert.ok(await files.fitsForOthers(host.entry));
  assert.match(await files.textOf(`${host.settings(LATE).folder}/hook.log`), /certificate key\n$/);
  assert.equal((await host.status(LATE + 200)).status, 0);
  assert.equal((await updater.stop()).status, 0);
});

Deno.test("updater says that the request in place of an expired certificate was rejected, and keeps the rest", async () => {
  await using server = await runServer({ serve: SERVE });
  await using host = await ExpiredHost.open(server);
  await using updater = files.startUpdater(host.settings(LATE));
  await files.sleepsAfter(updater, 0);
  const { id } = await host.request();
  await host.decide("DELETE", id);
  await files.lookNow(updater);
  assert.match(
    updater.written.err,
    new RegExp(`request ${id} for another one was rejected: .*key\\.pem\\.renewing`, "s"),
  );
  assert.equal((await updater.stop()).status, 0, "it had gone on");
  const { status, out } = await host.status(LATE + 60);
  assert.equal(status, 1);
  assert.match(out, /"requestState": "rejected"/);
  assert.equal((await files.runOnce(host.settings(LATE + 120))).status, 1);
});

Deno.test("updater, killed at every step to the request for another certificate, sends one request", async () => {
  await using server = await runServer({ serve: SERVE });
  await using host = await ExpiredHost.open(server);
  const stepsPath = `${host.before}.steps`;
  assert.equal((await files.runOnce(host.settings(LATE, { stepsPath }))).status, 2);
  const steps = (await Deno.readTextFile(stepsPath)).split("\n");
  const made = steps.findIndex((step) => /^rename .*\.renewing$/.test(step));
  const sent = steps.indexOf("answer to submit");
  const noted = steps.findIndex((step, index) => index > sent && /^rename .*caucase-updater\.json$/.test(step));
  assert.ok(made > 6 && sent > made && noted > sent, steps.join("\n"));
  const old = await Deno.readTextFile(String(host.entry.key));
  for (let number = made - 6; number <= noted + 2; number++) {
    await host.reset();
    const about = `killed at step ${number}, ${steps[number - 1]}`;
    assert.equal((await files.runOnce(host.settings(LATE, { killAt: number }))).status, KILLED, about);
    assert.equal(await Deno.readTextFile(String(host.entry.key)), old, about);
    const key = await files.textOf(`${host.entry.key}.renewing`);
    assert.equal(await host.goOn(LATE + 300), 2, about);
    if (key !== "") assert.equal(await files.textOf(`${host.entry.key}.renewing`), key, about);
    await host.decide("PUT", (await host.request()).id);
    assert.equal(await host.goOn(LATE + 600), 0, about);
    assert.ok((await files.pairOf(host.entry)).certificate.notAfter > LATE, about);
  }
});

Deno.test("updater, killed at every step from the signature to the new files, ends with a pair that fits", async () => {
  await using server = await runServer({ serve: SERVE });
  await using host = await ExpiredHost.open(server);
  assert.equal(await host.goOn(LATE), 2);
  await host.decide("PUT", (await host.request()).id);
  const { folder } = host.settings(LATE);
  const signed = `${host.before}.signed`;
  await files.copyFiles(folder, signed);
  const stepsPath = `${host.before}.steps`;
  await files.runWell(host.settings(LATE + 60, { stepsPath }));
  const steps = (await Deno.readTextFile(stepsPath)).split("\n");
  const begin = steps.indexOf("send certificate");
  assert.ok(begin > 0 && steps.some((step) => /^remove .*\.renewing$/.test(step)), steps.join("\n"));
  for (let number = begin + 1; number <= steps.length; number++) {
    await files.copyFiles(signed, folder);
    const about = `killed at step ${number}, ${steps[number - 1]}`;
    assert.equal((await files.runOnce(host.settings(LATE + 60, { killAt: number }))).status, KILLED, about);
    const isRecoverable = await files.textOf(`${host.entry.key}.pending`) !== "";
    assert.ok(isRecoverable || await files.fitsForOthers(host.entry), about);
    assert.equal(await host.goOn(LATE + 600), 0, about);
    assert.ok((await files.pairOf(host.entry)).certificate.notAfter > LATE, about);
    assert.match(await files.textOf(`${folder}/hook.log`), /certificate key/, about);
    const leftovers = (await files.fileNames(folder)).filter((name) => /renewing|pending/.test(name));
    assert.deepEqual(leftovers, [], about);
  }
});
