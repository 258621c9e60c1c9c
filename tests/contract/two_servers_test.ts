/**
 * Two servers' worth of CAs on one store: nothing trusts its own memory. What one did the other knows with its very
 * next use, and what both do at once happens once. In one process, over the store in memory, over one connection to
 * SQLite, and over two.
 */
import assert from "node:assert/strict";
import type { CertificateAuthority } from "../../core/ca/certificate_authority.ts";
import { createMemoryStores } from "../../core/ca/memory_stores.ts";
import type { CaEvent } from "../../core/ca/events.ts";
import type { Storage } from "../../core/ca/stores.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { joinBody } from "../../core/pieces.ts";
import { type Certificate, certificateFromPem, certificateToPem } from "../../core/x509/certificate.ts";
import { openSqliteStorage } from "../../server/storage/sqlite/sqlite_storage.ts";
import { seedIssuers, testCas } from "../support/certificate_authorities.ts";
import { by, LIFE_SPAN, newEcKey, NOW } from "../support/issuing.ts";
import { quietLog, strictLog } from "../support/recorded_log.ts";
import { csrFor, renewalBody } from "../support/requests.ts";
import { tempFolder } from "../support/temp_folder.ts";

const MANY = 12;

interface TwoServers {
  readonly storage: Storage;
  readonly one: CertificateAuthority;
  readonly other: CertificateAuthority;
}

/** Two stores that are one, however that is. */
type OpenBoth = () => Promise<AsyncDisposable & { readonly first: Storage; readonly second: Storage }>;

const STORES: Readonly<Record<string, OpenBoth>> = {
  "memory": () => {
    const storage = createMemoryStores();
    return Promise.resolve({ first: storage, second: storage, [Symbol.asyncDispose]: () => storage.close() });
  },
  "one connection": async () => {
    const folder = await tempFolder();
    const storage = await openSqliteStorage({ path: `${folder.path}/ca.sqlite`, lock: false, log: strictLog });
    return {
      first: storage,
      second: storage,
      async [Symbol.asyncDispose]() {
        await storage.close();
        await folder[Symbol.asyncDispose]();
      },
    };
  },
  "two connections": async () => {
    const folder = await tempFolder();
    const options = { path: `${folder.path}/ca.sqlite`, lock: false, log: quietLog };
    const [first, second] = [await openSqliteStorage(options), await openSqliteStorage(options)];
    return {
      first,
      second,
      async [Symbol.asyncDispose]() {
        await first.close();
        await second.close();
        await folder[Symbol.asyncDispose]();
      },
    };
  },
};

/** Registers `run` over each kind of store. */
function onTwoServers(title: string, run: (servers: TwoServers) => Promise<void>): void {
  for (const [kind, open] of Object.entries(STORES)) {
    Deno.test(`${title} (${kind})`, async () => {
      await using both = await open();
      await seedIssuers(both.first);
      const { cas: one } = testCas(both.first);
      const { cas: other } = testCas(both.second);
      // Both have used everything, and remember it.
      for (const ca of [one, other]) await ca.crls.ensureCurrent(NOW);
      await run({ storage: both.first, one, other });
    });
  }
}

async function newHolder(ca: CertificateAuthority): Promise<{ key: PrivateKey; certificate: Certificate }> {
  const key = await newEcKey();
  const id = await ca.issuance.submit(await csrFor(key), by(NOW));
  await ca.issuance.approve(id, by(NOW));
  return { key, certificate: await certificateFromPem(await ca.issuance.certificate(id, NOW)) };
}

async function countEvents(storage: Storage, kind: CaEvent["kind"]): Promise<number> {
  return (await storage.events(0n, 1000)).filter(({ event }) => event.kind === kind).length;
}

onTwoServers("a CA certificate that one server made is the other's", async ({ one, other }) => {
  const now = NOW + 2 * LIFE_SPAN;
  const made = (await one.issuers.ensureValid(now)).map(({ certificatePem }) => certificatePem);
  assert.equal(made.length, 2);
  assert.deepEqual((await other.issuers.ensureValid(now)).map(({ certificatePem }) => certificatePem), made);
  assert.equal((await other.crls.ensureCurrent(now)).length, 2);
  assert.equal(await other.issuers.ensureChainJson(now) === "[]", false);
});

