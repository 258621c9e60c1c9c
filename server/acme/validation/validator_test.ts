import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8 } from "../../../core/bytes.ts";
import { digest } from "../../../core/keys/hashes.ts";
import { garbageText } from "../../../tests/support/garbage.ts";
import { httpAnswer, RawServer } from "../../../tests/support/raw_server.ts";
import { flightMessages, records, TlsStub } from "../../../tests/support/acme_tls.ts";
import {
  HOST,
  KEY_AUTHORIZATION,
  provingServer,
  testNetwork,
  validationScene,
} from "../../../tests/support/validation.ts";
import { dial } from "./dial.ts";
import { failed, FailedAttempt, quoted, reasonOf } from "./failure.ts";
import { isHostName } from "./host_names.ts";
import { machineAddresses } from "./machine_addresses.ts";

const PROOF = (await digest("SHA-256", utf8(KEY_AUTHORIZATION))).toBase64({ alphabet: "base64url", omitPadding: true });

Deno.test("a name is proved by each type of challenge, its wildcard by dns-01, an address by the other two", async () => {
  await using web = provingServer();
  await using tls = new TlsStub(async (random) => [records(await flightMessages(random))], "wait");
  const dns = { "www.example": [HOST], "_acme-challenge.www.example": [PROOF] };
  await using scene = await validationScene({ dns, port: web.port, settings: { tlsPort: tls.port } });
  assert.equal(await scene.validate({ type: "http-01" }), "valid");
  assert.equal(await scene.validate({ type: "dns-01" }), "valid");
  assert.equal(await scene.validate({ type: "tls-alpn-01" }), "valid");
  assert.equal(await scene.validate({ type: "dns-01", identifier: { type: "dns", value: "*.www.example" } }), "valid");
  assert.equal(await scene.validate({ type: "dns-01", wildcard: true }), "valid");
  assert.equal(await scene.validate({ type: "http-01", identifier: { type: "ip", value: HOST } }), "valid");
});

Deno.test("no other type proves a wildcard, and dns-01 no address", async () => {
  await using scene = await validationScene({});
  for (const type of ["http-01", "tls-alpn-01"] as const) {
    const expected = {
      type: "malformed",
      detail: `"*.www.example": a wildcard is proved by dns-01 alone, not by ${type}`,
    };
    assert.deepEqual(await scene.validate({ type, identifier: { type: "dns", value: "*.www.example" } }), expected);
    const marked = await scene.validate({ type, wildcard: true });
    assert.ok(marked !== "valid" && marked.type === "malformed");
  }
  const address = await scene.validate({ type: "dns-01", identifier: { type: "ip", value: HOST } });
  assert.deepEqual(address, { type: "malformed", detail: `"${HOST}": dns-01 does not prove an address` });
  assert.deepEqual(scene.dns.questions, []);
});

Deno.test("an address is no name, in whatever form", async () => {
  await using scene = await validationScene({});
  for (
    const value of [HOST, "0x7f.1", "2130706433", "127.1", "::1", "[::1]", "a..b", "-a.example", "a b", "", "*.*.a"]
  ) {
    const outcome = await scene.validate({ type: "dns-01", identifier: { type: "dns", value } });
    assert.ok(outcome !== "valid" && outcome.type === "malformed", value);
  }
  assert.deepEqual(scene.dns.questions, []);
});

Deno.test("a host that starts late is seen by a later attempt", async () => {
  let asked = 0;
  await using web = new RawServer(() => asked++ === 0 ? httpAnswer(503, "") : httpAnswer(200, KEY_AUTHORIZATION));
  await using scene = await validationScene({ port: web.port });
  assert.equal(await scene.validate(), "valid");
  assert.equal(asked, 2);
});

const elsewhere = machineAddresses().find((address) => !/^(127\.|::1|fe80)/.test(address));

Deno.test({
  name: "a connection that leads back to this server is seen by its ends where its addresses are not known",
  ignore: elsewhere === undefined,
  async fn() {
    using listener = Deno.listen({ hostname: elsewhere ?? "", port: 0 });
    const { port } = listener.addr;
    const accepted = listener.accept();
    const network = testNetwork({ policy: { own: [{ address: "::", port }], ofThisMachine: () => [] } });
    const outcome = dial({ host: elsewhere ?? "", port }, network, new AbortController().signal);
    await assert.rejects(outcome, /where this server listens itself/);
    using connection = await accepted;
    assert.equal(await connection.read(new Uint8Array(1)), null, "nothing is said to it");
  },
});

Deno.test("isHostName() takes names of hosts in lower case, and nothing that is a number at its end", () => {
  for (const name of ["a", "www.example.org", "xn--bcher-kva.example", "_x.example", "a-b.1a", `${"a".repeat(63)}.b`]) {
    assert.ok(isHostName(name), name);
  }
  const others = [
    "",
    ".",
    "a.",
    ".a",
    "A.b",
    "a-.b",
    "-a.b",
    "1.2.3.4",
    "a.0x",
    "a.0xff",
    "a.5",
    "bücher.example",
    "a%lo",
  ];
  for (const name of [...others, "a".repeat(64), "a.".repeat(127) + "aa"]) assert.ok(!isHostName(name), name);
});

Deno.test("details are short and harmless, whatever text of others they hold", () => {
  fc.assert(fc.property(garbageText(2000), (text) => {
    for (const detail of [failed("dns", quoted(text)).failure.detail, failed("dns", text).failure.detail]) {
      assert.ok(detail.length <= 600 && detail.isWellFormed());
      assert.doesNotMatch(detail, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
    assert.ok(!quoted(text).slice(1, -1).includes('"'));
  }));
});

Deno.test("reasonOf() has words for what the system says often, and something for the rest", () => {
  assert.equal(reasonOf(Object.assign(new Error("x"), { code: "ECONNREFUSED" })), "connection refused");
  assert.equal(reasonOf(Object.assign(new Error("x"), { code: "EWHATEVER" })), "EWHATEVER");
  assert.deepEqual([reasonOf(new Error("words")), reasonOf("text")], ["words", "text"]);
  assert.ok(failed("dns", "x") instanceof FailedAttempt);
});
