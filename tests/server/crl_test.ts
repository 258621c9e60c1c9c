/** What verifiers rely on: a CRL number names one content for good, and nothing that was revoked comes back. */
import assert from "node:assert/strict";
import { decodePem } from "../../core/pem.ts";
import { type CertificateList, crlFromPem, isCrlSignedBy, parseCrl } from "../../core/x509/crl.ts";
import { certificateFromPem } from "../../core/x509/certificate.ts";
import { certify, firstUser, JSON_TYPE, revokeSerial } from "../support/desk.ts";
import { DAY, LIFE_SPAN, newEcKey, NOW } from "../support/issuing.ts";
import { csrFor, renewalBody, revocationBody } from "../support/requests.ts";
import { runServer, type TestServer } from "../support/running_server.ts";

/** A third of L in whole seconds: how long a CRL is valid. */
const CRL_LIFE_SPAN = Math.floor(0.33 * LIFE_SPAN);

/** The CRL of a CA with a single certificate, checked against it. */
async function readCrl(server: TestServer, ca = "cas"): Promise<CertificateList & { text: string }> {
  const { text } = await server.ask("GET", `/${ca}/crl`);
  const crl = await crlFromPem(text);
  const issuer = await certificateFromPem((await server.ask("GET", `/${ca}/crt/ca.crt.pem`)).text);
  assert.ok(await isCrlSignedBy(crl, issuer));
  return { ...crl, revoked: crl.revoked, text };
}

/** All CRLs of the CA for services. */
async function readCrls(server: TestServer): Promise<CertificateList[]> {
  const blocks = decodePem((await server.ask("GET", "/cas/crl")).text);
  assert.ok(blocks.length > 0);
  return await Promise.all(blocks.map(({ der }) => parseCrl(der)));
}

/** Remembers every CRL that was seen: the content of each number, and the last number of each CA certificate. */
class Witness {
  readonly #contents = new Map<string, string>();
  readonly #last = new Map<string, bigint>();

