/**
 * The rollover drill: all three CAs through quiet, passive, active and gone, with a restart between any two steps. Time
 * is a number here. L is 93 days; a CA certificate lives 4 L.
 */
import assert from "node:assert/strict";
import type { Issuer } from "../core/ca/issuer.ts";
import type { CertificateAuthority } from "../core/ca/certificate_authority.ts";
import { newest, signingIssuer } from "../core/ca/lifecycle.ts";
import type { CaName, Storage } from "../core/ca/stores.ts";
import { CaucaseError } from "../core/errors.ts";
import { isRefusal } from "./support/refusals.ts";
import { followChain, parseChain } from "../core/protocol/ca_chain.ts";
import { type Certificate, certificateFromPem } from "../core/x509/certificate.ts";
import type { PrivateKey } from "../core/keys/private_key.ts";
import { type CertificateAuthorities } from "../server/certificate_authorities.ts";
import { createMemoryStores } from "../core/ca/memory_stores.ts";
import { openSqliteStorage } from "../server/storage/sqlite/sqlite_storage.ts";
import { testCas } from "./support/certificate_authorities.ts";
import { newKey } from "./support/keys.ts";
import { csrFor, renewalBody } from "./support/requests.ts";
import { tempFolder } from "./support/temp_folder.ts";
import { by } from "./support/issuing.ts";
import { strictLog } from "./support/recorded_log.ts";

const DAY = 86_400;
const L = 93 * DAY;
const START = 1_800_000_000;
const PUBLIC: readonly CaName[] = ["cau", "cas"];

/** A server that is stopped and started again before every step. */
class Drill {
  constructor(private storage: Storage, private readonly reopen: (storage: Storage) => Promise<Storage>) {}

  async step(now: number, look: (issuers: CertificateAuthorities) => Promise<void>): Promise<void> {
    this.storage = await this.reopen(this.storage);
    for (const name of PUBLIC) {
      const ca = testCas(this.storage)[name];
      await Promise.all([ca.issuers.ensureValid(now), ca.crls.ensureCurrent(now)]);
    }
    await look(testCas(this.storage));
  }

  async end(): Promise<void> {
    await this.storage.close();
  }
}

/** The phase that each valid CA certificate stands in, oldest first. */
async function phases({ issuers, lifeSpan }: CertificateAuthority, now: number): Promise<string[]> {
  const valid = await issuers.ensureValid(now);
  const signing = signingIssuer(valid, now, lifeSpan);
  return valid.map((one) => {
    if (one === signing) return valid.length === 1 ? "quiet" : "active";
    return one === newest(valid) ? "passive" : "retiring";
  });
}

function serialsOf(issuers: readonly (Issuer | Certificate)[]): bigint[] {
  return issuers.map((one) => "certificate" in one ? one.certificate.serial : one.serial);
}

async function runDrill(drill: Drill): Promise<void> {
  const first = new Map<CaName, Issuer>();
  await drill.step(START, async (all) => {
    for (const name of PUBLIC) {
      assert.deepEqual(await phases(all[name], START), ["quiet"]);
      first.set(name, await all[name].issuers.ensureSigning(START));
    }
  });
  await drill.step(START + 2 * L - 11, async (all) => {
    for (const name of PUBLIC) assert.deepEqual(await phases(all[name], START + 2 * L - 11), ["quiet"]);
  });
  for (const now of [START + 2 * L - 10, START + 3 * L - 20]) {
    await drill.step(now, async (all) => {
      for (const name of PUBLIC) {
        assert.deepEqual(
          await phases(all[name], now),
          ["active", "passive"],
          "the old one signs, the new one is known",
        );
        const signing = await all[name].issuers.ensureSigning(now);
        assert.equal(signing.certificatePem, first.get(name)?.certificatePem);
        assert.equal((await all[name].crls.ensureCurrent(now)).length, 2);
      }
    });
  }
  await drill.step(START + 3 * L - 10, async (all) => {
    for (const name of PUBLIC) assert.deepEqual(await phases(all[name], START + 3 * L - 10), ["retiring", "active"]);
  });
  const gone = START + 4 * L - 9;
  await drill.step(gone, async (all) => {
    for (const name of PUBLIC) {
      assert.deepEqual(
        await phases(all[name], gone),
        ["active", "passive"].slice(0, (await phases(all[name], gone)).length),
      );
      const serials = serialsOf(await all[name].issuers.ensureValid(gone));
      assert.ok(!serials.includes(first.get(name)?.certificate.serial ?? 0n));
    }
  });
}

Deno.test("CAs go from quiet to passive to active to gone, with restarts in between (memory)", async () => {
  const drill = new Drill(createMemoryStores(), (storage) => Promise.resolve(storage));
  await runDrill(drill);
  await drill.end();
});

