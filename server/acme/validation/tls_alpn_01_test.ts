import assert from "node:assert/strict";
import { concatBytes, joinBytes, utf8 } from "../../../core/bytes.ts";
import { randomBytes } from "../../../core/host/random.ts";
import { ManualClock } from "../../../core/host/clock.ts";
import { rsaPss } from "../../../core/keys/signature_algorithm.ts";
import { signerFor } from "../../../core/keys/signer.ts";
import { dnsName, ipAddress, subjectAltNameExtension } from "../../../core/x509/general_name.ts";
import { commonNameDer } from "../../../core/x509/name.ts";
import {
  acmeCertificate,
  acmeIdentifier,
  alpn,
  extension,
  flightMessages,
  record,
  records,
  type TlsAnswer,
  TlsStub,
  type WantedFlight,
} from "../../../tests/support/acme_tls.ts";
import { TEST_KEY_KINDS, testKey } from "../../../tests/support/keys.ts";
import { failureOf, HOST, KEY_AUTHORIZATION, testNetwork } from "../../../tests/support/validation.ts";
import { MAX_FLIGHT } from "./tls/handshake_reader.ts";
import { TimeIsUp, withTimeLimit } from "./time_limit.ts";
import { serverNameOf, tryTlsAlpn01 } from "./tls_alpn_01.ts";

function attempt(port: number, host = "www.example"): Promise<void> {
  const means = { network: testNetwork(), port, random: randomBytes };
  return tryTlsAlpn01({ host, keyAuthorization: KEY_AUTHORIZATION }, means, new AbortController().signal);
}

/** A server that answers with a flight in one piece. */
function saying(wanted: WantedFlight = {}): TlsAnswer {
  return async (clientRandom) => [records(await flightMessages(clientRandom, wanted))];
}

async function failureAt(answer: TlsAnswer, afterwards: "close" | "wait" = "wait") {
  await using server = new TlsStub(answer, afterwards);
  return await failureOf(attempt(server.port));
}

for (const kind of TEST_KEY_KINDS) {
  Deno.test(`tls-alpn-01 is proved by a server with a key of the kind ${kind}`, async () => {
    await using server = new TlsStub(saying({ kind }), "wait");
    await attempt(server.port);
  });
}

Deno.test("tls-alpn-01 is proved by a server with an RSA key that signs with RSASSA-PSS", async () => {
  const signer = await signerFor(await testKey("RSA"), rsaPss("SHA-256", 32));
  const answer: TlsAnswer = async (clientRandom) => {
    const messages = await flightMessages(clientRandom, { kind: "RSA" });
    const [hello = new Uint8Array(), , exchange = new Uint8Array()] = messages;
    const parameters = exchange.slice(4, 4 + 36);
    const signature = await signer.sign(concatBytes(clientRandom, hello.slice(6, 38), parameters));
    const signed = concatBytes(exchange.slice(0, 40), Uint8Array.of(8, 4), exchange.slice(42, 44), signature);
    return [records([hello, messages[1] ?? hello, signed])];
  };
  await using server = new TlsStub(answer, "wait");
  await attempt(server.port);
});

Deno.test("tls-alpn-01 takes a flight in any pieces", async () => {
  const pieces: Record<string, TlsAnswer> = {
    "one byte in a record": async (random) => [records(await flightMessages(random), 1)],
    "a record for each message": async (random) => (await flightMessages(random)).map((message) => records([message])),
    "a warning before it": async (random) => [record(21, Uint8Array.of(1, 112)), records(await flightMessages(random))],
    "one byte in a packet": async (random) =>
      [...records(await flightMessages(random))].map((byte) => Uint8Array.of(byte)),
  };
  for (const [name, answer] of Object.entries(pieces)) {
    await using server = new TlsStub(answer, "wait");
    await assert.doesNotReject(attempt(server.port), name);
  }
});

