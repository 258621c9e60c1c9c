import assert from "node:assert/strict";
import { unreachable } from "../../tests/support/in_process_api.ts";
import { UpdaterDesk } from "../../tests/support/updater_desk.ts";
import { entryStatus, isHealthy } from "./status.ts";
import { by } from "../../tests/support/issuing.ts";

Deno.test("entryStatus() tells what is kept, and how it went", async () => {
  const desk = new UpdaterDesk({ autoApprove: 0 });
  const status = () => entryStatus(desk.entry, desk.files, desk.clock.now());
  const kept = async () => (await status()).certificate?.state;
  assert.equal(await kept(), "absent");
  assert.equal((await status()).tasks, undefined);
  await desk.start();
  assert.equal(await kept(), "requested");
  assert.equal(isHealthy(await status(), desk.clock.now()), false);
  const [request] = await desk.ca.issuance.pending();
  await desk.ca.issuance.approve(request?.id ?? 0n, by(desk.clock.now()));
  desk.clock.set(desk.clock.now() + 60);
  await desk.start();
  const healthy = await status();
  assert.deepEqual(healthy.certificate && "subject" in healthy.certificate && healthy.certificate.subject, "CN=host");
  assert.equal(healthy.running, false);
  assert.equal(healthy.authorities.length, 1);
  assert.equal(healthy.crls[0]?.number, "1");
  assert.deepEqual(healthy.hook, { pending: [], failures: 0 });
  assert.equal(isHealthy(healthy, desk.clock.now()), true);
  desk.network = () => Promise.reject(unreachable());
  await desk.start();
  const failing = await status();
  assert.equal(isHealthy(failing, desk.clock.now()), false);
  assert.match(failing.tasks?.["ca"]?.lastError ?? "", /connection refused/);
  assert.equal(failing.tasks?.["ca"]?.lastSuccess, healthy.tasks?.["ca"]?.lastSuccess);
  assert.doesNotMatch(JSON.stringify(failing), /PRIVATE/);
});

Deno.test("isHealthy() is false once an updater that stopped left something to run out", async () => {
  const desk = new UpdaterDesk();
  await desk.start();
  const status = await entryStatus(desk.entry, desk.files, desk.clock.now());
  const now = desk.clock.now();
  const past = new Date((now - 1) * 1000).toISOString();
  const cases: [name: string, change: Partial<typeof status>, healthy: boolean][] = [
    ["all is well", {}, true],
    ["no CA", { authorities: [] }, false],
    ["an expired CA", { authorities: [{ subject: "CN=CA", expires: past }] }, false],
    ["an old CRL", { crls: [{ number: "1", nextUpdate: past }] }, false],
    ["a wake-up a moment ago", { nextWakeUp: past }, true],
    ["a wake-up long ago", { nextWakeUp: new Date((now - 7200) * 1000).toISOString() }, false],
  ];
  for (const [name, change, healthy] of cases) assert.equal(isHealthy({ ...status, ...change }, now), healthy, name);
  const later = now + 94 * 86_400;
  const expired = await entryStatus(desk.entry, desk.files, later);
  assert.equal(expired.certificate?.state, "expired");
  assert.equal(isHealthy({ ...expired, nextWakeUp: null, crls: [] }, later), false);
});

Deno.test("entryStatus() lists what the hook was not told of", async () => {
  const desk = new UpdaterDesk();
  desk.hook = () => Promise.reject(new Error("no"));
  await desk.start();
  const { hook } = await entryStatus(desk.entry, desk.files, desk.clock.now());
  assert.equal(hook?.pending.length, 4);
  assert.equal(hook?.failures, 1);
});