onTwoServers("two servers make one new CA certificate when one is due, however many ask", async (servers) => {
  const { storage, one, other } = servers;
  const before = await countEvents(storage, "issuer-added");
  const now = NOW + 2 * LIFE_SPAN;
  const uses = Array.from({ length: MANY }, (_, n) => (n % 2 ? one : other).issuers.ensureValid(now));
  const pems = (await Promise.all(uses)).map((valid) => valid.map(({ certificatePem }) => certificatePem).join());
  assert.equal(new Set(pems).size, 1);
  assert.equal((await storage.ca("cas").issuers.list()).issuers.length, 2);
  assert.equal(await countEvents(storage, "issuer-added"), before + 1);
});

onTwoServers("a revocation that one server answered is in the other's next CRL, and refused there", async (servers) => {
  const { one, other } = servers;
  const { certificate } = await newHolder(one);
  await other.verification.requireGood(certificate, NOW);
  await one.revocations.revoke({ by: "user", certificate }, by(NOW));
  await assert.rejects(other.verification.requireGood(certificate, NOW), { code: "untrusted" });
  const [[ours], [theirs]] = [await one.crls.ensureCurrent(NOW), await other.crls.ensureCurrent(NOW)];
  assert.ok(ours && theirs);
  assert.equal(theirs.number, ours.number);
  assert.ok(joinBody(theirs.der()).toHex().includes(certificate.serial.toString(16)));
});

onTwoServers(
  "CRL numbers name one content, and each revocation has its own, on two servers at once",
  async (servers) => {
    const contents = new Map<bigint, string>();
    const look = async (ca: CertificateAuthority) => {
      const [crl] = await ca.crls.ensureCurrent(NOW);
      assert.ok(crl);
      // Without the signature, which ECDSA makes another each time.
      const der = joinBody(crl.der());
      const content = der.subarray(0, der.length - 80).toHex().slice(8);
      assert.equal(contents.get(crl.number) ?? content, content, `CRL ${crl.number}`);
      contents.set(crl.number, content);
      return crl.number;
    };
    const start = await look(servers.one);
    await Promise.all(Array.from({ length: MANY }, async (_, n) => {
      const [ours, theirs] = n % 2 ? [servers.one, servers.other] : [servers.other, servers.one];
      await ours.revocations.revoke({ by: "user", serial: BigInt(n + 1) }, by(NOW));
      await look(theirs);
    }));
    assert.equal(await look(servers.one), start + BigInt(MANY));
    assert.equal(await look(servers.other), start + BigInt(MANY));
  },
);

onTwoServers("two servers renew the CRL once when that is due", async ({ storage, one, other }) => {
  const due = await one.crls.nextDueAt(NOW);
  const before = await countEvents(storage, "crl-renewed");
  const lists = await Promise.all(
    Array.from({ length: MANY }, (_, n) => (n % 2 ? one : other).crls.ensureCurrent(due)),
  );
  assert.equal(await countEvents(storage, "crl-renewed"), before + 1);
  assert.equal(new Set(lists.map(([crl]) => crl?.number)).size, 1);
  assert.equal(await other.crls.nextDueAt(due), await one.crls.nextDueAt(due));
});

onTwoServers("a request is signed once, and a rejected one never, whichever server is asked", async (servers) => {
  const { storage, one, other } = servers;
  const id = await one.issuance.submit(await csrFor(await newEcKey()), by(NOW));
  const outcomes = await Promise.allSettled(
    Array.from({ length: MANY }, (_, n) => (n % 2 ? one : other).issuance.approve(id, by(NOW))),
  );
  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
  assert.equal(await countEvents(storage, "issued"), 1);
  const rejected = await one.issuance.submit(await csrFor(await newEcKey(), "rejected"), by(NOW));
  await other.issuance.reject(rejected, by(NOW));
  await assert.rejects(one.issuance.approve(rejected, by(NOW)), { code: "not-found" });
});

onTwoServers("the same renewal sent to both servers at once gets one certificate", async ({ storage, one, other }) => {
  const { key, certificate } = await newHolder(one);
  const body = await renewalBody(certificateToPem(certificate), key, await csrFor(await newEcKey()));
  const pems = await Promise.all(
    Array.from({ length: MANY }, (_, n) => (n % 2 ? one : other).issuance.renew(body, NOW)),
  );
  assert.equal(new Set(pems).size, 1);
  assert.equal(await countEvents(storage, "issued"), 2);
});

onTwoServers("a frozen number of automatic signatures holds for a server that started before", async (servers) => {
  const { storage, other } = servers;
  assert.equal(await other.issuance.settleAutoSignAmount(), 0);
  await storage.ca("cas").requests.freezeAutoSignAmount(3);
  assert.equal(await other.issuance.settleAutoSignAmount(), 3);
});
