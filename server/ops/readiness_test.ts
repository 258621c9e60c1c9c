import assert from "node:assert/strict";
import { createMemoryStores } from "../../core/ca/memory_stores.ts";
import { CaucaseError } from "../../core/errors.ts";
import { seedIssuers, testCas } from "../../tests/support/certificate_authorities.ts";
import { DAY, LIFE_SPAN, NOW } from "../../tests/support/issuing.ts";
import type { Outcome } from "../watcher.ts";
import { Readiness, type ReadinessParts } from "./readiness.ts";

async function setUp(changes: Partial<ReadinessParts> = {}) {
  const storage = createMemoryStores();
  await seedIssuers(storage);
  const { cas: ca } = testCas(storage);
  await ca.crls.ensureCurrent(NOW);
  const pulse = { committedAt: -Infinity, commitFailedAt: -Infinity, lastSignature: "done" as Outcome };
  const proofs: number[] = [];
  const readiness = new Readiness({
    proveWritable: () => Promise.resolve(void proofs.push(1)),
    pulse,
    cas: [{ ca, stores: storage.ca("cas"), hasCrls: true }],
    httpsCertificate: () => ({ notBefore: NOW, notAfter: NOW + 400 * DAY }),
    phase: () => "serving",
    ...changes,
  });
  /** The names of what is not good, with the reasons. */
  const bad = async (now = NOW) => {
    const checks = await readiness.check(now);
    return Object.fromEntries(checks.flatMap(({ name, reason }) => reason === undefined ? [] : [[name, reason]]));
  };
  return { storage, readiness, pulse, proofs, bad };
}

Deno.test("a server that is well is ready, and every check has its name", async () => {
  const { readiness } = await setUp();
  const checks = await readiness.check(NOW);
  assert.deepEqual(checks.map(({ name, reason }) => [name, reason]), [
    ["serving", undefined],
    ["database", undefined],
    ["signing", undefined],
    ["cas-certificate", undefined],
    ["cas-clock", undefined],
    ["cas-crl", undefined],
    ["https-certificate", undefined],
  ]);
});

Deno.test("the database is written to when no commit of the last seconds proves that it can be", async () => {
  const { readiness, pulse, proofs } = await setUp();
  await Promise.all([readiness.check(NOW), readiness.check(NOW), readiness.check(NOW)]);
  assert.equal(proofs.length, 1, "those who ask together share one look");
  pulse.committedAt = performance.now();
  await readiness.check(NOW);
  assert.equal(proofs.length, 1, "a commit is proof enough");
  pulse.committedAt = performance.now() - 11_000;
  await readiness.check(NOW);
  assert.equal(proofs.length, 2);
});

Deno.test("a commit that failed is told for a while, whatever worked since", async () => {
  const { pulse, proofs, bad } = await setUp();
  pulse.commitFailedAt = performance.now();
  pulse.committedAt = performance.now();
  assert.deepEqual(await bad(), { database: "a commit failed within the last 10 s" });
  assert.equal(proofs.length, 1, "what still fails says why");
  pulse.commitFailedAt = performance.now() - 11_000;
  assert.deepEqual([await bad(), proofs.length], [{}, 1]);
});

Deno.test("a database that refuses, or takes too long, is said; the next look waits for the same write", async () => {
  const full = await setUp({ proveWritable: () => Promise.reject(new CaucaseError("storage", "the disk is full")) });
  assert.deepEqual(await full.bad(), { database: "the disk is full" });
  const hanging = Promise.withResolvers<void>();
  let writes = 0;
  const slow = await setUp({ proveWritable: () => (writes++, hanging.promise), patienceMs: 20 });
  for (let look = 0; look < 2; look++) {
    assert.deepEqual(await slow.bad(), { database: "the database takes longer than 0.02 s to write" });
  }
  assert.equal(writes, 1);
  hanging.resolve();
  assert.deepEqual(await slow.bad(), {});
});

Deno.test("signatures that fail, a start and an end are said", async () => {
  const { pulse, bad } = await setUp();
  pulse.lastSignature = "failed";
  assert.deepEqual(await bad(), { signing: "the last signature could not be made" });
  const ending = await setUp({ phase: () => "stopping" });
  assert.deepEqual(await ending.bad(), { serving: "the server is stopping" });
});

Deno.test("a CRL past half its life, a clock that is behind and certificates that ended are said", async () => {
  const { bad } = await setUp();
  const due = NOW - 10 + Math.floor(Math.floor(LIFE_SPAN * 0.33) / 2);
  assert.deepEqual(await bad(due + 120), {});
  assert.deepEqual(Object.keys(await bad(due + 121)), ["cas-crl"]);
  assert.deepEqual(Object.keys(await bad(NOW - 2 * DAY)), ["cas-clock", "https-certificate"]);
  const late = await bad(NOW + 401 * DAY);
  assert.deepEqual(Object.keys(late), ["cas-certificate", "cas-crl", "https-certificate"]);
});

Deno.test("a bug is no reason: it is thrown", async () => {
  const { readiness } = await setUp({ proveWritable: () => Promise.reject(new Error("a bug")) });
  await assert.rejects(readiness.check(NOW), /a bug/);
});
