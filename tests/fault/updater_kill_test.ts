/**
 * An updater is killed (SIGKILL) at every step of a renewal: nothing is half written, and the next start completes it.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { LookNow, runEntries } from "../../cli/updater/daemon.ts";
import { type RawEntry, toEntry } from "../../cli/updater/entry_options.ts";
import { findKeyFile } from "../../core/host/key_file.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { DAY, NOW } from "../support/issuing.ts";
import { runServer, type TestServer } from "../support/running_server.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";
import { FaultyFileSystem } from "./faulty_file_system.ts";
import * as files from "./updater_machine.ts";
import { hostOf } from "./updater_program.ts";

/** Killed by SIGKILL, as the shell counts. */
const KILLED = 128 + 9;
const DUE = NOW + 63 * DAY;
const RULES = { validityDays: 93, maxPending: 3, autoApproveCount: 200 };

/** What a renewal with key and certificate in two files must consist of. */
const STEPS_OF_TWO = [
  ...[/^rename .*key\.pem\.renewing$/, /^send renew$/, /^answer to renew$/, /^rename .*key\.pem\.pending$/],
  ...[/^rename .*key\.pem$/, /^rename .*crt\.pem$/, /^remove .*key\.pem\.pending$/, /^remove .*key\.pem\.renewing$/],
  ...[/^hook$/, /^end of the hook$/, /^rename .*caucase-updater\.json$/],
  ...[/^send reportInstallation$/, /^answer to reportInstallation$/],
];

Deno.test("updater leaves a pair that fits, in two files, killed at every step of a renewal, and renews in the end", async () => {
  await using server = await runServer({ serve: { service: RULES } });
  await using one = await KilledUpdater.open(server, "key.pem");
  await using other = await KilledUpdater.open(server, "key.pem");
  server.clock.set(DUE);
  const steps = await one.steps();
  for (const step of STEPS_OF_TWO) assert.ok(steps.some((taken) => step.test(taken)), `${step}`);
  // Two at a time: most of it is the start of a process.
  const numbers = steps.keys();
  const worker = async (updater: KilledUpdater) => {
    for (const number of numbers) await updater.killRenewalAt(number + 1, steps);
  };
  await Promise.all([worker(one), worker(other)]);
});

Deno.test("updater leaves a pair that fits, in one file, killed at every step that changes it", async () => {
  await using server = await runServer({ serve: { service: RULES } });
  await using updater = await KilledUpdater.open(server, "crt.pem");
  server.clock.set(DUE);
  const steps = await updater.steps();
  const begin = steps.indexOf("answer to renew");
  const end = steps.findIndex((step) => /^remove .*\.renewing$/.test(step));
  assert.ok(begin > 0 && end > begin);
  for (let number = begin; number <= end; number++) await updater.killRenewalAt(number + 1, steps);
});

Deno.test("updater goes on with the key and request that it has made, killed at every step to the first certificate", async () => {
  await using server = await runServer({ serve: { service: RULES } });
  await using updater = await KilledUpdater.open(server, "key.pem", { now: NOW });
  const steps = await updater.steps();
  const begin = steps.findIndex((step) => /^rename .*key\.pem$/.test(step));
  const end = steps.findIndex((step) => /^remove .*\.pending$/.test(step));
  assert.ok(begin > 0 && end > begin && steps.slice(begin, end).includes("send submit"));
  for (let number = begin + 1; number <= end; number++) {
    const about = await updater.kill(number + 1, steps);
    const { publicKey } = await updater.key() ?? assert.fail(about);
    await updater.startAgain(about);
    assert.equal((await updater.key())?.publicKey.keyId, publicKey.keyId, about);
  }
});

/** The files of one host, put back before each kill to what they were. */
class KilledUpdater implements AsyncDisposable {
  readonly #settings: files.Settings;
  readonly #before: string;

