/**
 * Somebody who controls a name, its DNS or a host leads the validator nowhere it must not go. Each victim is a real
 * socket on an address that nothing allows; that it was not connected to is what counts.
 */
import assert from "node:assert/strict";
import {
  FORBIDDEN,
  HAS_FORBIDDEN,
  HOST,
  provingServer,
  type Scene,
  validationScene,
  Victim,
  type WantedPolicy,
  type Zone,
} from "../support/validation.ts";
import { httpAnswer, RawServer } from "../support/raw_server.ts";
import type { ValidationFailure } from "../../server/acme/validation/validator.ts";

const WAYS = ["http-01", "tls-alpn-01"] as const;

/** Only a refusal that no other attempt follows comes at once. */
async function isRefused(outcome: Promise<"valid" | ValidationFailure>, detail: RegExp, type = "connection") {
  const failure = await outcome;
  assert.ok(failure !== "valid");
  assert.match(failure.detail, detail);
  assert.equal(failure.type, type);
}

/** Tries both ways to a name before a victim's port. */
async function isKeptOut(zone: Zone, detail: RegExp, policy: WantedPolicy = {}): Promise<void> {
  await using victim = new Victim();
  await using scene = await validationScene({ dns: zone, policy, port: victim.port });
  for (const type of WAYS) await isRefused(scene.validate({ type }), detail);
  assert.equal(victim.connections, 0);
}

function attackTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `the validator does not reach ${name}`, ignore: !HAS_FORBIDDEN, fn });
}

attackTest(
  "loopback by a name",
  () => isKeptOut({ "www.example": [FORBIDDEN] }, /127\.0\.0\.2.*is a loopback address/),
);

attackTest("loopback by an identifier that is an address", async () => {
  await using victim = new Victim();
  await using scene = await validationScene({ port: victim.port });
  for (const type of WAYS) {
    for (const value of [FORBIDDEN, "::1", `::ffff:${FORBIDDEN}`]) {
      await isRefused(scene.validate({ type, identifier: { type: "ip", value } }), /a loopback address/);
    }
  }
  assert.equal(victim.connections, 0);
});

attackTest("link-local addresses", async () => {
  await isKeptOut({ "www.example": ["169.254.7.7"] }, /is a link-local address/);
  await isKeptOut({ "www.example": ["fe80::1"] }, /is a link-local address/);
});

attackTest("metadata services", async () => {
  await isKeptOut({ "www.example": ["169.254.169.254"] }, /is a metadata address/);
  await isKeptOut({ "www.example": ["fd00:ec2::254"] }, /is a metadata address/);
});

attackTest("multicast, broadcast and unspecified addresses", async () => {
  await isKeptOut({ "www.example": ["224.0.0.1"] }, /is a multicast address/);
  await isKeptOut({ "www.example": ["255.255.255.255"] }, /is a broadcast address/);
  await isKeptOut({ "www.example": ["0.0.0.0"] }, /is an unspecified address/);
  await isKeptOut({ "www.example": ["::"] }, /is an unspecified address/);
});

attackTest(
  "loopback by an IPv4-mapped IPv6 address",
  () => isKeptOut({ "www.example": [`::ffff:${FORBIDDEN}`] }, /is a loopback address/),
);

attackTest(
  "loopback by an alias",
  () => isKeptOut({ "www.example": ["=inside.example"], "inside.example": [FORBIDDEN] }, /is a loopback address/),
);

attackTest("loopback beside an address that may be connected to", async () => {
  await using victim = new Victim();
  await using scene = await validationScene({ dns: { "www.example": [FORBIDDEN, HOST] }, port: victim.port });
  // Nothing listens at the other address, so it is tried again until the test has seen enough.
  const ending = new AbortController();
  const outcome = scene.validate({}, ending.signal);
  const asked = scene.dns.questions.length;
  while (scene.dns.questions.length < asked + 4) await new Promise((resolve) => setTimeout(resolve, 50));
  ending.abort(new Error("enough"));
  await assert.rejects(outcome, /enough/);
  assert.equal(victim.connections, 0);
});

