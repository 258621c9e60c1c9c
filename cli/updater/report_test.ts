/** What the server is told, and when; in memory, over the CA itself. */
import assert from "node:assert/strict";
import { CaucaseError } from "../../core/errors.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { unreachable } from "../../tests/support/in_process_api.ts";
import { UpdaterDesk, wakeTime } from "../../tests/support/updater_desk.ts";
import { EXIT } from "../exit_status.ts";
import { entryStatus, isHealthy } from "./status.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;

/** What the server was told of the certificate that the desk holds. */
async function told(desk: UpdaterDesk) {
  return await desk.stores.installations.find((await desk.pair()).certificate.serial);
}

function reports(desk: UpdaterDesk): number {
  return desk.calls.filter((name) => name === "reportInstallation").length;
}

function hookFails(status = 1): () => Promise<void> {
  return () =>
    Promise.reject(new CaucaseError("refused", `the --on-renew command failed: it ended with status ${status}`));
}

/** What a server answers that does not know reports. */
function unknownRoute(desk: UpdaterDesk): void {
  desk.network = async (name, call) => name === "reportInstallation" ? false as never : await call();
}

async function status(desk: UpdaterDesk) {
  return await entryStatus(desk.entry, desk.files, desk.clock.now());
}

Deno.test("wakeUp() reports each new certificate once, after the hook", async () => {
  const desk = new UpdaterDesk();
  const order: string[] = [];
  desk.hook = () => Promise.resolve(void order.push("hook"));
  desk.network = (name, call) => {
    if (name === "reportInstallation") order.push(name);
    return call();
  };
  await desk.start();
  const well = { hook: "succeeded", failingSince: null, detail: null };
  const at = (now: number) => ({ reportedAt: now, hostTime: now, ...well });
  assert.deepEqual(await told(desk), at(desk.clock.now()));
  await desk.start();
  desk.clock.set(desk.clock.now() + 63 * DAY);
  await desk.start();
  assert.deepEqual(await told(desk), at(desk.clock.now()));
  assert.deepEqual(order, ["hook", "reportInstallation", "hook", "reportInstallation"]);
  const { report } = await status(desk);
  assert.deepEqual([report?.state, report?.last?.hook], ["told", "succeeded"]);
});

Deno.test("wakeUp() reports that there is no hook, or that none has run", async () => {
  const desk = new UpdaterDesk({ entry: { onRenew: undefined } });
  await desk.start();
  assert.equal((await told(desk))?.hook, "none");
  const silent = new UpdaterDesk({ entry: { report: false } });
  await silent.start();
  const later = new UpdaterDesk({ like: silent });
  await later.files.remove(later.entry.statePath);
  await later.start();
  assert.equal((await told(later))?.hook, "none", "nothing changed since this updater began");
});

Deno.test("wakeUp() reports since when the hook fails, once, and that it does not any more", async () => {
  const desk = new UpdaterDesk();
  desk.hook = hookFails();
  const since = desk.clock.now();
  let wakeAt = wakeTime(await desk.start());
  const failed = { hook: "failed", failingSince: since, detail: "it ended with status 1" };
  assert.deepEqual(await told(desk), { reportedAt: since, hostTime: since, ...failed });
  for (const _ of [1, 2, 3]) {
    desk.clock.set(wakeAt);
    wakeAt = wakeTime(await desk.start());
  }
  assert.equal(desk.hooks.length, 4);
  assert.equal(reports(desk), 1, "it still fails, in the same way");
  assert.equal((await status(desk)).report?.last?.failingSince, new Date(since * 1000).toISOString());
  desk.hook = () => Promise.resolve();
  desk.clock.set(wakeAt);
  await desk.start();
  assert.deepEqual([(await told(desk))?.hook, (await told(desk))?.failingSince], ["succeeded", null]);
});

Deno.test("wakeUp() says how the hook ended in words of its own, and nothing else of the host", async () => {
  const cases: [message: string, detail: string][] = [
    ["it ended with status 127", "it ended with status 127"],
    ["it was ended by SIGKILL", "it was ended by SIGKILL"],
    ["it took longer than 300 s", "it took longer than 300 s"],
    ["it could not be started: /home/alice/secret: permission denied", "it could not be run"],
    ["it ended with status 1: password=hunter2", "it could not be run"],
  ];
  for (const [message, detail] of cases) {
    const desk = new UpdaterDesk();
    desk.hook = () => Promise.reject(new CaucaseError("refused", `the --on-renew command failed: ${message}`));
    await desk.start();
    assert.equal((await told(desk))?.detail, detail);
  }
});

Deno.test("wakeUp() tells a server nothing that does not know reports, and asks it again after a week", async () => {
  const desk = new UpdaterDesk();
  unknownRoute(desk);
  await desk.start();
  const log = desk.log.join("\n");
  for (const days of [0, 1, 6]) {
    desk.clock.set(desk.clock.now() + days * DAY - 1);
    await desk.start();
  }
  assert.equal(reports(desk), 1);
  assert.doesNotMatch(log, /report/);
  const { report, ...rest } = await status(desk);
  assert.deepEqual(report, { state: "unknown to the server", last: null });
  assert.ok(isHealthy({ report, ...rest }, desk.clock.now()));
  desk.network = (_, call) => call();
  desk.clock.set(desk.clock.now() + DAY);
  await desk.start();
  assert.equal((await told(desk))?.hook, "succeeded");
});