Deno.test("tls-alpn-01 of an address asks for its reverse name and takes a certificate for the address", async () => {
  const certificate = await acmeCertificate(await signerFor(await testKey("P-256")), {
    extensions: [subjectAltNameExtension([ipAddress(HOST)], false), await acmeIdentifier()],
  });
  await using server = new TlsStub(saying({ certificate }), "wait");
  await attempt(server.port, HOST);
  assert.ok(new TextDecoder("latin1").decode(server.hellos[0]).includes("1.0.0.127.in-addr.arpa"));
});

Deno.test("serverNameOf() is the name, or the reverse name of an address (RFC 8738 6)", () => {
  assert.equal(serverNameOf("www.example"), "www.example");
  assert.equal(serverNameOf("192.0.2.1"), "1.2.0.192.in-addr.arpa");
  const zeros = "0.".repeat(23);
  assert.equal(serverNameOf("2001:db8::1"), `1.${zeros}8.b.d.0.1.0.0.2.ip6.arpa`);
});

const TLS_FAILURES: Record<string, [answer: TlsAnswer, detail: RegExp]> = {
  "chooses another protocol": [saying({ extensions: alpn("h2") }), /protocol that it chose is "h2"/],
  "chooses no protocol": [saying({ extensions: new Uint8Array() }), /protocol that it chose is none/],
  "chooses two protocols": [saying({ extensions: alpn("acme-tls/1", "h2") }), /after its end/],
  "says an extension twice": [
    saying({ extensions: concatBytes(alpn("acme-tls/1"), alpn("acme-tls/1")) }),
    /extension 16 twice/,
  ],
  "says an extension that nobody offered": [saying({ extensions: extension(43, Uint8Array.of(3, 4)) }), /extension 43/],
  "answers with TLS 1.1": [saying({ version: 0x0302 }), /version 0x302/],
  "chooses a cipher suite that nobody offered": [saying({ cipherSuite: 0x009c }), /cipher suite/],
  "chooses a cipher suite for another kind of key": [saying({ cipherSuite: 0xc02f }), /does not prove/],
  "signs something else": [saying({ damageSignature: flipped }), /does not prove/],
  "signs for another client": [saying({ clientRandom: new Uint8Array(32) }), /does not prove/],
  "shows the certificate of somebody else": [
    async (random) => {
      const certificate = await acmeCertificate(await signerFor(await testKey("P-384")));
      return await saying({ certificate })(random);
    },
    /does not prove/,
  ],
  "signs with SHA-1": [saying({ scheme: 0x0203 }), /algorithm that was not offered/],
  "shows garbage for a certificate": [saying({ certificate: utf8("garbage") }), /certificate/],
  "shows no certificate": [
    async (random) => [records([(await flightMessages(random))[0] ?? random, Uint8Array.of(11, 0, 0, 3, 0, 0, 0)])],
    /without a certificate/,
  ],
  "leaves its certificate out": [
    async (random) => [records((await flightMessages(random)).filter((_, index) => index !== 1))],
    /message 12 where 11 belongs/,
  ],
  "takes no TLS 1.2": [
    () => Promise.resolve([record(21, Uint8Array.of(2, 70))]),
    /alert 70: it does not speak TLS 1.2/,
  ],
  "does not know the protocol": [() => Promise.resolve([record(21, Uint8Array.of(2, 120))]), /alert 120/],
  "is a web server": [() => Promise.resolve([utf8("HTTP/1.1 400 Bad Request\r\n\r\n")]), /this is no TLS/],
  "sends records without content": [() => Promise.resolve([record(22, new Uint8Array())]), /of 0 bytes/],
  "sends records that are too large": [() => Promise.resolve([Uint8Array.of(22, 3, 3, 0xff, 0xff)]), /of 65535 bytes/],
  "never ends its flight": [
    () => Promise.resolve([records([Uint8Array.of(2, 255, 255, 255), new Uint8Array(2 * MAX_FLIGHT)])]),
    /more than 65536 bytes/,
  ],
};

function flipped(signature: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(signature, (byte, index) => index === signature.length - 1 ? byte ^ 1 : byte);
}

