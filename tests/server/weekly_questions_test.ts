/** What an operator of 300 hosts asks every week: each question is one command, or one message. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../core/host/clock.ts";
import { parseReceiver } from "../../core/notify/receiver.ts";
import { submit } from "../support/desk.ts";
import { newEcKey } from "../support/issuing.ts";
import { WebhookReceiver } from "../support/notified.ts";
import { type Outcome, runCommand } from "../support/process.ts";
import { HOSTS, LEFT_BEHIND, type RegisteredFleet, runRegisteredFleet, startAt } from "../support/registered_fleet.ts";
import { csrFor } from "../support/requests.ts";
import type { TestServer } from "../support/running_server.ts";
import { OUR_PROGRAM } from "../support/server_process.ts";

type Ask = (...args: readonly string[]) => Promise<Outcome>;

/** What the program says to Alice, who has logged in. */
async function loggedIn({ server, alice }: RegisteredFleet): Promise<Ask> {
  const cwd = server.folderPath;
  await Deno.writeTextFile(join(cwd, "alice.pem"), alice.key + alice.cert, { mode: 0o600 });
  const ask: Ask = (...args) => runCommand([...OUR_PROGRAM, ...args], { cwd, env: { XDG_CONFIG_HOME: cwd } });
  const { status, err } = await ask("login", `http://localhost:${server.port}`, "--yes", "--user-key", "alice.pem");
  assert.equal(status, 0, err);
  return ask;
}

/** How many lines of a table have that. */
function count(text: string, pattern: RegExp): number {
  return text.split("\n").filter((line) => pattern.test(line)).length;
}

async function expiring(ask: Ask): Promise<void> {
  const { out } = await ask("cert", "list", "--status", "expiring", "--expires-before", "7d");
  assert.equal(count(out, /CN=host(29[1-9]|300)/), LEFT_BEHIND, out);
  assert.equal(count(out, /CN=/), LEFT_BEHIND, "no other one");
  assert.equal(count(out, / hook failing for 6d \(it ended with status 1\), last seen 5d ago$/), 5, out);
  assert.equal(count(out, / installed, last seen 88d ago$/), 3, out);
  assert.equal(count(out, / never reported, last seen 88d ago$/), 2, out);
}

async function approved(ask: Ask): Promise<void> {
  const { out } = await ask("cert", "show", "host300.example.com");
  assert.match(out, /^Issued .* approved by CN=Alice \(certificate \d+\)$/m);
  const renewed = await ask("cert", "show", "host7.example.com");
  assert.match(renewed.out, /^Issued .* the renewal of \d+$/m);
  assert.match(renewed.out, /^Approved .* the first one of its renewals, signed without asking$/m);
}

async function done(ask: Ask): Promise<void> {
  const { out } = await ask("audit", "show", "--by", "Alice", "--kind", "issued", "--since", "90d");
  assert.equal(
    count(out, / issued +user CN=Alice +127\.0\.0\.1 +CN=host(29[1-9]|300), approved, serial /),
    LEFT_BEHIND,
    out,
  );
  assert.equal(count(out, /CN=host/), LEFT_BEHIND);
  const current = await ask("cert", "list", "--by", "Alice", "--status", "current");
  assert.equal(count(current.out, /CN=host/), LEFT_BEHIND);
}

async function newCa(ask: Ask): Promise<void> {
  const { out, err } = await ask("cert", "list", "--lacks-ca", "newest");
  assert.equal(count(out, /CN=host(29[6-9]|300)/), 5, "those that were not heard of since");
  assert.equal(count(out, /CN=/), 5);
  assert.match(err, new RegExp(`^${HOSTS - 5} of ${HOSTS} have the CA certificate [0-9a-f]{8}…, made `, "m"));
}

async function backup(ask: Ask): Promise<void> {
  for (let look = 0; look < 50; look++) {
    const { out, status } = await ask("status");
    assert.equal(status, 1, "ten certificates end");
    assert.match(
      out,
      /^warning: CAS: 10 certificates not renewed, with 14 days left or less \(caucase cert list --status expiring\)$/m,
    );
    if (/^Backups +the last one was made .* ago: \d{14}\.sql\.caucased\n +\d+ kB, opened by 1 key, yours/m.test(out)) {
      return;
    }
  }
  assert.fail("there is no backup");
}

/** Time passes until somebody was told. */
async function paged(server: TestServer, receiver: WebhookReceiver): Promise<void> {
  const id = await submit(server, "cas", await csrFor(await newEcKey(), "newcomer"));
  for (let turn = 0; turn < 200 && receiver.received.length === 0; turn++) {
    server.clock.set(server.clock.now() + 20);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.deepEqual(receiver.kinds, ["request-waiting"]);
  assert.equal(receiver.bodies[0]?.data["requestId"], id);
}

Deno.test("an operator of 300 hosts gets each answer of the week with one command, or one message", async () => {
  await using receiver = await WebhookReceiver.start();
  const fleet = await runRegisteredFleet();
  await using server = fleet.server;
  await Deno.mkdir(join(server.folderPath, "backups"));
  const patience = { webhookMs: 2_000, mailMs: 2_000 };
  Object.assign(server.options, {
    backup: { directory: join(server.folderPath, "backups"), periodDays: 1 },
    notify: { receivers: [parseReceiver(`${receiver.url}#request-waiting`)], patience, poll: 600 },
  });
  // Backups of the future do not count: their files have the time of today.
  await startAt(server, systemClock.now() + 30);
  const ask = await loggedIn(fleet);
  await expiring(ask);
  await approved(ask);
  await done(ask);
  await newCa(ask);
  await backup(ask);
  await paged(server, receiver);
});