attackTest("ranges that the administrator denies, also where another one is allowed", async () => {
  await isKeptOut({ "www.example": ["10.1.2.3"] }, /told to keep out of/, { deny: ["10.0.0.0/8"] });
  await isKeptOut({ "www.example": [HOST] }, /told to keep out of/, { deny: [HOST] });
});

attackTest("another address by a name that changes between look-up and connection", async () => {
  await using honest = provingServer();
  await using victim = new Victim(FORBIDDEN, honest.port);
  let asked = 0;
  const dns = ({ type }: { type: string }) =>
    type === "A" ? [{ type: "A" as const, data: asked++ === 0 ? HOST : FORBIDDEN }] : [];
  await using scene = await validationScene({ dns, port: honest.port });
  assert.equal(await scene.validate(), "valid");
  assert.equal(victim.connections, 0);
  assert.deepEqual(scene.dns.questions.filter((question) => question.startsWith("A ")), ["A www.example"]);
});

/** Follows a redirect of an honest host to a place of an attacker's choice. */
async function redirected(location: (port: number) => string, run: (scene: Scene) => Promise<void>, zone: Zone = {}) {
  await using victim = new Victim();
  await using host = new RawServer(() => httpAnswer(302, "", { Location: location(victim.port) }));
  await using scene = await validationScene({
    dns: { "www.example": [HOST], ...zone },
    port: host.port,
    settings: { tlsPort: victim.port },
  });
  await run(scene);
  assert.equal(victim.connections, 0);
  assert.equal(host.requests.length, 1);
}

for (
  const [what, host] of Object.entries({
    "an address": FORBIDDEN,
    "an address in one number": "2130706434",
    "an address in hexadecimal": "0x7f000002",
    "an IPv4-mapped address": `[::ffff:${FORBIDDEN}]`,
    "a name": "inside.example",
    "an alias": "alias.example",
  })
) {
  for (const scheme of ["http", "https"]) {
    attackTest(`loopback by a redirect over ${scheme} to ${what}`, () =>
      redirected(
        (port) => `${scheme}://${host}:${port}/`,
        (scene) => isRefused(scene.validate(), /a loopback address/),
        { "inside.example": [FORBIDDEN], "alias.example": ["=inside.example"] },
      ));
  }
}

attackTest("metadata services by a redirect", () =>
  redirected(
    () => "http://169.254.169.254/latest/meta-data/",
    (scene) => isRefused(scene.validate(), /is a metadata address/),
  ));

attackTest("anything by an address with a zone", async () => {
  await using victim = new Victim();
  await using scene = await validationScene({ port: victim.port, policy: { allow: ["fe80::/10", "::1", HOST] } });
  for (const value of ["fe80::1%lo", "::1%lo", "fe80::1%25lo", "[::1]"]) {
    for (const type of WAYS) {
      await isRefused(scene.validate({ type, identifier: { type: "ip", value } }), /this is no address/, "malformed");
      await isRefused(scene.validate({ type, identifier: { type: "dns", value } }), /not the name/, "malformed");
    }
  }
  assert.equal(victim.connections, 0);
});

attackTest("the server itself, also where its address is allowed", async () => {
  await using victim = new Victim(HOST);
  for (const address of [HOST, "0.0.0.0", "::", `::ffff:${HOST}`]) {
    const policy = { own: [{ address, port: victim.port }] };
    await using scene = await validationScene({ policy, port: victim.port });
    for (const type of WAYS) await isRefused(scene.validate({ type }), /where this server listens itself/);
  }
  assert.equal(victim.connections, 0);
});

attackTest("the server itself by a redirect", async () => {
  await using victim = new Victim(HOST);
  await using host = new RawServer(() => httpAnswer(302, "", { Location: `http://www.example:${victim.port}/` }));
  const policy = { own: [{ address: HOST, port: victim.port }] };
  await using scene = await validationScene({ policy, port: host.port, settings: { tlsPort: victim.port } });
  await isRefused(scene.validate(), /where this server listens itself/);
  assert.equal(victim.connections, 0);
});
