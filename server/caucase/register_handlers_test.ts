import assert from "node:assert/strict";
import { readEventList } from "../../core/protocol/event_list.ts";
import { DETAILS_TYPE, readPendingDetails, readPendingDetailsList } from "../../core/protocol/pending_details.ts";
import { readCertificateEntry, readCertificateList } from "../../core/protocol/register.ts";
import { writeRegisterQuery } from "../../core/protocol/register_query.ts";
import { readServerStatus } from "../../core/protocol/server_status.ts";
import { onlyPem, PEM_LABEL } from "../../core/pem.ts";
import { certify, firstUser, revokeSerial, submit } from "../../tests/support/desk.ts";
import { newEcKey, NOW } from "../../tests/support/issuing.ts";
import { csrFor } from "../../tests/support/requests.ts";
import { newTestApp, type TestApp } from "../../tests/support/test_app.ts";
import type { Credentials } from "../../tests/support/desk.ts";

async function listed(app: TestApp, as: Credentials, query = "") {
  const { status, text } = await app.ask("GET", `/cas/certificates${query}`, { as });
  assert.equal(status, 200, text);
  return readCertificateList(text);
}

Deno.test("GET certificates says of each whom it names, how it came about and what became of it", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  const service = await certify(app, user);
  const { certificates: [entry], next } = await listed(app, user);
  assert.ok(entry);
  const { serial, notAfter, notBefore } = service.certificate;
  assert.deepEqual([entry.ca, entry.serial, entry.notBefore, entry.notAfter, next], [
    "cas",
    serial,
    notBefore,
    notAfter,
    null,
  ]);
  assert.deepEqual([entry.status, entry.renewedBy, entry.revocation], ["valid", null, null]);
  assert.equal(entry.key.kind, "ec:P-256");
  assert.match(entry.key.sha256, /^[0-9a-f]{64}$/);
  const actor = { kind: "user", issuer: user.certificate.authorityKeyIdentifier, serial: user.certificate.serial };
  assert.deepEqual([entry.origin, entry.by], [{ kind: "approved" }, actor]);
  await revokeSerial(app, user, { serial });
  const { certificates: [revoked] } = await listed(app, user, "?status=revoked");
  assert.deepEqual([revoked?.serial, revoked?.revocation], [serial, { at: NOW, by: actor, reason: null }]);
  assert.deepEqual(app.faults, []);
});

Deno.test("GET certificates gives pages, each from where the one before ended, and refuses a query that cannot be", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  const serials: bigint[] = [];
  for (let n = 0; n < 5; n++) serials.unshift((await certify(app, user)).certificate.serial);
  const seen: bigint[] = [];
  let page = await listed(app, user, writeRegisterQuery({ limit: 2 }));
  while (true) {
    seen.push(...page.certificates.map(({ serial }) => serial));
    if (page.next === null) break;
    page = await listed(app, user, writeRegisterQuery({ limit: 2, after: page.next }));
  }
  assert.deepEqual(seen, serials, "the newest first");
  for (const query of ["?status=good", "?limit=0", "?after=x", "?after=.", "?what=1"]) {
    assert.equal((await app.ask("GET", `/cas/certificates${query}`, { as: user })).status, 400, query);
  }
});

Deno.test("GET certificates has a tag by which an unchanged list is not sent again", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  const { headers } = await app.ask("GET", "/cas/certificates", { as: user });
  const ask = () =>
    app.ask("GET", "/cas/certificates", { as: user, headers: { "if-none-match": headers["etag"] ?? "" } });
  const unchanged = await ask();
  assert.deepEqual([unchanged.status, unchanged.text, unchanged.headers["etag"]], [304, "", headers["etag"]]);
  assert.match(headers["cache-control"] ?? "", /^private/);
  await certify(app, user);
  assert.equal((await ask()).status, 200);
});