  private constructor(
    private readonly folder: TempFolder,
    private readonly entry: RawEntry,
    private readonly at: { readonly now: number; readonly database: string },
  ) {
    this.#settings = { folder: `${folder.path}/host`, entry };
    this.#before = `${folder.path}/before`;
  }

  /** Without files unless it shall hold a certificate that is due at `now`. */
  static async open(server: TestServer, keyFile: string, { now = DUE } = {}): Promise<KilledUpdater> {
    const folder = await tempFolder();
    const host = `${folder.path}/host`;
    const key = `${host}/${keyFile}`;
    const entry = { ...files.filesIn(host, `http://127.0.0.1:${server.port}`), key, onRenew: files.HOOK };
    const updater = new KilledUpdater(folder, entry, { now, database: server.options.db });
    await Deno.mkdir(host);
    if (now > NOW) {
      await files.runWell({ ...updater.#settings, machine: { now: NOW } });
      await Deno.remove(`${host}/hook.log`);
    }
    await files.copyFiles(host, updater.#before);
    return updater;
  }

  /** What it does when it is not killed, step by step. */
  async steps(): Promise<string[]> {
    const stepsPath = `${this.folder.path}/steps`;
    await files.runWell({ ...this.#settings, machine: { now: this.at.now, stepsPath } });
    return (await Deno.readTextFile(stepsPath)).split("\n");
  }

  /** The key that others read; undefined where there is none. */
  async key(): Promise<PrivateKey | undefined> {
    return (await findKeyFile(this.entry.key ?? ""))?.key;
  }

  /** Kills a renewal at the step of that number, from 1, and lets the next start complete it. */
  async killRenewalAt(number: number, steps: readonly string[]): Promise<void> {
    await files.copyFiles(this.#before, this.#settings.folder);
    const serial = await files.serialOf(this.entry);
    const about = await this.kill(number, steps);
    await files.pairOf(this.entry);
    const isRecoverable = await files.textOf(`${this.entry.key}.pending`) !== "";
    assert.ok(isRecoverable || await files.fitsForOthers(this.entry), about);
    await this.startAgain(about);
    const renewed = await files.serialOf(this.entry);
    assert.notEqual(renewed, serial, about);
    assert.ok(this.isReported(renewed), `${about}: the server was not told`);
  }

  /** Whether the server has heard of a hook that succeeded. */
  isReported(serial: bigint): boolean {
    using database = new DatabaseSync(this.at.database, { readOnly: true });
    const sql = "SELECT hook FROM caucase_installation WHERE serial = ?";
    return database.prepare(sql).get(`${serial}`)?.["hook"] === "succeeded";
  }

  /** Kills it at that step; what to say of it. */
  async kill(number: number, steps: readonly string[]): Promise<string> {
    await files.copyFiles(this.#before, this.#settings.folder);
    const about = `killed at step ${number}, ${steps[number - 1]}`;
    const { status, err } = await files.runOnce({ ...this.#settings, machine: { now: this.at.now, killAt: number } });
    assert.equal(status, KILLED, about + err);
    return about;
  }

  /** Lets it complete what it was killed over: in this process, as all that is left of the other one is on the disk. */
  async startAgain(about: string): Promise<void> {
    const { folder } = this.#settings;
    const host = { ...hostOf({ now: this.at.now + 300 }, new FaultyFileSystem()), print: () => {} };
    const control = { signal: new AbortController().signal, look: new LookNow(), once: true };
    const entry = toEntry({ ...this.entry, onRenew: `cd ${folder}; ${files.HOOK}` }, String);
    assert.equal(await runEntries([entry], host, control), 0, about);
    assert.ok(await files.fitsForOthers(this.entry), about);
    assert.match(await files.textOf(`${folder}/hook.log`), /certificate/, about);
    const leftovers = (await files.fileNames(folder)).filter((name) => /renewing|pending/.test(name));
    assert.deepEqual(leftovers, [], about);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }
}
