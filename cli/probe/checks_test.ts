import assert from "node:assert/strict";
import { CaucaseError } from "../../core/errors.ts";
import { DAY, newCa, NOW } from "../../tests/support/issuing.ts";
import {
  asking,
  chainJson,
  crlPem,
  httpsCertificate,
  NEXT_UPDATE,
  pemOf,
  type ProbedServer,
  probedServer,
  refusal,
  THIS_UPDATE,
} from "../../tests/support/probed_server.ts";
import { probeServer } from "./checks.ts";

const NAMES = [
  ...["http", "https", "clock", "https-certificate"],
  ...["cas-certificate", "cas-chain", "cas-crl", "cau-certificate", "cau-chain", "cau-crl", "https-identity"],
];

interface CheckCase {
  readonly name: string;
  readonly change: (server: ProbedServer) => void | Promise<void>;
  /** All findings that are not ok: `level check: pattern`. */
  readonly found: readonly string[];
  /** Unix seconds. */
  readonly now?: number;
}

async function problems({ change, now = NOW }: CheckCase): Promise<string[]> {
  const server = await probedServer();
  await change(server);
  const findings = await probeServer(asking(server), now);
  return findings.filter(({ level }) => level !== "ok").map((one) => `${one.level} ${one.check}: ${one.message}`);
}

async function expectAll(cases: readonly CheckCase[]): Promise<void> {
  for (const one of cases) {
    const found = await problems(one);
    assert.equal(found.length, one.found.length, `${one.name}: ${found.join("\n")}`);
    for (const [index, pattern] of one.found.entries()) assert.match(found[index] ?? "", new RegExp(pattern), one.name);
  }
}

const UNREACHABLE = new CaucaseError("unreachable", "GET: connection refused");

Deno.test("probeServer() finds nothing wrong with a server that works, and names all that it looked at", async () => {
  const findings = await probeServer(asking(await probedServer()), NOW);
  assert.deepEqual(findings.map(({ check }) => check), NAMES);
  assert.deepEqual(findings.filter(({ level }) => level !== "ok"), []);
});

Deno.test("probeServer() names a listener that does not answer once, and asks it nothing more", async () => {
  await expectAll([
    {
      name: "nothing answers",
      change: ({ answers }) =>
        void answers.set("cas caCertificate", UNREACHABLE).set("cas caCertificate https", UNREACHABLE),
      found: ["^error http: .*refused", "^error https: .*refused"],
    },
    {
      name: "no HTTPS",
      change: ({ answers }) => void answers.set("cas caCertificate https", UNREACHABLE),
      found: ["^error https: "],
    },
    {
      name: "no HTTP",
      change: ({ answers }) => void answers.set("cas caCertificate", UNREACHABLE),
      found: ["^error http: "],
    },
    {
      name: "another program's server",
      change: ({ answers }) => void answers.set("cas caCertificate", "<html>").set("cas caCertificate https", "<html>"),
      found: ["^error cas-certificate: .*no PEM block"],
    },
  ]);
});

Deno.test("probeServer() compares the clocks, also when there is only HTTPS", async () => {
  const late = (server: ProbedServer) => void (server.date = new Date((NOW - 3600) * 1000).toUTCString());
  await expectAll([
    { name: "late", change: late, found: ["^error clock: the server's clock is 3600 s behind this machine's"] },
    {
      name: "late, by HTTPS alone",
      change: (server) => {
        late(server);
        server.answers.set("cas caCertificate", UNREACHABLE);
      },
      found: ["^error http: ", "^error clock: "],
    },
  ]);
});

Deno.test("probeServer() compares the CA certificates that HTTP and HTTPS give", async () => {
  await expectAll((["cas", "cau"] as const).map((ca) => ({
    name: ca,
    change: async ({ answers }) => void answers.set(`${ca} caCertificate https`, pemOf(await newCa())),
    found: [`^error ${ca}-certificate: HTTP gives another CA certificate than https://`],
  })));
});

