/** What the profiles make, judged by `openssl`: its strict verification, its name constraints, its revocation check. */
import assert from "node:assert/strict";
import { type Bytes, bytesToBigInt } from "../../core/bytes.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import type { Extension } from "../../core/x509/extension.ts";
import { dnsName, hostName, subjectAltNameExtension } from "../../core/x509/general_name.ts";
import { newSerial } from "../../core/x509/tbs_certificate.ts";
import type { LeafOrder } from "../../core/profiles/leaf_profile.ts";
import { EMPTY_NAME } from "../../core/x509/name.ts";
import { extendedKeyUsage, keyUsage } from "../../core/x509/standard_extensions.ts";
import {
  DAY,
  httpsPairOf,
  issueLeaf,
  leafOrder,
  newCa,
  newEcKey,
  NOW,
  random,
  signCrl,
  type TestCa,
} from "../support/issuing.ts";
import { type Outcome, runCommand } from "../support/process.ts";
import { opensslPath } from "../support/requirements.ts";
import { tempFolder } from "../support/temp_folder.ts";

const openssl = opensslPath();
const STRICT = ["-x509_strict", "-attime", String(NOW), "-CAfile", "ca.pem"];

/** Runs `openssl` where `files` are, by name; DER certificates and CRLs become PEM. */
async function run(args: readonly string[], files: Record<string, Bytes>): Promise<Outcome> {
  await using folder = await tempFolder();
  for (const [name, der] of Object.entries(files)) {
    const label = name.includes("crl") ? PEM_LABEL.CRL : PEM_LABEL.CERTIFICATE;
    await Deno.writeTextFile(`${folder.path}/${name}`, encodePem(label, der));
  }
  return await runCommand([openssl ?? "openssl", ...args], { cwd: folder.path });
}

async function issue(ca: TestCa, extensions: readonly Extension[], change: Partial<LeafOrder> = {}): Promise<Bytes> {
  const { publicKey } = await newEcKey();
  return (await issueLeaf({ ...leafOrder(ca.certificate, publicKey, extensions), ...change }, ca)).der;
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: openssl === undefined, fn });
}

const ORDERS: Record<string, { extensions: Extension[]; change?: Partial<LeafOrder> }> = {
  "a plain certificate": { extensions: [] },
  "one with all that can be asked for": {
    extensions: [
      keyUsage([0, 4, 5, 8], true),
      extendedKeyUsage(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.9"], false),
      subjectAltNameExtension([dnsName("a.b"), hostName("::1")], false),
    ],
    change: { autoSigned: true },
  },
  "one without a subject": {
    extensions: [subjectAltNameExtension([dnsName("a.b")], true)],
    change: { content: { subject: EMPTY_NAME, extensions: [subjectAltNameExtension([dnsName("a.b")], true)] } },
  },
  "one that asked for what only a CA may": {
    extensions: [keyUsage([5, 6], true), extendedKeyUsage(["1.3.6.1.5.5.7.3.9"], true)],
  },
};

for (const [label, { extensions, change }] of Object.entries(ORDERS)) {
  test(`openssl verify -x509_strict accepts ${label}`, async () => {
    const ca = await newCa();
    const outcome = await run(["verify", ...STRICT, "leaf.pem"], {
      "ca.pem": ca.certificate.der,
      "leaf.pem": await issue(ca, extensions, change),
    });
    assert.deepEqual([outcome.out, outcome.status], ["leaf.pem: OK\n", 0], outcome.err);
  });
}

test("openssl x509 shows the auto-signed mark, the key usage that is left and the distribution point", async () => {
  const ca = await newCa();
  const leaf = await issue(ca, [keyUsage([0, 5], true)], { autoSigned: true });
  const { out } = await run(["x509", "-in", "leaf.pem", "-noout", "-text"], { "leaf.pem": leaf });
  const squeezed = out.replace(/\s+/g, " ");
  for (
    const part of [
      "Version: 3 (0x2)",
      "Not Before: Nov 23 13:59:50 2026 GMT Not After : Feb 24 13:59:50 2027 GMT",
      "Basic Constraints: critical CA:FALSE",
      "Key Usage: critical Digital Signature X509v3",
      "Policy: 1.3.6.1.4.1.37476.9000.70.0.0 User Notice: Explicit Text: Auto-signed caucase certificate",
      "URI:http://ca.example.com:8009/cas/crl/12",
    ]
  ) assert.ok(squeezed.includes(part), `${part} is not in ${squeezed}`);
});

const HOSTS = [
  { host: "ca.example.com", option: "-verify_hostname", name: "ca.example.com" },
  { host: "192.0.2.1", option: "-verify_ip", name: "192.0.2.1" },
  { host: "[2001:db8::1]", option: "-verify_ip", name: "2001:db8::1" },
];

for (const { host, option, name } of HOSTS) {
  test(`openssl verify takes the HTTPS certificate of ${host} from the HTTP CA, and no other name`, async () => {
    const ca = await newCa({ name: "http_cas", host });
    const { certificate: { der: https } } = await httpsPairOf(ca, { host });
    const rogue = await issue(ca, [subjectAltNameExtension([dnsName("bank.example")], true)]);
    const files = { "ca.pem": ca.certificate.der, "https.pem": https, "rogue.pem": rogue };
    const good = await run(["verify", ...STRICT, option, name, "https.pem"], files);
    assert.equal(good.status, 0, good.err);
    const bad = await run(["verify", ...STRICT, "rogue.pem"], files);
    assert.match(bad.err, /(permitted|excluded) subtree violation/);
  });
}

test("openssl verify -crl_check refuses the revoked certificate and no other", async () => {
  const ca = await newCa();
  const serial = newSerial(random);
  const files = {
    "ca.pem": ca.certificate.der,
    "revoked.pem": await issue(ca, [], { serial }),
    "good.pem": await issue(ca, []),
    "list.crl.pem": await listOf(ca, [0n, bytesToBigInt(serial), 1n << 158n]),
  };
  const check = ["verify", ...STRICT, "-crl_check", "-CRLfile", "list.crl.pem"];
  const good = await run([...check, "good.pem"], files);
  assert.equal(good.status, 0, good.err);
  assert.match((await run([...check, "revoked.pem"], files)).err, /certificate revoked/);
});

test("openssl crl reads lists with and without entries", async () => {
  const ca = await newCa();
  for (const serials of [[], [1n, 2n]]) {
    const files = { "list.crl.pem": await listOf(ca, serials) };
    const { out, status } = await run(["crl", "-in", "list.crl.pem", "-noout", "-text"], files);
    assert.equal(status, 0);
    assert.match(out, /Version 2 \(0x1\)[^]*Last Update: Nov 23 14:00:00 2026 GMT[^]*X509v3 CRL Number: \s+9\n/);
    assert.equal(out.split("Serial Number:").length - 1, serials.length);
    assert.equal(out.includes("No Revoked Certificates."), serials.length === 0);
  }
});

function listOf(ca: TestCa, serials: readonly bigint[]): Promise<Bytes> {
  return signCrl(ca, { number: 9n, thisUpdate: NOW, nextUpdate: NOW + DAY, serials, revocationDate: NOW - DAY });
}
