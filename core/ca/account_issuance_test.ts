import assert from "node:assert/strict";
import {
  ACCOUNT,
  addAccount,
  authorization,
  NAME,
  newOrder,
  readyOrder,
  statusOf,
  validate,
} from "../../tests/contract/acme_fixtures.ts";
import { seedIssuers, testCas } from "../../tests/support/certificate_authorities.ts";
import { by } from "../../tests/support/issuing.ts";
import { newKey, testKey } from "../../tests/support/keys.ts";
import { WEBCRYPTO } from "../../server/keys/operations.ts";
import { AcmeProblem, type ProblemType } from "../acme/problem.ts";
import type { Account } from "../acme/account.ts";
import type { AcmePolicy } from "../acme/acme_settings.ts";
import { thumbprintOfKey } from "../acme/json_web_key.ts";
import { type Order, orderState } from "../acme/order.ts";
import { readOrderCsr } from "../acme/order_csr.ts";
import { signerFor } from "../keys/signer.ts";
import { OID } from "../der/oids.ts";
import { certificateFromPem, parseCertificate } from "../x509/certificate.ts";
import { buildCsr, csrFromPem } from "../x509/csr.ts";
import { utf8 } from "../bytes.ts";
import { dnsName, emailName, subjectAltNameExtension } from "../x509/general_name.ts";
import { commonNameDer } from "../x509/name.ts";
import { nameFromText } from "../x509/name_text.ts";
import { namesOfCertificate } from "../x509/subject_facts.ts";
import { extendedKeyUsage } from "../x509/standard_extensions.ts";
import { createMemoryStores } from "./memory_stores.ts";

const NOW = 1_800_000_000;
const USER = { actor: { kind: "user", issuer: "ab", serial: 5n }, now: NOW } as const;

function isProblem(type: ProblemType): (error: unknown) => boolean {
  return (error) => error instanceof AcmeProblem && error.type === type;
}

async function setUp(policy: AcmePolicy, renewApproved = true) {
  const storage = createMemoryStores();
  await seedIssuers(storage);
  const cas = testCas(storage).cas;
  const { acme } = storage;
  return { storage, cas, acme, ...cas.forAccounts(acme, { policy, renewApproved }) };
}

async function csrDer(names: readonly string[] = ["a.example.org"], subject = new Uint8Array([0x30, 0])) {
  const extensions = [
    subjectAltNameExtension(names.map(dnsName), false),
    extendedKeyUsage([OID.OCSP_SIGNING, "1.2.3.4"], false),
  ];
  return await buildCsr({ subject, extensions }, await signerFor(await testKey("P-256")));
}

async function orderCsr(names?: readonly string[]) {
  return await csrFromPem(utf8(await csrDer(names)));
}

/** An order that waits for no challenge. */
async function openOrder({ acme }: Awaited<ReturnType<typeof setUp>>, n: number): Promise<Order> {
  await addAccount(acme);
  const id = `order${n}`;
  const authorizations = [authorization(`${id}.0`, NAME, { status: "valid", challenges: [] })];
  return await acme.orders.add({ ...newOrder(n), authorizations });
}

Deno.test("finalize() issues at once, one certificate for many who finalize an order at once", async () => {
  const { storage, cas, acme, issuance } = await setUp("challenge");
  await readyOrder(acme);
  const csr = await orderCsr();
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, () => issuance.finalize({ order: "order1", csr, now: NOW })),
  );
  const done = results.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
  assert.equal(done.length, 1);
  for (const one of results) if (one.status === "rejected") assert.ok(isProblem("orderNotReady")(one.reason));
  const [record] = done;
  assert.ok(record);
  const { status, serial = 0n } = orderState(record, NOW);
  assert.equal(status, "valid");
  const found = await cas.register.find(serial, NOW);
  assert.deepEqual(found?.certificate.actor, { kind: "account", id: ACCOUNT });
  assert.equal(found?.certificate.origin.kind, "acme");
  assert.equal((await cas.register.list({ limit: 10 }, NOW)).records.length, 1);
  assert.equal((await storage.events(0n, 99)).filter(({ event }) => event.kind === "issued").length, 1);
});