Deno.test("wakeUp() with --report warns that the server does not know reports; with --no-report it asks nothing", async () => {
  const wanted = new UpdaterDesk({ entry: { report: true } });
  unknownRoute(wanted);
  await wanted.start();
  assert.match(wanted.log.join("\n"), /ca\.example\.com:8009\/ does not know reports of installations/);
  const unwanted = new UpdaterDesk({ entry: { report: false } });
  await unwanted.start();
  assert.equal(reports(unwanted), 0);
  assert.equal((await status(unwanted)).report, null);
});

Deno.test("a report that fails is tried again, said once, and no trouble of the updater's", async () => {
  const desk = new UpdaterDesk();
  desk.network = (name, call) => name === "reportInstallation" ? Promise.reject(unreachable()) : call();
  const begin = desk.clock.now();
  let wakeAt = wakeTime(await desk.start());
  assert.ok(wakeAt >= begin + HOUR / 2 && wakeAt <= begin + HOUR, "no hurry");
  for (const _ of [1, 2, 3]) {
    desk.clock.set(wakeAt);
    const updater = await desk.open();
    await updater.wakeUp(AbortSignal.timeout(10_000));
    wakeAt = updater.state.wakeAt ?? 0;
  }
  assert.ok(reports(desk) >= 4);
  assert.equal(desk.log.filter((line) => line.includes("refused")).length, 1);
  const failing = await status(desk);
  assert.equal(failing.report?.state, "pending");
  assert.match(failing.tasks?.["report"]?.lastError ?? "", /connection refused/);
  assert.ok(isHealthy(failing, desk.clock.now()));
  desk.network = (_, call) => call();
  desk.clock.set(wakeAt + DAY);
  await desk.start();
  assert.equal((await told(desk))?.hook, "succeeded");
});

Deno.test("no trouble with reports changes when a certificate is renewed", async () => {
  const troubles = [
    unreachable(),
    new CaucaseError("refused", "the server answered 500", { status: 500 }),
    new CaucaseError("refused", "the server answered 429", { status: 429, retryAfter: 1e9 }),
    new DOMException("Signal timed out.", "TimeoutError"),
    new TypeError("undefined is not a function"),
  ];
  for (const trouble of troubles) {
    const desk = new UpdaterDesk();
    desk.network = (name, call) => name === "reportInstallation" ? Promise.reject(trouble) : call();
    await desk.untilDue();
    const before = (await desk.pair()).certificate.serial;
    await desk.start();
    assert.notEqual((await desk.pair()).certificate.serial, before, String(trouble));
    assert.equal(desk.hooks.length, 2, String(trouble));
  }
});

Deno.test("wakeUp() sends a report again whose answer was lost, also when the hook is again as it was told before", async () => {
  const desk = new UpdaterDesk();
  await desk.start();
  desk.hook = hookFails();
  desk.network = async (name, call) => {
    const answer = await call();
    if (name === "reportInstallation") throw unreachable();
    return answer;
  };
  // New CRLs, of which the hook is told: the certificate is the same.
  desk.clock.set(desk.clock.now() + 24 * DAY);
  await desk.start();
  assert.equal((await told(desk))?.hook, "failed");
  desk.hook = () => Promise.resolve();
  desk.network = (_, call) => call();
  desk.clock.set(desk.clock.now() + HOUR);
  await desk.start();
  assert.equal((await told(desk))?.hook, "succeeded");
});

Deno.test("wakeUp() reports in the end, whatever step of a renewal it is killed at", async () => {
  const like = await new UpdaterDesk().untilDue();
  const before = (await like.pair()).certificate.serial;
  for (let steps = 0; steps < 80; steps += 3) {
    const desk = new UpdaterDesk({ like });
    desk.files.crashAfter(steps);
    await desk.start().catch((error) => assert.ok(isRefusal("file")(error)));
    desk.files.restart();
    desk.clock.set(desk.clock.now() + 600);
    await desk.start();
    assert.notEqual((await desk.pair()).certificate.serial, before);
    assert.equal((await told(desk))?.hook, "succeeded", `after ${steps} steps`);
  }
});

Deno.test("wakeUp() that ends after a failed hook reports it before", async () => {
  const desk = new UpdaterDesk({ entry: { exitOnHookFailure: true } });
  desk.hook = hookFails();
  assert.deepEqual(await desk.start(), { kind: "stopped", status: EXIT.hookFailed });
  assert.equal((await told(desk))?.hook, "failed");
});

Deno.test("another server is told again, and one that was asked in the future too", async () => {
  const desk = new UpdaterDesk();
  unknownRoute(desk);
  const right = desk.clock.now();
  await desk.start();
  const moved = new UpdaterDesk({ like: desk, entry: { caUrl: "http://other.example.com" } });
  await moved.start();
  assert.equal((await told(moved))?.hook, "succeeded");
  const late = new UpdaterDesk({ like: desk });
  const path = late.entry.statePath;
  const state = JSON.parse(late.files.text(path) ?? "");
  late.files.put(path, JSON.stringify({ ...state, reported: { ...state.reported, unknownUntil: right + 900 * DAY } }));
  await late.start();
  assert.equal((await told(late))?.hook, "succeeded");
});
