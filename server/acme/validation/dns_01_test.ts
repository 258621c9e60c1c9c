import assert from "node:assert/strict";
import { utf8 } from "../../../core/bytes.ts";
import { digest } from "../../../core/keys/hashes.ts";
import { isRefusal } from "../../../tests/support/refusals.ts";
import { type DnsAnswer, type DnsQuestion, DnsServer } from "../../../tests/support/dns_server.ts";
import { answersOf, failureOf, HOST, KEY_AUTHORIZATION, type Zone } from "../../../tests/support/validation.ts";
import { tryDns01 } from "./dns_01.ts";
import { nameLookup, parseResolver, type ResolverAddress } from "./name_lookup.ts";

const PROOF = (await digest("SHA-256", utf8(KEY_AUTHORIZATION))).toBase64({ alphabet: "base64url", omitPadding: true });
const PLACE = "_acme-challenge.www.example";

function attempt(...servers: readonly DnsServer[]): Promise<void> {
  const resolvers: ResolverAddress[] = servers.map(({ port }) => ({ ipAddr: HOST, port }));
  const proof = { name: "www.example", keyAuthorization: KEY_AUTHORIZATION };
  return tryDns01(proof, nameLookup(resolvers), new AbortController().signal);
}

function serving(answers: Zone | ((question: DnsQuestion) => DnsAnswer)): Promise<DnsServer> {
  return DnsServer.start(typeof answers === "function" ? answers : answersOf(answers));
}

const PROVING: Record<string, Zone> = {
  "the one record": { [PLACE]: [PROOF] },
  "one of several records": { [PLACE]: ["v=spf1 -all", "", PROOF, "x".repeat(600)] },
  "a record behind an alias": { [PLACE]: ["=a.acme.example"], "a.acme.example": [PROOF] },
  "a record behind aliases": {
    [PLACE]: ["=a.example"],
    "a.example": ["=b.example"],
    "b.example": ["=c.example"],
    "c.example": [PROOF],
  },
};

for (const [name, zone] of Object.entries(PROVING)) {
  Deno.test(`dns-01 is proved by ${name}`, async () => {
    await using dns = await serving(zone);
    await attempt(dns);
    assert.equal(dns.questions[0], `TXT ${PLACE}`);
  });
}

Deno.test("dns-01 asks the next resolver where one fails or knows nothing", async () => {
  await using failing = await serving(() => "server failure");
  await using knowing = await serving({ [PLACE]: [PROOF] });
  await using empty = await serving(() => []);
  await attempt(failing, empty, knowing);
  assert.deepEqual([failing, empty, knowing].map(({ questions }) => questions.length > 0), [true, true, true]);
});

const UNPROVED: Record<string, [answer: (question: DnsQuestion) => DnsAnswer, type: string, detail: RegExp]> = {
  "no record": [answersOf({}), "dns", /^the DNS has no TXT record of _acme-challenge\.www\.example$/],
  "a server that fails": [() => "server failure", "dns", /no TXT record/],
  "aliases in a circle": [answersOf({ [PLACE]: ["=a.example"], "a.example": [`=${PLACE}`] }), "dns", /no TXT record/],
  "another record": [answersOf({ [PLACE]: ["\u001b[2J\u202e"] }), "incorrectResponse", /is "\\1b\[2J.*", and not/],
  "the key authorization itself": [answersOf({ [PLACE]: [KEY_AUTHORIZATION] }), "incorrectResponse", /and not/],
  "many records": [
    answersOf({ [PLACE]: Array.from({ length: 12 }, (_, index) => `${index}`.padEnd(30, "x")) }),
    "incorrectResponse",
    /"0x+", "1x+", "2x+" and 9 more, and not/,
  ],
};

for (const [name, [answer, type, detail]] of Object.entries(UNPROVED)) {
  Deno.test(`dns-01 is not proved by ${name}`, async () => {
    await using dns = await serving(answer);
    const failure = await failureOf(attempt(dns));
    assert.match(failure.detail, detail);
    assert.deepEqual([failure.type, failure.again], [type, true]);
  });
}

Deno.test("dns-01 does not wait for a resolver that says nothing when its time is up", async () => {
  const asked = Promise.withResolvers<void>();
  await using dns = await serving(() => {
    asked.resolve();
    return "silence";
  });
  const ending = new AbortController();
  const proof = { name: "www.example", keyAuthorization: KEY_AUTHORIZATION };
  const outcome = tryDns01(proof, nameLookup([{ ipAddr: HOST, port: dns.port }]), ending.signal);
  await asked.promise;
  ending.abort(new Error("time is up"));
  await assert.rejects(outcome, /time is up/);
});

Deno.test("nameLookup() finds addresses of both families, and those of the system without resolvers", async () => {
  await using dns = await serving({ "both.example": ["192.0.2.1", "2001:db8::1"], "old.example": ["192.0.2.2"] });
  const { signal } = new AbortController();
  const lookup = nameLookup([{ ipAddr: HOST, port: dns.port }]);
  assert.deepEqual((await lookup.addresses("both.example", signal)).toSorted(), ["192.0.2.1", "2001:db8::1"]);
  assert.deepEqual(await lookup.addresses("old.example", signal), ["192.0.2.2"]);
  await assert.rejects(lookup.addresses("none.example", signal), /no address record of none\.example/);
  assert.ok(
    (await nameLookup([]).addresses("localhost", signal)).some((address) => ["127.0.0.1", "::1"].includes(address)),
  );
});

Deno.test("parseResolver() reads addresses of both families with and without a port, and nothing else", () => {
  assert.deepEqual(parseResolver("192.0.2.1"), { ipAddr: "192.0.2.1", port: 53 });
  assert.deepEqual(parseResolver("192.0.2.1:5353"), { ipAddr: "192.0.2.1", port: 5353 });
  assert.deepEqual(parseResolver("2001:db8::1"), { ipAddr: "2001:db8::1", port: 53 });
  assert.deepEqual(parseResolver("[2001:DB8::1]"), { ipAddr: "2001:db8::1", port: 53 });
  assert.deepEqual(parseResolver("[2001:db8::1]:5353"), { ipAddr: "2001:db8::1", port: 5353 });
  for (
    const text of [
      "",
      "a.example",
      "192.0.2.1:",
      "192.0.2.1:0",
      "192.0.2.1:65536",
      "[192.0.2.1]:x",
      "[[::1]]",
      "::1%lo",
    ]
  ) {
    assert.throws(() => parseResolver(text), isRefusal("malformed"), text);
  }
});
