import assert from "node:assert/strict";
import { hostFileSystem } from "../../core/host/durable_file.ts";
import { readKeyPair } from "../../core/host/key_pair_file.ts";
import { unreachable } from "../../tests/support/in_process_api.ts";
import { type DeskOptions, UpdaterDesk } from "../../tests/support/updater_desk.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { type DaemonControl, LookNow, runEntries } from "./daemon.ts";
import { type RawEntry, toEntry, type UpdaterEntry } from "./entry_options.ts";
import { lockFiles } from "./lock.ts";
import { by } from "../../tests/support/issuing.ts";

const DAY = 86_400;

/** A desk whose files are on the disk: locks are the kernel's. */
class DaemonDesk extends UpdaterDesk {
  readonly stop = new AbortController();
  readonly look = new LookNow();

  constructor(readonly folder: string, options: DeskOptions = {}) {
    super(options);
  }

  entryFor(name: string, more: RawEntry = {}): UpdaterEntry {
    const inFolder = (path: string) => `${this.folder}/${path}`;
    const stores = { casCa: inFolder("ca.pem"), ca: inFolder("ca.pem"), crl: inFolder("crl.pem") };
    return toEntry({ caUrl: "http://ca:8009", ...stores, crt: inFolder(name), subject: "CN=host", ...more }, String);
  }

  run(entries: readonly UpdaterEntry[], control: Partial<DaemonControl> = {}): Promise<number> {
    const host = { ...this.host(), fileSystem: hostFileSystem };
    return runEntries(entries, host, { signal: this.stop.signal, look: this.look, once: false, ...control });
  }

  /** Resolves when that many entries sleep, having printed when they wake up `printed` times. */
  async asleep(sleepers: number, printed: number): Promise<void> {
    while (this.clock.sleepers !== sleepers || this.printed.length < printed) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

Deno.test("runEntries() sleeps and wakes up until the signal, and looks at once when told to", async () => {
  await using folder = await tempFolder();
  const desk = new DaemonDesk(folder.path);
  const ended = desk.run([desk.entryFor("host.pem")]);
  await desk.asleep(1, 1);
  assert.match(desk.printed[0] ?? "", /^Next wake-up at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000$/);
  const paths = { keyPath: `${folder.path}/host.pem`, certificatePath: `${folder.path}/host.pem` };
  const before = await readKeyPair(paths);
  desk.clock.set(desk.clock.now() + 63 * DAY);
  await desk.asleep(1, 2);
  assert.notEqual((await readKeyPair(paths)).keyPem, before.keyPem);
  desk.calls.length = 0;
  desk.look.trigger();
  await desk.asleep(1, 3);
  assert.deepEqual(desk.calls, ["caChain", "crls"]);
  desk.stop.abort(new DOMException("stopped by SIGTERM", "AbortError"));
  assert.equal(await ended, 0);
});

Deno.test("runEntries() wakes up early when the clock is put right", async () => {
  await using folder = await tempFolder();
  const desk = new DaemonDesk(folder.path);
  const right = desk.clock.now();
  const ended = desk.run([desk.entryFor("host.pem")]);
  await desk.asleep(1, 1);
  desk.clock.set(right + 3650 * DAY);
  await desk.asleep(1, 2);
  assert.match(desk.log.join("\n"), /have expired/);
  desk.calls.length = 0;
  desk.clock.set(right + DAY);
  await desk.asleep(1, 3);
  assert.ok(desk.calls.includes("caChain"), "what failed while the clock was wrong is not waited for");
  desk.stop.abort();
  await ended;
});

Deno.test("runEntries() does not let an entry that fails hold up others", async () => {
  await using folder = await tempFolder();
  const desk = new DaemonDesk(folder.path);
  const byHand = desk.entryFor("by-hand.pem", { subject: undefined });
  const locked = desk.entryFor("locked.pem");
  const good = desk.entryFor("good.pem");
  using _lock = await lockFiles(locked.name, hostFileSystem);
  const ended = desk.run([byHand, locked, good]);
  await desk.asleep(2, 2);
  await readKeyPair({ keyPath: good.name, certificatePath: good.name });
  assert.match(desk.log.join("\n"), /no request in .*by-hand\.pem\.csr/);
  assert.match(desk.log.join("\n"), /another updater keeps .*locked\.pem up to date/);
  desk.stop.abort();
  assert.equal(await ended, 1, "for the one that could not be kept");
});

Deno.test("runEntries() ends when every entry has come to its end", async () => {
  await using folder = await tempFolder();
  const desk = new DaemonDesk(folder.path, { autoApprove: 0 });
  const ended = desk.run([desk.entryFor("host.pem")]);
  await desk.asleep(1, 1);
  const [request] = await desk.ca.issuance.pending();
  await desk.ca.issuance.reject(request?.id ?? 0n, by(desk.clock.now()));
  desk.clock.set(desk.clock.now() + 60);
  assert.equal(await ended, 1);
});

Deno.test("runEntries() goes on when standard output cannot be written", async () => {
  await using folder = await tempFolder();
  const desk = new DaemonDesk(folder.path);
  const print = () => {
    throw new Error("no space left on device");
  };
  const control = { signal: desk.stop.signal, look: desk.look, once: false };
  const host = { ...desk.host(), fileSystem: hostFileSystem, print };
  const ended = runEntries([desk.entryFor("host.pem")], host, control);
  await desk.asleep(1, 0);
  assert.match(desk.log.join("\n"), /no space left on device$/);
  desk.stop.abort();
  assert.equal(await ended, 0);
});

Deno.test("runEntries() does once what is due, and tells how it went by its status", async () => {
  const cases: [name: string, options: DeskOptions, prepare: (desk: DaemonDesk) => void, status: number][] = [
    ["done", {}, () => {}, 0],
    ["no server", {}, (desk) => void (desk.network = () => Promise.reject(unreachable())), 1],
    ["waiting for approval", { autoApprove: 0 }, () => {}, 2],
  ];
  for (const [name, options, prepare, status] of cases) {
    await using folder = await tempFolder();
    const desk = new DaemonDesk(folder.path, options);
    prepare(desk);
    assert.equal(await desk.run([desk.entryFor("host.pem")], { once: true }), status, name);
    assert.deepEqual(desk.printed, [], "there is no next wake-up");
  }
});

Deno.test("runEntries() waits for a folder that cannot be written yet", async () => {
  await using folder = await tempFolder();
  const desk = new DaemonDesk(`${folder.path}/later`);
  const ended = desk.run([desk.entryFor("host.pem")]);
  await desk.asleep(1, 0);
  await Deno.mkdir(`${folder.path}/later`);
  desk.clock.set(desk.clock.now() + 60);
  await desk.asleep(1, 1);
  await readKeyPair({ keyPath: `${folder.path}/later/host.pem`, certificatePath: `${folder.path}/later/host.pem` });
  desk.stop.abort();
  assert.equal(await ended, 0);
});
