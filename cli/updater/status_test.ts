import assert from "node:assert/strict";
import { unreachable } from "../../tests/support/in_process_api.ts";
import { UpdaterDesk } from "../../tests/support/updater_desk.ts";
import { entryStatus, isHealthy } from "./status.ts";

Deno.test("entryStatus() tells what is kept, and how it went", async () => {
  const desk = new UpdaterDesk({ autoApprove: 0 });
  const status = () => entryStatus(desk.entry, desk.files);
  const kept = async () => (await status()).certificate?.state;
  assert.equal(await kept(), "absent");
  assert.equal((await status()).tasks, undefined);
  await desk.start();
  assert.equal(await kept(), "requested");
  assert.equal(isHealthy(await status()), false);
  const [request] = await desk.ca.issuance.pending();
  await desk.ca.issuance.sign(request?.id ?? 0n, undefined, desk.clock.now());
  desk.clock.set(desk.clock.now() + 60);
  await desk.start();
  const healthy = await status();
  assert.deepEqual(healthy.certificate && "subject" in healthy.certificate && healthy.certificate.subject, "CN=host");
  assert.equal(healthy.running, false);
  assert.equal(healthy.authorities.length, 1);
  assert.equal(healthy.crls[0]?.number, "1");
  assert.deepEqual(healthy.hook, { pending: [], failures: 0 });
  assert.equal(isHealthy(healthy), true);
  desk.network = () => Promise.reject(unreachable());
  await desk.start();
  const failing = await status();
  assert.equal(isHealthy(failing), false);
  assert.match(failing.tasks?.["ca"]?.lastError ?? "", /connection refused/);
  assert.equal(failing.tasks?.["ca"]?.lastSuccess, healthy.tasks?.["ca"]?.lastSuccess);
  assert.doesNotMatch(JSON.stringify(failing), /PRIVATE/);
});

Deno.test("entryStatus() lists what the hook was not told of", async () => {
  const desk = new UpdaterDesk();
  desk.hook = () => Promise.reject(new Error("no"));
  await desk.start();
  const { hook } = await entryStatus(desk.entry, desk.files);
  assert.equal(hook?.pending.length, 4);
  assert.equal(hook?.failures, 1);
});