Deno.test("probeServer() looks at both CAs", async () => {
  await expectAll([
    {
      name: "CAU gone",
      change: ({ answers }) => void answers.delete("cau caCertificate"),
      found: ["^error cau-certificate: the server answered 404"],
    },
    {
      name: "no certificate of a CA",
      change: async (server) => {
        const pem = pemOf({ ...server.cas, der: (await httpsCertificate(server.cas, "a.example")).slice() });
        server.answers.set("cau caCertificate", pem).set("cau caCertificate https", pem).delete("cau crlList");
      },
      found: ["^error cau-certificate: it is not a certificate of a CA", "^error cau-crl: the server answered 404"],
    },
    {
      name: "a chain from elsewhere is left aside, as clients do",
      change: async ({ answers }) => void answers.set("cau caChain", await chainJson(await newCa(), await newCa())),
      found: [],
    },
    { name: "no chain", change: ({ answers }) => void answers.set("cas caChain", "{}"), found: ["^error cas-chain: "] },
  ]);
});

Deno.test("probeServer() wants a fresh CRL of every CA certificate", async () => {
  const nobody = "^error cas-crl: the CA certificate [0-9a-f]{40} signed none";
  const part = (NEXT_UPDATE - THIS_UPDATE) / 4;
  const nothing = () => {};
  await expectAll([
    {
      name: "garbage",
      change: ({ answers }) => void answers.set("cas crlList", "-----BEGIN"),
      found: ["error cas-crl: "],
    },
    { name: "none", change: ({ answers }) => void answers.set("cas crlList", ""), found: [nobody] },
    {
      name: "another CA's",
      change: async ({ answers }) => void answers.set("cas crlList", await crlPem(await newCa())),
      found: [nobody],
    },
    {
      name: "a successor without one",
      change: async ({ answers, cas }) => void answers.set("cas caChain", await chainJson(cas, await newCa())),
      found: [nobody],
    },
    {
      name: "a successor with one",
      change: async ({ answers, cas }) => {
        const next = await newCa();
        answers.set("cas caChain", await chainJson(cas, next));
        answers.set("cas crlList", await crlPem(next) + await crlPem(cas));
      },
      found: [],
    },
    {
      name: "from the future",
      now: THIS_UPDATE - 1,
      change: nothing,
      // The certificates begin at the same time.
      found: [
        "https-certificate: it is not valid before",
        ...["cas-certificate: it is valid from", "cas-crl: CRL 7 is from the future"],
        ...["cau-certificate: it is valid from", "cau-crl: CRL 7 is from the future"],
      ],
    },
    { name: "with a quarter left", now: NEXT_UPDATE - part, change: nothing, found: [] },
    {
      name: "with less than a quarter left",
      now: NEXT_UPDATE - part + 1,
      change: nothing,
      found: ["^warning cas-crl: .* should have been renewed", "^warning cau-crl: "],
    },
    { name: "at its end", now: NEXT_UPDATE, change: nothing, found: ["^warning cas-crl", "^warning cau-crl"] },
    {
      name: "expired",
      now: NEXT_UPDATE + 1,
      change: nothing,
      found: ["^error cas-crl: CRL 7 was good until 2026-12-23T13:59:50Z only", "^error cau-crl: "],
    },
  ]);
});

Deno.test("probeServer() says who answers by HTTPS, where the server does", async () => {
  await expectAll([
    {
      name: "the reference",
      change: ({ answers }) => void answers.set("cas httpsCa", refusal(400)),
      found: ["^warning https-identity: nothing vouches for it"],
    },
    {
      name: "an older server of ours",
      change: ({ answers }) => void answers.delete("cas httpsCa"),
      found: ["^warning https-identity: nothing vouches for it"],
    },
    {
      name: "a fault",
      change: ({ answers }) => void answers.set("cas httpsCa", refusal(500)),
      found: ["^error https-identity: the server answered 500"],
    },
    {
      name: "somebody in between",
      change: async (server) => {
        server.serverCertificate = await httpsCertificate(await newCa("ca.example.com"), "ca.example.com");
      },
      found: ["^error https-identity: the certificate by HTTPS is from a CA that the server does not vouch for"],
    },
    {
      name: "another name",
      change: async (server) => {
        server.serverCertificate = await httpsCertificate(server.httpCa, "192.0.2.1");
      },
      found: ["^warning https-identity: .* is for 192.0.2.1: clients do not take it for ca.example.com"],
    },
  ]);
});

Deno.test("probeServer() does not take faults of ours for findings", async () => {
  const ask = () => Promise.reject(new TypeError("a fault"));
  await assert.rejects(probeServer(ask, NOW + DAY), TypeError);
});