for (const [name, [answer, detail]] of Object.entries(TLS_FAILURES)) {
  Deno.test(`tls-alpn-01 is not proved by a server that ${name}`, async () => {
    const failure = await failureAt(answer);
    assert.match(failure.detail, detail);
    assert.deepEqual([failure.type, failure.again], ["tls", true]);
  });
}

Deno.test("tls-alpn-01 is not proved by a server that closes the connection anywhere in its flight", async () => {
  for (const part of [0, 0.01, 0.3, 0.9]) {
    const answer: TlsAnswer = async (random) => {
      const all = records((await flightMessages(random)).slice(0, 3));
      return [all.slice(0, all.length * part)];
    };
    const failure = await failureAt(answer, "close");
    assert.equal(failure.type, "connection");
    assert.match(failure.detail, /closed the connection in its handshake|reset/);
  }
});

const www = dnsName("www.example");

const WRONG_CERTIFICATES: Record<
  string,
  [names: Uint8Array[] | undefined, proof: "right" | "lax" | "other" | "none", RegExp]
> = {
  "is for another name": [
    [dnsName("other.example")],
    "right",
    /is for DNS "other.example", and not for www.example alone/,
  ],
  "is for a second name too": [[www, dnsName("other.example")], "right", /not for www.example alone/],
  "is for an address": [[ipAddress(HOST)], "right", /is for IP "127.0.0.1"/],
  "has no name": [undefined, "right", /is for no name/],
  "has no acmeIdentifier": [[www], "none", /has no acmeIdentifier/],
  "has an acmeIdentifier that is not critical": [[www], "lax", /not critical/],
  "has the acmeIdentifier of another key authorization": [[www], "other", /another key authorization/],
};

for (const [name, [names, proof, detail]] of Object.entries(WRONG_CERTIFICATES)) {
  Deno.test(`tls-alpn-01 is not proved by a certificate that ${name}`, async () => {
    const identifier = await acmeIdentifier(proof === "other" ? "other" : undefined);
    const extensions = [
      ...(names ? [subjectAltNameExtension(names, false)] : []),
      ...(proof === "none" ? [] : [{ ...identifier, critical: proof !== "lax" }]),
    ];
    const certificate = await acmeCertificate(await signerFor(await testKey("P-256")), { extensions });
    const failure = await failureAt(saying({ certificate }));
    assert.match(failure.detail, detail);
    assert.equal(failure.type, "incorrectResponse");
  });
}

Deno.test("tls-alpn-01 is not proved by a certificate that is not self-signed", async () => {
  const signer = await signerFor(await testKey("P-256"));
  const other = await signerFor(await testKey("P-384"));
  const certificates = [
    await acmeCertificate(signer, { subject: commonNameDer("other") }),
    await acmeCertificate(other, { spki: signer.publicKey.spki }),
  ];
  for (const certificate of certificates) {
    assert.match((await failureAt(saying({ certificate }))).detail, /is not self-signed/);
  }
});

Deno.test("tls-alpn-01 ends with a server that says nothing when its time is up, and hangs up", async () => {
  await using server = new TlsStub(() => Promise.resolve([Uint8Array.of(22)]), "wait");
  const clock = new ManualClock(1000);
  const limit = { clock, seconds: 10, signal: new AbortController().signal };
  const means = { network: testNetwork(), port: server.port, random: randomBytes };
  const proof = { host: "www.example", keyAuthorization: KEY_AUTHORIZATION };
  const outcome = assert.rejects(withTimeLimit(limit, (signal) => tryTlsAlpn01(proof, means, signal)), TimeIsUp);
  await server.answered;
  await clock.advance(11);
  await outcome;
  await server.hungUp;
});

Deno.test("tls-alpn-01 says a ClientHello with what other servers want", async () => {
  await using server = new TlsStub(saying(), "wait");
  await attempt(server.port);
  const hello = joinBytes(server.hellos).toHex();
  for (const part of ["c02bc02f", "00170000", "ff01000100", "0010000d000b0a61636d652d746c732f31"]) {
    assert.ok(hello.includes(part));
  }
});
