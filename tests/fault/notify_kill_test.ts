/**
 * A server that notifies is killed (SIGKILL) again and again: no notification is lost, and of each kill at most the one
 * that was on its way is repeated.
 */
import assert from "node:assert/strict";
import { certify, firstUser, revokeSerial } from "../support/desk.ts";
import { NetworkDesk } from "../support/network_desk.ts";
import { WebhookReceiver } from "../support/notified.ts";
import { freePortPair } from "../support/ports.ts";
import { startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { seededRandom } from "./kill_support.ts";

const ROUNDS = Number(Deno.env.get("CAUCASE_FAULT_ROUNDS") ?? 4);
const SEED = Number(Deno.env.get("CAUCASE_FAULT_SEED") ?? 20_261_128);
/** Revocations in each round. */
const MANY = 6;
/** Queue and events are looked at every two seconds: a round ends at some time in two looks. */
const SPREAD = 4_500;

Deno.test("serve loses no notification when it is killed, and repeats at most the one on its way", async () => {
  await using folder = await tempFolder();
  await using receiver = await WebhookReceiver.start();
  const options = ["--notify", `${receiver.url}#revoked`];
  const settings = { folder: folder.path, port: freePortPair(), options };
  const random = seededRandom(SEED);
  const revoked: string[] = [];
  let user: Awaited<ReturnType<typeof firstUser>> | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    await using server = await startServer(settings);
    using desk = new NetworkDesk(server.port);
    user ??= await firstUser(desk);
    for (let n = 0; n < MANY; n++) {
      const { certificate: { serial } } = await certify(desk, user);
      assert.equal((await revokeSerial(desk, user, { serial })).status, 204);
      revoked.push(`${serial}`);
    }
    // Half of the kills come while one is on its way.
    const before = receiver.received.length;
    receiver.answer = (count) => round % 2 === 1 && count > before + 2 ? "never" : 204;
    const onItsWay = round % 2 === 1 ? receiver.until(before + 3) : Promise.resolve();
    await onItsWay;
    await new Promise((resolve) => setTimeout(resolve, random() * (round % 2 === 1 ? 200 : SPREAD)));
    await server.kill();
  }
  receiver.answer = () => 204;
  await using _last = await startServer(settings);
  const serials = () => receiver.bodies.map(({ data }) => `${data["serial"]}`);
  while (new Set(serials()).size < revoked.length) await receiver.until(receiver.received.length + 1);
  assert.deepEqual([...new Set(serials())], revoked, "each of them, in their order");
  assert.ok(serials().length - revoked.length <= ROUNDS, `${serials().length - revoked.length} repetitions`);
  const ids = new Map(receiver.bodies.map(({ id, data }) => [id, data["serial"]]));
  assert.equal(ids.size, revoked.length, "what is repeated has the same id");
});
