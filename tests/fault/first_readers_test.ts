/** Many who ask a server right after its start, all at once: each gets the CRL. */
import assert from "node:assert/strict";
import { createMemoryStorage } from "../../server/storage/memory_storage.ts";
import { testAuthorities } from "../support/authorities.ts";
import { NOW } from "../support/issuing.ts";
import { seedAuthorities } from "../support/seeded_authorities.ts";

const READERS = 20;

Deno.test("CrlPublisher.current() gives each of many first readers the CRL when the CA was just loaded", async () => {
  const storage = createMemoryStorage();
  await seedAuthorities(storage);
  await testAuthorities(storage).cas.crls.current(NOW);

  const { cas } = testAuthorities(storage);
  const timer = cas.authorities.valid(NOW);
  const readers = Array.from({ length: READERS }, async (_, delay) => {
    for (let turn = 0; turn < delay; turn++) await Promise.resolve();
    return (await cas.crls.current(NOW)).length;
  });
  await timer;
  assert.deepEqual(await Promise.all(readers), Array(READERS).fill(1));
});