Deno.test("GET certificates/{serial} is JSON, DER or PEM as Accept has it, and 404 for one that is not there", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  const { certificate } = await certify(app, user);
  const path = `/cas/certificates/${certificate.serial}`;
  const as = (accept: string) => app.ask("GET", path, { as: user, headers: { accept } });
  assert.equal(readCertificateEntry((await as("*/*")).text).serial, certificate.serial);
  const der = await as("application/pkix-cert");
  assert.deepEqual([der.headers["content-type"], [...der.bytes]], ["application/pkix-cert", [...certificate.der]]);
  const pem = await as("application/x-pem-file");
  assert.deepEqual([...onlyPem(pem.text, [PEM_LABEL.CERTIFICATE], "it").der], [...certificate.der]);
  assert.equal(new Set([der, pem].map(({ headers }) => headers["etag"])).size, 2);
  for (const [serial, status] of [["1", 404], ["9".repeat(60), 404], ["x", 400], ["-1", 400]] as const) {
    assert.equal((await app.ask("GET", `/cas/certificates/${serial}`, { as: user })).status, status, serial);
  }
});

Deno.test("GET events lists those of one CA after an event, in pages", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  await certify(app, user);
  const ask = async (query: string) => readEventList((await app.ask("GET", `/cas/events${query}`, { as: user })).text);
  const { events, next } = await ask("");
  assert.deepEqual(events.map(({ kind }) => kind), ["issuer-added", "requested", "issued"]);
  assert.ok(next === null && events.every(({ ca }) => ca === "cas"));
  const page = await ask("?limit=1");
  assert.deepEqual([page.events, page.next], [events.slice(0, 1), (events[1]?.id ?? 0n) - 1n]);
  assert.deepEqual((await ask(`?after=${page.next}`)).events, events.slice(1));
  assert.equal((await app.ask("GET", "/cas/events?after=x", { as: user })).status, 400);
});

Deno.test("GET csr says for its own type what a request asks for, where it came from and what the profile makes of it", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  const id = await submit(app, "cas", await csrFor(await newEcKey(), "web"));
  const { headers, text } = await app.ask("GET", "/cas/csr", { as: user, headers: { accept: DETAILS_TYPE } });
  assert.equal(headers["content-type"], DETAILS_TYPE);
  const [details] = readPendingDetailsList(text);
  assert.ok(details);
  assert.deepEqual([`${details.id}`, details.subject, details.receivedAt], [id, "CN=web", NOW]);
  assert.equal(details.receivedFrom, "192.0.2.1");
  assert.equal(details.key.kind, "ec:P-256");
  assert.equal(details.changes.refusal, null);
  const added = details.changes.added.map(({ name }) => name);
  assert.ok(added.includes("basicConstraints") && added.includes("cRLDistributionPoints"), `${added}`);
  const one = await app.ask("GET", `/cas/csr/${id}/details`, { as: user });
  assert.deepEqual(readPendingDetails(one.text), details);
  await app.ask("PUT", `/cas/crt/${id}`, { as: user });
  assert.equal((await app.ask("GET", `/cas/csr/${id}/details`, { as: user })).status, 404, "not pending");
  assert.deepEqual(app.faults, []);
});

Deno.test("GET status tells of CA certificates, CRLs, what is pending and what ends", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  await certify(app, user);
  await submit(app, "cas", await csrFor(await newEcKey(), "web"));
  app.clock.set(NOW + 80 * 86_400);
  await app.ask("GET", "/cas/crl");
  const { status, text } = await app.ask("GET", "/status", { as: user });
  assert.equal(status, 200, text);
  const { cas, database } = readServerStatus(text);
  assert.equal(database, "memory");
  const of = cas.find(({ name }) => name === "cas");
  assert.deepEqual(of?.issuers.map(({ phase }) => phase), ["signing"]);
  assert.deepEqual(of?.pending, { count: 1, oldest: NOW });
  assert.deepEqual(of?.expiring.map(({ count }) => count), [0, 0, 0, 1, 1, 1]);
  assert.equal(of?.crl?.entries, 0);
  app.clock.set(NOW + 94 * 86_400);
  assert.equal((await app.ask("GET", "/status", { as: user })).status, 401, "the user's own has ended");
});
