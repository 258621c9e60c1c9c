/** Many who ask a server right after its start, all at once: each gets the CRL. */
import assert from "node:assert/strict";
import { createMemoryStores } from "../../core/ca/memory_stores.ts";
import { testCas } from "../support/certificate_authorities.ts";
import { NOW } from "../support/issuing.ts";
import { seedIssuers } from "../support/seeded_issuers.ts";

const READERS = 20;

Deno.test("CrlPublisher.current() gives each of many first readers the CRL when the CA was just loaded", async () => {
  const storage = createMemoryStores();
  await seedIssuers(storage);
  await testCas(storage).cas.crls.ensureCurrent(NOW);

  const { cas } = testCas(storage);
  const timer = cas.issuers.ensureValid(NOW);
  const readers = Array.from({ length: READERS }, async (_, delay) => {
    for (let turn = 0; turn < delay; turn++) await Promise.resolve();
    return (await cas.crls.ensureCurrent(NOW)).length;
  });
  await timer;
  assert.deepEqual(await Promise.all(readers), Array(READERS).fill(1));
});