Deno.test("CAs go from quiet to passive to active to gone, with restarts in between (SQLite)", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/caucase.sqlite`;
  const open = () => openSqliteStorage({ path, lock: true, log: strictLog });
  const drill = new Drill(await open(), async (storage) => {
    await storage.close();
    return await open();
  });
  await runDrill(drill);
  await drill.end();
});

Deno.test("the HTTP CA lives 40 L, and is followed by one with the same name when it has 2 L left", async () => {
  const { http_cas: ca } = testCas(createMemoryStores());
  const [first] = await ca.issuers.ensureValid(START);
  assert.ok(first);
  assert.equal(first.notAfter, START - 10 + 40 * L);
  assert.equal((await ca.issuers.ensureValid(START + 38 * L - 11)).length, 1);
  const [, second] = await ca.issuers.ensureValid(START + 38 * L - 10);
  assert.equal(second?.certificate.subject.toHex(), first.certificate.subject.toHex());
  assert.notEqual(second?.certificate.publicKey.keyId, first.certificate.publicKey.keyId);
});

Deno.test("a rollover that 24 requests trigger together makes one new CA certificate", async () => {
  const storage = createMemoryStores();
  const { cas } = testCas(storage);
  await cas.issuers.ensureValid(START);
  const now = START + 2 * L;
  const lists = await Promise.all(Array.from({ length: 24 }, () => cas.issuers.ensureValid(now)));
  for (const list of lists) assert.equal(list.length, 2);
  assert.equal((await storage.ca("cas").issuers.list()).issuers.length, 2);
});

Deno.test("a holder that renews every 62 days is served through all rollovers, by a CA that it knew before", async () => {
  const { cas } = testCas(createMemoryStores());
  let now = START;
  let key: PrivateKey = await newKey("P-256");
  const id = await cas.issuance.submit(await csrFor(key), by(now));
  await cas.issuance.approve(id, by(now));
  let pem = await cas.issuance.certificate(id, now);
  let known = [(await cas.issuers.ensureValid(now))[0]?.certificate].filter((one) => one !== undefined);
  const issuers = new Set<string>();
  while (now < START + 12 * L) {
    now += 62 * DAY;
    const next = await newKey("P-256");
    pem = await cas.issuance.renew(await renewalBody(pem, key, await csrFor(next)), now);
    key = next;
    const certificate = await certificateFromPem(pem);
    const issuer = await cas.issuers.issuerOf(certificate, now);
    assert.ok(issuer && serialsOf(known).includes(issuer.certificate.serial), `at ${(now - START) / DAY} days`);
    issuers.add(issuer.certificate.publicKey.keyId);
    known = await followChain(known, parseChain(await cas.issuers.ensureChainJson(now)), now);
  }
  assert.equal(issuers.size >= 5, true, "several generations were at work");
});

Deno.test("a CA store last refreshed before a rollover recovers while a CA in it is valid, and not after", async () => {
  const { cas } = testCas(createMemoryStores());
  const known = (await cas.issuers.ensureValid(START)).map(({ certificate }) => certificate);
  for (let now = START; now < START + 4 * L; now += L / 4) await cas.issuers.ensureValid(now);
  const late = START + 4 * L - 10;
  const recovered = await followChain(known, parseChain(await cas.issuers.ensureChainJson(late)), late);
  assert.deepEqual(serialsOf(recovered), serialsOf(await cas.issuers.ensureValid(late)));
  const tooLate = late + 1;
  const chain = parseChain(await cas.issuers.ensureChainJson(tooLate));
  const attempt = followChain(known, chain, tooLate);
  await assert.rejects(attempt, isRefusal("untrusted"));
});

Deno.test("a certificate of the old CA is accepted until it expires, and refused after", async () => {
  const { cas } = testCas(createMemoryStores());
  await cas.issuers.ensureValid(START);
  const justBefore = START + 3 * L - 11;
  await cas.issuers.ensureValid(START + 2 * L);
  const id = await cas.issuance.submit(await csrFor(await newKey("P-256")), by(justBefore));
  await cas.issuance.approve(id, by(justBefore));
  const certificate = await certificateFromPem(await cas.issuance.certificate(id, justBefore));
  const [old, next] = await cas.issuers.ensureValid(START + 3 * L);
  assert.equal((await cas.verification.requireGood(certificate, START + 3 * L)).certificatePem, old?.certificatePem);
  assert.equal((await cas.issuers.ensureSigning(START + 3 * L)).certificatePem, next?.certificatePem);
  await cas.verification.requireGood(certificate, certificate.notAfter);
  await assert.rejects(cas.verification.requireGood(certificate, certificate.notAfter + 1), CaucaseError);
});