  /** @throws when a number went back, or has another content than before */
  see({ authorityKeyIdentifier = "", number = -1n, tbs }: CertificateList): void {
    const content = tbs.toHex();
    const name = `${authorityKeyIdentifier} ${number}`;
    const last = this.#last.get(authorityKeyIdentifier) ?? -1n;
    assert.ok(number >= last, `number ${number} after ${last}`);
    assert.equal(this.#contents.get(name) ?? content, content, `number ${number} names two contents`);
    this.#contents.set(name, content);
    this.#last.set(authorityKeyIdentifier, number);
  }
}

Deno.test("a server that makes its own keys serves the same CRLs, byte for byte, after a restart", async () => {
  await using server = await runServer({ ownKeys: true });
  const user = await firstUser(server);
  server.clock.set(NOW + DAY);
  await revokeSerial(server, user, { serial: 77n });
  await revokeSerial(server, user, { ca: "cau", serial: 78n });
  server.clock.set(NOW + DAY + 5);
  await revokeSerial(server, user, { serial: 12n });
  const before = await Promise.all(["cas", "cau"].map((ca) => readCrl(server, ca)));
  server.clock.set(NOW + 2 * DAY);
  await server.restart();
  const after = await Promise.all(["cas", "cau"].map((ca) => readCrl(server, ca)));
  assert.deepEqual(after.map(({ text }) => text), before.map(({ text }) => text));
  assert.deepEqual(after.map(({ number, entryCount, thisUpdate }) => [number, entryCount, thisUpdate]), [
    [3n, 2, NOW - 10],
    [2n, 1, NOW - 10],
  ]);
  const revoked = [...after[0]?.entries() ?? []].map(({ serial, revocationDate }) => [serial, revocationDate]);
  assert.deepEqual(revoked, [[77n, NOW + DAY], [12n, NOW + DAY + 5]]);
  assert.deepEqual(server.warnings, []);
});

Deno.test("a CRL is renewed half way to its end, and a revocation does not move its dates", async () => {
  await using server = await runServer();
  const user = await firstUser(server);
  const first = await readCrl(server);
  assert.deepEqual([first.thisUpdate, first.nextUpdate], [NOW - 10, NOW - 10 + CRL_LIFE_SPAN]);
  const due = NOW - 10 + Math.floor(CRL_LIFE_SPAN / 2);
  server.clock.set(due - 1);
  await revokeSerial(server, user, { serial: 5n });
  const second = await readCrl(server);
  assert.deepEqual([second.number, second.thisUpdate], [(first.number ?? 0n) + 1n, NOW - 10]);
  server.clock.set(due);
  // Whoever asks while the new one is being signed gets the old one.
  let third = await readCrl(server);
  const deadline = Date.now() + 30_000;
  while (third.number === second.number && Date.now() < deadline) third = await readCrl(server);
  assert.deepEqual([third.number, third.thisUpdate], [(first.number ?? 0n) + 2n, due - 10]);
  assert.equal(third.revoked(5n), true);
});

Deno.test("CRL numbers never go back and never name two contents, through revocations, renewals, restarts and a wrong clock", async () => {
  await using server = await runServer();
  const user = await firstUser(server);
  const witness = new Witness();
  const steps = [
    () => revokeSerial(server, user, { serial: 1n }),
    () => server.restart(),
    () => server.clock.set(NOW + 20 * DAY),
    () => revokeSerial(server, user, { serial: 2n }),
    () => server.restart(),
    () => server.clock.set(NOW + 10 * DAY),
    () => revokeSerial(server, user, { serial: 3n }),
    () => server.clock.set(NOW + 5 * 365 * DAY),
    () => server.clock.set(NOW + 21 * DAY),
    () => server.restart(),
    () => Promise.all([4n, 5n, 6n].map((serial) => revokeSerial(server, user, { serial }))),
  ];
  for (const step of steps) {
    await step();
    for (const crl of await readCrls(server)) witness.see(crl);
  }
  const [crl] = await readCrls(server);
  assert.deepEqual([1n, 2n, 3n, 4n, 5n, 6n].map((serial) => crl?.revoked(serial)), Array(6).fill(true), "none is lost");
});

Deno.test("a certificate whose revocation was answered 204 is refused on every path, also after a restart", async () => {
  await using server = await runServer();
  const holder = await certify(server, await firstUser(server));
  const { cert, privateKey, certificate: { serial } } = holder;
  const revocation = await revocationBody(cert, privateKey);
  const renewal = await renewalBody(cert, privateKey, await csrFor(await newEcKey()));
  const put = async (path: string, body: string) =>
    (await server.ask("PUT", path, { headers: JSON_TYPE, body })).status;
  assert.equal(await put("/cas/crt/revoke", revocation), 204);
  for (const when of ["at once", "after a restart"]) {
    assert.equal((await readCrl(server)).revoked(serial), true, when);
    assert.equal(await put("/cas/crt/renew", renewal), 400, when);
    assert.equal(await put("/cas/crt/revoke", revocation), 409, when);
    await server.restart();
  }
});

Deno.test("a CRL comes in the form that was asked for, and not again where the copy is still good", async () => {
  await using server = await runServer();
  const user = await firstUser(server);
  const { authorityKeyIdentifier = "" } = await readCrl(server);
  const path = `/cas/crl/${BigInt(`0x${authorityKeyIdentifier}`)}`;
  const accept = "application/pkix-crl";
  const pem = await server.ask("GET", path);
  const der = await server.ask("GET", path, { headers: { accept } });
  assert.deepEqual((await parseCrl(der.bytes)).der, (await crlFromPem(pem.text)).der);
  assert.deepEqual((await server.ask("GET", `${path}.der`)).bytes, der.bytes);
  assert.notEqual(pem.headers["etag"], der.headers["etag"]);
  const condition = { accept, "if-none-match": der.headers["etag"] ?? "" };
  const unchanged = await server.ask("GET", path, { headers: condition });
  assert.deepEqual([unchanged.status, unchanged.bytes.length], [304, 0]);
  const head = await server.ask("HEAD", path, { headers: { accept } });
  assert.deepEqual([head.status, head.bytes.length], [200, 0]);
  assert.equal(head.headers["content-length"], `${der.bytes.length}`);
  server.clock.set(NOW + 60);
  const since = { "if-modified-since": der.headers["last-modified"] ?? "" };
  await revokeSerial(server, user, { serial: 9n });
  assert.equal((await server.ask("GET", path, { headers: condition })).status, 200, "changed: by tag");
  assert.equal((await server.ask("GET", path, { headers: since })).status, 200, "changed: by date");
});