Deno.test("finalize() takes nothing over from a request but its names", async () => {
  const { cas, acme, issuance } = await setUp("challenge");
  await readyOrder(acme);
  const subject = nameFromText("CN=a.example.org,O=Somebody Else");
  const csr = await csrFromPem(utf8(await csrDer(["a.example.org"], subject)));
  const record = await issuance.finalize({ order: "order1", csr, now: NOW });
  const serial = orderState(record, NOW).serial ?? 0n;
  const der = (await cas.register.find(serial, NOW))?.certificate.der;
  assert.ok(der);
  assert.deepEqual(namesOfCertificate(der), {
    subject: "CN=a.example.org",
    dns: ["a.example.org"],
    ip: [],
    otherNames: [],
  });
  const { extensions } = await parseCertificate(der);
  const usage = extensions.find(({ oid }) => oid === OID.EXTENDED_KEY_USAGE);
  assert.deepEqual(usage, extendedKeyUsage([OID.SERVER_AUTH, OID.CLIENT_AUTH], false));
});

Deno.test("finalize() asks for challenges where the policy does, whatever it was when the order was made", async () => {
  for (const policy of ["challenge", "both"] as const) {
    const desk = await setUp(policy);
    await openOrder(desk, 1);
    const finalizing = desk.issuance.finalize({ order: "order1", csr: await orderCsr(), now: NOW });
    await assert.rejects(finalizing, isProblem("orderNotReady"));
  }
});

Deno.test("finalize() refuses orders that are pending, expired or unknown", async () => {
  const { acme, issuance } = await setUp("challenge");
  await addAccount(acme);
  await acme.orders.add(newOrder(1));
  const csr = await orderCsr();
  await assert.rejects(issuance.finalize({ order: "order1", csr, now: NOW }), isProblem("orderNotReady"));
  await assert.rejects(issuance.finalize({ order: "order2", csr, now: NOW }), isProblem("orderNotReady"));
  await validate(acme, "order1.0");
  const late = NOW + 8 * 86_400;
  await assert.rejects(issuance.finalize({ order: "order1", csr, now: late }), isProblem("orderNotReady"));
});

Deno.test("a person signs an order's request, and its renewals need nobody", async () => {
  const desk = await setUp("approval");
  const { cas, acme, issuance } = desk;
  await openOrder(desk, 1);
  const csr = await orderCsr();
  const waiting = await issuance.finalize({ order: "order1", csr, now: NOW });
  assert.equal(orderState(waiting, NOW).status, "processing");
  const [pending] = await cas.pending.list(NOW);
  assert.deepEqual(pending?.dns, ["a.example.org"]);
  await cas.issuance.approve(pending?.id ?? 0n, USER);
  const [first] = (await cas.register.list({ limit: 9 }, NOW)).records;
  assert.ok(first);
  assert.deepEqual(first.certificate.actor, USER.actor);
  assert.deepEqual(first.certificate.origin, { kind: "acme", account: ACCOUNT, order: "order1", of: undefined });
  assert.equal(await statusOf(acme, "order1"), "valid");
  // The certificate is ACME's, not all that the request asked for.
  const pem = await cas.issuance.certificate(pending?.id ?? 0n, NOW);
  const { extensions } = await certificateFromPem(pem);
  assert.ok(extensions.some((one) => one.oid === OID.KEY_USAGE));

  for (const n of [2, 3]) {
    await openOrder(desk, n);
    const renewed = await issuance.finalize({ order: `order${n}`, csr, now: NOW });
    assert.equal(orderState(renewed, NOW).status, "valid");
  }
  const found = await cas.register.find(first.certificate.serial, NOW);
  assert.notEqual(found?.renewedBy, undefined);
});

Deno.test("an approval does not hold after a revocation, or where it is turned off", async () => {
  for (const [title, renewApproved] of [["revoked", true], ["off", false]] as const) {
    const desk = await setUp("approval", renewApproved);
    const { cas, issuance } = desk;
    await openOrder(desk, 1);
    const csr = await orderCsr();
    const { order } = await issuance.finalize({ order: "order1", csr, now: NOW });
    await cas.issuance.approve(order.requestId ?? 0n, USER);
    const [first] = (await cas.register.list({ limit: 9 }, NOW)).records;
    if (title === "revoked") {
      await cas.revocations.revoke({ serial: first?.certificate.serial ?? 0n, by: "user" }, USER);
    }
    await openOrder(desk, 2);
    const again = await issuance.finalize({ order: "order2", csr, now: NOW });
    assert.equal(orderState(again, NOW).status, "processing", title);
  }
});

