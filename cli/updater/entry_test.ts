/** Renewals, hooks, troubles; the first certificate is in bootstrap_test.ts. */
import assert from "node:assert/strict";
import { CaucaseError } from "../../core/errors.ts";
import { unreachable } from "../../tests/support/in_process_api.ts";
import { FOLDER, PATHS, UpdaterDesk, wakeTime } from "../../tests/support/updater_desk.ts";
import { by } from "../../tests/support/issuing.ts";

const DAY = 86_400;
async function serialOf(desk: UpdaterDesk): Promise<bigint> {
  return (await desk.pair()).certificate.serial;
}

/** A desk that holds a certificate which is due for renewal. */
function dueDesk(): Promise<UpdaterDesk> {
  return new UpdaterDesk().untilDue();
}

Deno.test("wakeUp() renews with a new key, and tells the hook once", async () => {
  const desk = await dueDesk();
  const before = await desk.pair();
  await desk.start();
  const after = await desk.pair();
  assert.notEqual(after.keyPem, before.keyPem);
  assert.notEqual(after.certificate.serial, before.certificate.serial);
  assert.equal(desk.hooks.length, 2);
  assert.ok(!desk.files.paths().includes(`${FOLDER}/host.key.renewing`));
  desk.clock.set(desk.clock.now() + 600);
  await desk.start();
  assert.equal(desk.hooks.length, 2, "nothing changed, nothing to tell");
});

Deno.test("wakeUp() refreshes the other store when one of two CAs fails", async () => {
  const desk = new UpdaterDesk({ entry: { casCa: `${FOLDER}/cas.pem` } });
  let count = 0;
  desk.network = async (_, call) => {
    if (count++ === 0) throw unreachable();
    return await call();
  };
  await desk.start();
  assert.ok(!desk.files.paths().includes(`${FOLDER}/cas.pem`));
  assert.ok(desk.files.paths().includes(`${FOLDER}/ca.pem`));
  assert.match(desk.log.join("\n"), /connection refused/);
});

Deno.test("wakeUp() gets the certificate that the server signed when its answer was lost", async () => {
  const desk = await dueDesk();
  const answers: unknown[] = [];
  desk.network = async (name, call) => {
    const answer = await call();
    if (name !== "renew") return answer;
    answers.push(answer);
    if (answers.length === 1) throw unreachable();
    return answer;
  };
  const before = await serialOf(desk);
  const wake = await desk.start();
  assert.equal(await serialOf(desk), before, "the old pair stays in use");
  desk.clock.set(wakeTime(wake));
  await desk.start();
  assert.notEqual(await serialOf(desk), before);
  assert.equal(answers.length, 2);
  assert.equal(answers[0], answers[1], "the same certificate");
});

Deno.test("wakeUp() makes a new request where the server takes none twice, as the reference", async () => {
  const desk = await dueDesk();
  const before = await serialOf(desk);
  let count = 0;
  desk.network = async (name, call) => {
    if (name !== "renew") return await call();
    count++;
    if (count === 1) throw unreachable();
    if (count === 2) throw new CaucaseError("refused", "the server answered 404", { status: 404 });
    return await call();
  };
  desk.clock.set(wakeTime(await desk.start()));
  await desk.start();
  assert.equal(count, 3);
  assert.notEqual(await serialOf(desk), before);
});

Deno.test("wakeUp() leaves a pair that fits, whatever step of a renewal it is killed at", async () => {
  const like = await dueDesk();
  const before = await serialOf(like);
  for (let steps = 0; steps < 80; steps++) {
    const desk = new UpdaterDesk({ like });
    desk.files.crashAfter(steps);
    await desk.start().catch((error) => assert.ok(error instanceof CaucaseError, String(error)));
    desk.files.restart();
    await desk.pair();
    desk.clock.set(desk.clock.now() + 600);
    const updater = await desk.open();
    assert.equal(desk.files.text(PATHS.certificatePath)?.includes("BEGIN CERTIFICATE"), true);
    await updater.wakeUp(new AbortController().signal);
    assert.notEqual(await serialOf(desk), before, `after ${steps} steps`);
    assert.equal(
      desk.hooks.at(-1)?.changes.some(({ reason }) => reason === "certificate"),
      true,
      `after ${steps} steps`,
    );
    assert.deepEqual(desk.files.paths().filter((path) => /renewing|pending/.test(path)), [], `after ${steps} steps`);
  }
});

Deno.test("wakeUp() keeps the old pair on a full disk, sends nothing, and renews when there is room", async () => {
  const desk = await dueDesk();
  const before = await serialOf(desk);
  const updater = await desk.open();
  desk.files.full = true;
  desk.calls.length = 0;
  const wake = await updater.wakeUp(new AbortController().signal);
  assert.ok(!desk.calls.includes("renew"), "what cannot be kept is not asked for");
  assert.equal(await serialOf(desk), before);
  assert.match(desk.log.join("\n"), /no space left on device/);
  desk.files.full = false;
  assert.ok(wakeTime(wake) <= desk.clock.now() + 120);
  desk.clock.set(desk.clock.now() + DAY / 2);
  await updater.wakeUp(new AbortController().signal);
  assert.notEqual(await serialOf(desk), before);
});

