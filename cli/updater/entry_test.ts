import assert from "node:assert/strict";
import { CaucaseError } from "../../core/errors.ts";
import { readKeyPair } from "../../core/host/key_pair_file.ts";
import { privateKeyToPem } from "../../core/x509/private_key.ts";
import { unreachable } from "../../tests/support/in_process_api.ts";
import { newKey } from "../../tests/support/keys.ts";
import { csrFor } from "../../tests/support/requests.ts";
import { FOLDER, UpdaterDesk } from "../../tests/support/updater_desk.ts";
import type { Wake } from "./entry.ts";

const DAY = 86_400;
const PATHS = { keyPath: `${FOLDER}/host.key`, certificatePath: `${FOLDER}/host.crt` };

function pairOf({ files }: UpdaterDesk) {
  return readKeyPair(PATHS, files);
}

async function serialOf(desk: UpdaterDesk): Promise<bigint> {
  return (await pairOf(desk)).certificate.serial;
}

function wakeTime(wake: Wake): number {
  assert.equal(wake.kind, "asleep");
  return wake.kind === "asleep" ? wake.wakeAt : 0;
}

/** A desk that holds a certificate which is due for renewal. */
async function dueDesk(): Promise<UpdaterDesk> {
  const desk = new UpdaterDesk();
  await desk.start();
  desk.clock.set(desk.clock.now() + 63 * DAY);
  return desk;
}

Deno.test("wakeUp() gets a first certificate for a key and request of its own", async () => {
  const desk = new UpdaterDesk();
  const wake = await desk.start();
  const { certificate } = await pairOf(desk);
  assert.equal(certificate.publicKey.kind, "EC");
  assert.equal(desk.files.mode(PATHS.keyPath), 0o600);
  assert.deepEqual(desk.hooks.map(({ changes }) => changes.map(({ path, reason }) => `${path} ${reason}`)), [[
    `${FOLDER}/ca.pem ca`,
    `${FOLDER}/crl.pem crl`,
    `${FOLDER}/host.crt certificate`,
    `${FOLDER}/host.key key`,
  ]]);
  assert.ok(wakeTime(wake) > desk.clock.now() + DAY);
  assert.ok(!desk.files.text(desk.entry.statePath)?.includes("PRIVATE"));
});

Deno.test("wakeUp() goes on with the same key and the same request after a crash at any step of the first start", async () => {
  const like = new UpdaterDesk({ autoApprove: 0 });
  for (let steps = 0; steps < 60; steps++) {
    const desk = new UpdaterDesk({ like });
    desk.files.crashAfter(steps);
    await desk.start().catch((error) => assert.ok(error instanceof CaucaseError, String(error)));
    const key = desk.files.text(PATHS.keyPath);
    desk.files.restart();
    desk.clock.set(desk.clock.now() + 600);
    await desk.start();
    if (key !== undefined) assert.equal(desk.files.text(PATHS.keyPath), key, `after ${steps} steps`);
    const pending = await desk.ca.issuance.pending();
    assert.equal(pending.length, 1, `after ${steps} steps`);
    await desk.ca.issuance.sign(pending[0]?.id ?? 0n, undefined, desk.clock.now());
    desk.clock.set(desk.clock.now() + 60);
    await desk.start();
    await pairOf(desk);
  }
});

Deno.test("wakeUp() asks every minute for a request that waits, and stops when it was rejected", async () => {
  const desk = new UpdaterDesk({ autoApprove: 0 });
  const updater = await desk.open();
  const { signal } = new AbortController();
  assert.equal(wakeTime(await updater.wakeUp(signal)), desk.clock.now() + 60);
  const [request] = await desk.ca.issuance.pending();
  await desk.ca.issuance.reject(request?.id ?? 0n);
  desk.clock.set(desk.clock.now() + 60);
  assert.deepEqual(await updater.wakeUp(signal), { kind: "stopped", status: 1 });
  assert.match(
    desk.log.at(-1) ?? "",
    /request \d+ was rejected.*remove \/caucase-desk\/host\.crt\.caucase-updater\.json/,
  );
  desk.calls.length = 0;
  assert.deepEqual(await desk.start(), { kind: "stopped", status: 1 }, "also after a restart");
  assert.ok(!desk.calls.includes("submit"));
});

Deno.test("wakeUp() sends the request that a person made, and says what is missing otherwise", async () => {
  const byHand = { entry: { subject: undefined, dns: undefined } };
  const cases: [name: string, prepare: (desk: UpdaterDesk) => Promise<void>, problem: RegExp | undefined][] = [
    ["nothing", () => Promise.resolve(), /no request in \/caucase-desk\/host\.crt\.csr.*rerequest/],
    [
      "no key",
      async ({ files }) => files.put(`${FOLDER}/host.crt.csr`, await csrText()),
      /no private key for the request/,
    ],
    ["another key", async ({ files }) => {
      files.put(`${FOLDER}/host.crt.csr`, await csrText());
      files.put(PATHS.keyPath, privateKeyToPem(await newKey("P-256")));
    }, /for another key than the one in/],
    ["both", async ({ files }) => {
      const key = await newKey("P-256");
      files.put(`${FOLDER}/host.crt.csr`, new TextDecoder().decode(await csrFor(key)));
      files.put(PATHS.keyPath, privateKeyToPem(key));
    }, undefined],
  ];
  for (const [name, prepare, problem] of cases) {
    const desk = new UpdaterDesk(byHand);
    await prepare(desk);
    await desk.start();
    if (problem !== undefined) assert.match(desk.log.join("\n"), problem, name);
    else await pairOf(desk);
  }
});

Deno.test("wakeUp() renews with a new key, and tells the hook once", async () => {
  const desk = await dueDesk();
  const before = await pairOf(desk);
  await desk.start();
  const after = await pairOf(desk);
  assert.notEqual(after.keyPem, before.keyPem);
  assert.notEqual(after.certificate.serial, before.certificate.serial);
  assert.equal(desk.hooks.length, 2);
  assert.ok(!desk.files.paths().includes(`${FOLDER}/host.key.renewing`));
  desk.clock.set(desk.clock.now() + 600);
  await desk.start();
  assert.equal(desk.hooks.length, 2, "nothing changed, nothing to tell");
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
    await pairOf(desk);
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
  desk.clock.set(desk.clock.now() + 200);
  await updater.wakeUp(new AbortController().signal);
  assert.notEqual(await serialOf(desk), before);
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

Deno.test("wakeUp() says what to do when the certificate has expired, and goes on with CA certificates and CRLs", async () => {
  const desk = new UpdaterDesk();
  await desk.start();
  desk.clock.set(desk.clock.now() + 100 * DAY);
  desk.calls.length = 0;
  await desk.start();
  assert.match(desk.log.join("\n"), /host\.crt expired at .*cannot renew itself.*move .*host\.crt.* away/);
  assert.ok(desk.calls.includes("caChain") && desk.calls.includes("crls") && !desk.calls.includes("renew"));
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

async function csrText(): Promise<string> {
  return new TextDecoder().decode(await csrFor(await newKey("P-256")));
}