Deno.test("a person rejects an order's request, and the order is invalid", async () => {
  const desk = await setUp("approval");
  await openOrder(desk, 1);
  const { order } = await desk.issuance.finalize({ order: "order1", csr: await orderCsr(), now: NOW });
  await desk.cas.issuance.reject(order.requestId ?? 0n, USER);
  assert.equal(await statusOf(desk.acme, "order1"), "invalid");
});

Deno.test("readOrderCsr() takes exactly the names of the order, and no other request", async () => {
  const key = await testKey("P-256");
  const signer = await signerFor(key);
  const checks = { identifiers: [NAME], thumbprint: "", verify: WEBCRYPTO.verify };
  const der = async (pem: string | Promise<string>) => (await csrFromPem(utf8(await pem))).der;
  await readOrderCsr(await der(csrDer()), checks);
  await readOrderCsr(await der(csrDer(["A.example.ORG"], commonNameDer("a.example.org"))), checks);
  const refused: [string, Uint8Array][] = [
    ["more names", await der(csrDer(["a.example.org", "b.example.org"]))],
    ["another common name", await der(csrDer(["a.example.org"], commonNameDer("b.example.org")))],
    ["another name", await der(csrDer(["b.example.org"]))],
    ["no CSR", utf8("garbage")],
    [
      "a mailbox",
      await der(buildCsr({
        subject: new Uint8Array([0x30, 0]),
        extensions: [subjectAltNameExtension([dnsName("a.example.org"), emailName("a@example.org")], false)],
      }, signer)),
    ],
    ["no name", await der(buildCsr({ subject: commonNameDer("x y"), extensions: [] }, signer))],
  ];
  for (const [title, bytes] of refused) {
    await assert.rejects(readOrderCsr(bytes, checks), isProblem("badCSR"), title);
  }
  const tampered = (await der(csrDer())).slice();
  tampered[tampered.length - 5] = (tampered[tampered.length - 5] ?? 0) ^ 1;
  await assert.rejects(readOrderCsr(tampered, checks), isProblem("badCSR"));
  const own = thumbprintOfKey((await orderCsr()).publicKey.spki) ?? "";
  await assert.rejects(readOrderCsr(await der(csrDer()), { ...checks, thumbprint: own }), isProblem("badCSR"));
});

Deno.test("revoking: by the account that ordered, one that holds the names, the certificate's key, nobody else", async () => {
  const { cas, acme, issuance, revocation } = await setUp("challenge");
  const owner = await ownerOf(acme);
  await readyOrder(acme);
  const csr = await orderCsr();
  const certificates = [];
  for (const n of [1, 2, 3]) {
    if (n > 1) await acme.orders.add(newOrder(n));
    const record = await issuance.finalize({ order: `order${n}`, csr, now: NOW });
    const found = await cas.register.find(orderState(record, NOW).serial ?? 0n, NOW);
    assert.ok(found);
    certificates.push(await parseCertificate(found.certificate.der));
  }
  const [first, second, third] = certificates;
  assert.ok(first && second && third);
  const { account: stranger } = await addAccount(acme, 2);
  const wanted = { certificate: first, reason: "superseded", now: NOW } as const;
  await assert.rejects(revocation.byAccount(stranger, wanted), isProblem("unauthorized"));
  await revocation.byAccount(owner, wanted);
  await assert.rejects(revocation.byAccount(owner, wanted), isProblem("alreadyRevoked"));
  assert.deepEqual((await cas.register.find(first.serial, NOW))?.revocation?.by, { kind: "account", id: ACCOUNT });

  const other = thumbprintOfKey((await newKey("P-256")).publicKey.spki) ?? "";
  await assert.rejects(revocation.byKey(other, { certificate: second, now: NOW }), isProblem("unauthorized"));
  await revocation.byKey(thumbprintOfKey(second.publicKey.spki) ?? "", { certificate: second, now: NOW });

  await acme.orders.add(newOrder(9, [NAME], { account: "account2" }));
  await validate(acme, "order9.0");
  await revocation.byAccount(stranger, { certificate: third, now: NOW });

  // One that people signed is for people to revoke.
  const id = await cas.issuance.submit(utf8(await csrDer(["z.example.org"])), by(NOW));
  await cas.issuance.approve(id, by(NOW));
  const certificate = await certificateFromPem(await cas.issuance.certificate(id, NOW));
  await assert.rejects(revocation.byAccount(owner, { certificate, now: NOW }), isProblem("unauthorized"));
});

async function ownerOf(acme: Awaited<ReturnType<typeof setUp>>["acme"]): Promise<Account> {
  return (await addAccount(acme)).account;
}