Deno.test("wakeUp() says once in a run that what it remembers cannot be written, and again after that could be", async () => {
  const desk = new UpdaterDesk();
  await desk.start();
  const updater = await desk.open();
  const { signal } = new AbortController();
  const said = () => desk.log.filter((line) => line.includes("caucase-updater.json")).length;
  const wakeUp = async () => {
    desk.clock.set(desk.clock.now() + 2 * DAY);
    updater.lookNow();
    await updater.wakeUp(signal);
  };
  desk.files.full = true;
  await wakeUp();
  await wakeUp();
  assert.deepEqual([said(), updater.unsaved], [1, true], desk.log.join("\n"));
  desk.files.full = false;
  await wakeUp();
  assert.equal(updater.unsaved, false);
  desk.files.full = true;
  await wakeUp();
  assert.deepEqual([said(), updater.unsaved], [2, true]);
});

Deno.test("wakeUp() gets a CRL again that was cut in half, says so once, and tells the hook", async () => {
  const desk = new UpdaterDesk();
  await desk.start();
  const path = `${FOLDER}/crl.pem`;
  const whole = desk.files.text(path) ?? "";
  desk.files.put(path, whole.slice(0, whole.length / 2));
  const updater = await desk.open();
  const { signal } = new AbortController();
  desk.network = () => Promise.reject(unreachable());
  const wake = await updater.wakeUp(signal);
  desk.clock.set(wakeTime(wake));
  await updater.wakeUp(signal);
  desk.network = (_, call) => call();
  desk.clock.set(desk.clock.now() + 300);
  await updater.wakeUp(signal);
  assert.equal(desk.files.text(path), whole);
  assert.deepEqual(desk.log.filter((line) => line.includes("crl.pem")), [
    `cannot use ${path}: PEM: BEGIN X509 CRL without its END: CRLs are fetched again`,
  ]);
  assert.deepEqual(desk.hooks.at(-1)?.changes.map(({ reason }) => reason), ["crl"]);
});

Deno.test("wakeUp() runs a hook that failed again, with backoff, also after a restart, until it succeeds", async () => {
  const desk = new UpdaterDesk();
  desk.hook = () =>
    Promise.reject(new CaucaseError("refused", "the --on-renew command failed: it ended with status 1"));
  const first = wakeTime(await desk.start());
  assert.ok(first >= desk.clock.now() + 60 && first <= desk.clock.now() + 120);
  desk.clock.set(first);
  await desk.start();
  assert.equal(desk.hooks.length, 2);
  assert.deepEqual(desk.hooks[1]?.changes.map(({ path }) => path), desk.hooks[0]?.changes.map(({ path }) => path));
  desk.hook = () => Promise.resolve();
  desk.clock.set(desk.clock.now() + 600);
  await desk.start();
  await desk.start();
  assert.equal(desk.hooks.length, 3, "once it succeeded there is nothing left to tell");
});

Deno.test("wakeUp() ends with status 3 after a failed hook for those who want that", async () => {
  const desk = new UpdaterDesk({ entry: { exitOnHookFailure: true } });
  desk.hook = () => Promise.reject(new CaucaseError("refused", "failed"));
  assert.deepEqual(await desk.start(), { kind: "stopped", status: 3 });
});

Deno.test("wakeUp() says what to do when the server refuses to renew, and keeps no key for it", async () => {
  const desk = await dueDesk();
  const { certificate } = await desk.pair();
  await desk.ca.revocations.revoke({ by: "user", certificate }, by(desk.clock.now()));
  await desk.start();
  assert.match(desk.log.join("\n"), /cannot renew .*host\.crt: .*400.*revoked.*move .*host\.crt.* away/);
  assert.ok(!desk.files.paths().some((path) => path.endsWith(".renewing")));
});

Deno.test("wakeUp() changes nothing when all stored CA certificates have expired", async () => {
  const desk = new UpdaterDesk();
  await desk.start();
  const before = desk.files.text(`${FOLDER}/ca.pem`);
  desk.clock.set(desk.clock.now() + 5 * 93 * DAY);
  await desk.start();
  assert.equal(desk.files.text(`${FOLDER}/ca.pem`), before);
  assert.match(desk.log.at(-1) ?? "", /\/caucase-desk\/ca\.pem.*have expired.*by hand/);
});

Deno.test("wakeUp() does not renew while the clock says that the certificate is not valid yet", async () => {
  const desk = new UpdaterDesk();
  await desk.start();
  const right = desk.clock.now();
  desk.clock.set(right - 365 * DAY);
  desk.calls.length = 0;
  await desk.start();
  assert.ok(!desk.calls.includes("renew"));
  desk.clock.set(right);
  await desk.start();
  assert.ok(!desk.calls.includes("renew"));
});

Deno.test("wakeUp() survives whatever the network does, and tries again", async () => {
  const troubles: [name: string, error: Error][] = [
    ["nobody there", unreachable()],
    ["a fault of the server", new CaucaseError("refused", "the server answered 500", { status: 500 })],
    ["garbage", new CaucaseError("malformed", "the chain of CA certificates is not JSON")],
    ["too slow", new DOMException("Signal timed out.", "TimeoutError")],
    ["a fault of ours", new TypeError("undefined is not a function")],
  ];
  for (const [name, error] of troubles) {
    const desk = await dueDesk();
    desk.network = () => Promise.reject(error);
    const wake = await desk.start();
    assert.ok(wakeTime(wake) <= desk.clock.now() + 120, name);
    desk.network = (_, call) => call();
    const before = await serialOf(desk);
    desk.clock.set(desk.clock.now() + 200);
    await desk.start();
    assert.notEqual(await serialOf(desk), before, name);
  }
});
