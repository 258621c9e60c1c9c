/** Many at once: every race has one winner, and everybody is told the same. */
import assert from "node:assert/strict";
import { certificateFromPem } from "../../core/x509/certificate.ts";
import { crlFromPem } from "../../core/x509/crl.ts";
import { isAutoSigned } from "../../core/profiles/policies.ts";
import { certify, firstUser, type Holder, JSON_TYPE, type Reply, revokeSerial, submit } from "../support/desk.ts";
import { LIFE_SPAN, newEcKey, NOW } from "../support/issuing.ts";
import { csrFor, renewalBody, revocationBody } from "../support/requests.ts";
import { runServer, type TestServer } from "../support/running_server.ts";

const MANY = 24;

/** The outcomes of `MANY` runs that begin together. */
function atOnce<T>(run: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: MANY }, (_, index) => run(index)));
}

/** How often each status was answered. */
function count(replies: readonly Reply[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

async function readCrl(server: TestServer, ca = "cas") {
  return await crlFromPem((await server.ask("GET", `/${ca}/crl`)).text);
}

async function pendingIds(server: TestServer, { as, ca }: { as: Holder; ca: string }): Promise<string[]> {
  const list = JSON.parse((await server.ask("GET", `/${ca}/csr`, { as })).text) as { id: string }[];
  return list.map(({ id }) => id);
}

Deno.test("24 signatures of one request: one is carried out", async () => {
  await using server = await runServer();
  const as = await firstUser(server);
  const id = await submit(server, "cas", await csrFor(await newEcKey()));
  const signed: string[] = [];
  const replies = await atOnce(async () => {
    const reply = await server.ask("PUT", `/cas/crt/${id}`, { as });
    if (reply.status === 204) signed.push((await server.ask("GET", `/cas/crt/${id}`)).text);
    return reply;
  });
  assert.deepEqual(count(replies), { 204: 1, 404: MANY - 1 });
  assert.equal((await server.ask("GET", `/cas/crt/${id}`)).text, signed[0], "nobody replaced the certificate");
});

Deno.test("signing and rejecting one request at once: one of both is carried out", async () => {
  await using server = await runServer();
  const as = await firstUser(server);
  const id = await submit(server, "cas", await csrFor(await newEcKey()));
  const replies = await atOnce((index) =>
    index % 2 ? server.ask("PUT", `/cas/crt/${id}`, { as }) : server.ask("DELETE", `/cas/csr/${id}`, { as })
  );
  assert.deepEqual(count(replies), { 204: 1, 404: MANY - 1 });
  const winner = replies.findIndex(({ status }) => status === 204);
  assert.equal((await server.ask("GET", `/cas/crt/${id}`)).status, winner % 2 ? 200 : 404);
});

Deno.test("24 submissions of the same bytes: one request", async () => {
  await using server = await runServer({
    serve: { service: { validityDays: 93, maxPending: 1, autoApproveCount: 0 } },
  });
  const as = await firstUser(server);
  const body = await csrFor(await newEcKey());
  const replies = await atOnce(() => server.ask("PUT", "/cas/csr", { body }));
  assert.deepEqual(count(replies), { 201: MANY });
  assert.deepEqual(
    [...new Set(replies.map(({ headers }) => headers["location"]))],
    await pendingIds(server, { as, ca: "cas" }),
  );
});

Deno.test("24 first users: one is signed unasked, the others wait", async () => {
  await using server = await runServer();
  const bodies = await atOnce(async () => await csrFor(await newEcKey()));
  const replies = await atOnce((index) => server.ask("PUT", "/cau/csr", { body: bodies[index] ?? "" }));
  assert.deepEqual(count(replies), { 201: MANY });
  const ids = replies.map(({ headers }) => headers["location"] ?? "");
  assert.equal(new Set(ids).size, MANY);
  const certificates = await Promise.all(ids.map((id) => server.ask("GET", `/cau/crt/${id}`)));
  assert.deepEqual(count(certificates), { 200: 1, 404: MANY - 1 });
  const first = certificates.find(({ status }) => status === 200);
  assert.equal(isAutoSigned(await certificateFromPem(first?.text ?? "")), true);
});

Deno.test("24 requests for the same user key: one is taken", async () => {
  await using server = await runServer();
  await firstUser(server);
  const key = await newEcKey();
  const bodies = await atOnce((index) => csrFor(key, `user${index}`));
  const replies = await atOnce((index) => server.ask("PUT", "/cau/csr", { body: bodies[index] ?? "" }));
  assert.deepEqual(count(replies), { 201: 1, 409: MANY - 1 });
});

Deno.test("24 renewals by the same message: one certificate", async () => {
  await using server = await runServer();
  const holder = await certify(server, await firstUser(server));
  const body = await renewalBody(holder.cert, holder.privateKey, await csrFor(await newEcKey()));
  const replies = await atOnce(() => server.ask("PUT", "/cas/crt/renew", { headers: JSON_TYPE, body }));
  assert.deepEqual(count(replies), { 200: MANY });
  assert.equal(new Set(replies.map(({ text }) => text)).size, 1);
});

Deno.test("24 revocations of one certificate, by holder and user: one entry, one number", async () => {
  await using server = await runServer();
  const user = await firstUser(server);
  const { cert, privateKey, certificate: { serial } } = await certify(server, user);
  const before = (await readCrl(server)).number ?? 0n;
  const body = await revocationBody(cert, privateKey);
  const replies = await atOnce((index) =>
    index % 2
      ? revokeSerial(server, user, { serial })
      : server.ask("PUT", "/cas/crt/revoke", { headers: JSON_TYPE, body })
  );
  assert.deepEqual(count(replies), { 204: 1, 409: MANY - 1 });
  const { number, entryCount } = await readCrl(server);
  assert.deepEqual([number, entryCount], [before + 1n, 1]);
});

Deno.test("revocations beside downloads: a number names one content, and what was answered 204 is in every later CRL", async () => {
  await using server = await runServer();
  const user = await firstUser(server);
  const contents = new Map<bigint, string>();
  const revoked: bigint[] = [];
  const before = (await readCrl(server)).number ?? 0n;
  let running = MANY;

  async function download(): Promise<void> {
    const due = [...revoked];
    const { text } = await server.ask("GET", "/cas/crl");
    const crl = await crlFromPem(text);
    const number = crl.number ?? -1n;
    assert.equal(contents.get(number) ?? text, text, `CRL number ${number} names two contents`);
    contents.set(number, text);
    for (const serial of due) assert.ok(crl.revoked(serial), `${serial} was answered 204`);
  }
  const downloads = [1, 2].map(async () => {
    while (running > 0) await download();
  });
  const replies = await atOnce(async (index) => {
    const serial = BigInt(1000 + index);
    const reply = await revokeSerial(server, user, { serial });
    revoked.push(serial);
    running--;
    return reply;
  });
  await Promise.all(downloads);
  await download();
  assert.deepEqual(count(replies), { 204: MANY });
  const last = await readCrl(server);
  assert.deepEqual([last.number, last.entryCount], [before + BigInt(MANY), MANY], "one number for each");
});

Deno.test("24 requests when a new CA certificate is due: one is made, and everybody sees it", async () => {
  await using server = await runServer();
  server.clock.set(NOW + 2 * LIFE_SPAN);
  const paths = ["/cas/crt/ca.crt.json", "/cas/crl", "/cas/crt/ca.crt.pem"];
  const replies = await atOnce((index) => server.ask("GET", paths[index % 3] ?? ""));
  assert.deepEqual(count(replies), { 200: MANY });
  const [chains, crls, oldest] = [0, 1, 2].map((kind) =>
    new Set(replies.filter((_, index) => index % 3 === kind).map(({ text }) => text))
  );
  assert.deepEqual([chains?.size, crls?.size, oldest?.size], [1, 1, 1]);
  const [chain = ""] = [...chains ?? []];
  assert.equal(payloads(chain).length, 1, "one link: two CA certificates");
  assert.equal([...crls ?? []][0]?.split("BEGIN X509 CRL").length, 3, "a CRL of each");
  await server.restart();
  assert.deepEqual(payloads((await server.ask("GET", "/cas/crt/ca.crt.json")).text), payloads(chain));
  assert.deepEqual(server.warnings, []);
});

function payloads(chain: string): string[] {
  return (JSON.parse(chain) as { payload: string }[]).map(({ payload }) => payload);
}
