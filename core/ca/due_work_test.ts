import assert from "node:assert/strict";
import { createMemoryStores } from "./memory_stores.ts";
import { testCas } from "../../tests/support/certificate_authorities.ts";
import { CaucaseError, describeError } from "../errors.ts";
import { DueWork } from "./due_work.ts";
import { CA_NAMES, type Storage } from "./stores.ts";
import { by } from "../../tests/support/issuing.ts";

const NOW = 1_800_000_000;
const L = 93 * 86_400;

/** What can be made to fail. */
type Breakable = "issuers.add" | "renewCrl";

/** A memory store whose methods in `broken` fail as on a full disk. */
function fragileStorage(broken: Set<Breakable>): Storage {
  const storage = createMemoryStores();
  const unless = <A extends unknown[], R>(name: Breakable, work: (...args: A) => Promise<R>) => (...args: A) =>
    broken.has(name) ? Promise.reject(new CaucaseError("storage", "no space left")) : work(...args);
  for (const { issuers, revocations } of CA_NAMES.map((name) => storage.ca(name))) {
    issuers.add = unless("issuers.add", issuers.add.bind(issuers));
    revocations.renewCrl = unless("renewCrl", revocations.renewCrl.bind(revocations));
  }
  return storage;
}

Deno.test("attempt() passes a failure on when nothing can stand in", async () => {
  const reported: unknown[] = [];
  const due = new DueWork((error) => reported.push(error));
  const failing = () => Promise.reject(new Error("broken"));
  await assert.rejects(due.attempt(failing, { canWait: () => false, now: NOW }), /broken/);
  assert.deepEqual(reported, []);
});

Deno.test("attempt() reports a failure, waits a minute, and is not kept waiting by a clock that was set back", async () => {
  const reported: unknown[] = [];
  const due = new DueWork((error) => reported.push(error));
  let tries = 0;
  const failing = () => Promise.reject(new Error(`broken ${++tries}`));
  for (const [now, expected] of [[NOW, 1], [NOW + 59, 1], [NOW + 60, 2], [NOW - 3600, 3]] as const) {
    await due.attempt(failing, { canWait: () => true, now });
    assert.equal(tries, expected, `at ${now - NOW}`);
  }
  assert.deepEqual(reported.map(describeError), ["broken 1", "broken 2", "broken 3"]);
});

Deno.test("valid() goes on with the old CA while a new one cannot be stored", async () => {
  const broken = new Set<Breakable>();
  const warnings: string[] = [];
  const { cas } = testCas(fragileStorage(broken), { warnings });
  const [old] = await cas.issuers.ensureValid(NOW);
  broken.add("issuers.add");
  assert.deepEqual(await cas.issuers.ensureValid(NOW + 2 * L), [old]);
  assert.match(warnings.join(), /new CA certificate for cas failed/);
  await assert.rejects(cas.issuers.ensureValid(NOW + 4 * L), /no space left/, "none is left that could stand in");
  broken.clear();
  assert.equal((await cas.issuers.ensureValid(NOW + 2 * L + 60)).length, 2);
});

Deno.test("current() goes on with the old CRL while a renewal cannot be stored, until that is out of date", async () => {
  const broken = new Set<Breakable>();
  const warnings: string[] = [];
  const { cas } = testCas(fragileStorage(broken), { warnings });
  const [first] = await cas.crls.ensureCurrent(NOW);
  assert.ok(first);
  broken.add("renewCrl");
  assert.deepEqual(await cas.crls.ensureCurrent(first.renewalDueAt), [first]);
  assert.match(warnings.join(), /renewal of the CRL of cas failed/);
  await cas.revocations.revoke({ by: "user", serial: 7n }, by(first.renewalDueAt + 1));
  assert.equal((await cas.crls.ensureCurrent(first.renewalDueAt + 1))[0]?.number, 2n);
  await assert.rejects(cas.crls.ensureCurrent(first.nextUpdate), /no space left/);
  broken.clear();
  assert.equal((await cas.crls.ensureCurrent(first.nextUpdate))[0]?.number, 3n);
});
