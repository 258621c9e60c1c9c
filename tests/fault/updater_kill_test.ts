/** An updater is killed (SIGKILL) at every step of a renewal: nothing is half written, and the next start completes it. */
import assert from "node:assert/strict";
import { LookNow, runEntries } from "../../cli/updater/daemon.ts";
import { type RawEntry, toEntry } from "../../cli/updater/entry_options.ts";
import { DAY, NOW } from "../support/issuing.ts";
import { runServer, type TestServer } from "../support/running_server.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";
import { FaultyFileSystem } from "./faulty_file_system.ts";
import * as files from "./updater_machine.ts";
import { hostOf } from "./updater_program.ts";

/** Killed by SIGKILL, as the shell counts. */
const KILLED = 128 + 9;
const DUE = NOW + 63 * DAY;
const RULES = { validityDays: 93, maxPending: 3, autoApproveCount: 10 };

/** What a renewal with key and certificate in two files must consist of. */
const STEPS_OF_TWO = [
  ...[/^rename .*key\.pem\.renewing$/, /^send renew$/, /^answer to renew$/, /^rename .*key\.pem\.pending$/],
  ...[/^rename .*key\.pem$/, /^rename .*crt\.pem$/, /^remove .*key\.pem\.pending$/, /^remove .*key\.pem\.renewing$/],
  ...[/^hook$/, /^end of the hook$/, /^rename .*caucase-updater\.json$/],
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
    for (const number of numbers) await updater.killAt(number + 1, steps);
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
  for (let number = begin; number <= end; number++) await updater.killAt(number + 1, steps);
});

/** The files of one host, put back after each kill to what they were when the certificate became due. */
class KilledUpdater implements AsyncDisposable {
  readonly #settings: files.Settings;
  readonly #due: string;

  private constructor(private readonly folder: TempFolder, private readonly entry: RawEntry) {
    this.#settings = { folder: `${folder.path}/host`, entry };
    this.#due = `${folder.path}/due`;
  }

  static async open(server: TestServer, keyFile: string): Promise<KilledUpdater> {
    const folder = await tempFolder();
    const host = `${folder.path}/host`;
    const key = `${host}/${keyFile}`;
    const entry = { ...files.filesIn(host, `http://127.0.0.1:${server.port}`), key, onRenew: files.HOOK };
    const updater = new KilledUpdater(folder, entry);
    await Deno.mkdir(host);
    await files.runWell({ ...updater.#settings, machine: { now: NOW } });
    await Deno.remove(`${host}/hook.log`);
    await files.copyFiles(host, updater.#due);
    return updater;
  }

  /** What a renewal does, step by step. */
  async steps(): Promise<string[]> {
    const stepsPath = `${this.folder.path}/steps`;
    await files.runWell({ ...this.#settings, machine: { now: DUE, stepsPath } });
    return (await Deno.readTextFile(stepsPath)).split("\n");
  }

  /** Kills a renewal at the step of that number, from 1, and lets the next start complete it. */
  async killAt(number: number, steps: readonly string[]): Promise<void> {
    const { entry } = this;
    const { folder } = this.#settings;
    const about = `killed at step ${number}, ${steps[number - 1]}`;
    await files.copyFiles(this.#due, folder);
    const serial = await files.serialOf(entry);
    const { status, err } = await files.runOnce({ ...this.#settings, machine: { now: DUE, killAt: number } });
    assert.equal(status, KILLED, about + err);
    await files.pairOf(entry);
    const isRecoverable = await files.textOf(`${entry.key}.pending`) !== "";
    assert.ok(isRecoverable || await files.fitsForOthers(entry), about);

    assert.equal(await this.#startAgain(), 0, about);
    assert.ok(await files.fitsForOthers(entry), about);
    assert.notEqual(await files.serialOf(entry), serial, about);
    assert.match(await files.textOf(`${folder}/hook.log`), /certificate/, about);
    const leftovers = (await files.fileNames(folder)).filter((name) => /renewing|pending/.test(name));
    assert.deepEqual(leftovers, [], about);
  }

  /** In this process, as that is quicker: all that is left of the killed one is on the disk. */
  async #startAgain(): Promise<number> {
    const host = { ...hostOf({ now: DUE + 300 }, new FaultyFileSystem()), print: () => {} };
    const control = { signal: new AbortController().signal, look: new LookNow(), once: true };
    return await runEntries(
      [toEntry({ ...this.entry, onRenew: `cd ${this.#settings.folder}; ${files.HOOK}` }, String)],
      host,
      control,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }
}
