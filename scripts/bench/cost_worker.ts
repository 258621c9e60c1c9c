/**
 * The process in which single operations are measured: seconds for each as its argument, {@linkcode Costs} on standard
 * output.
 */
import * as path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { PublicKey } from "../../core/keys/public_key.ts";
import { requireMessageAlgorithm, type Signer } from "../../core/keys/signer.ts";
import { createLog } from "../../core/log.ts";
import { chooseKeyOperations } from "../../server/keys/choose_operations.ts";
import type { KeyOperations } from "../../server/keys/operations.ts";
import { newKey } from "../../tests/support/keys.ts";
import type { Costs } from "./costs.ts";
import { cpuSeconds } from "./process_figures.ts";

type MeasuredAction = () => unknown;

/** About as long as a certificate. */
const DATA = new Uint8Array(1000);
const WARM_UP = 20;

const seconds = Number(Deno.args[0]);
const folder = await Deno.makeTempDir({ prefix: "caucase-bench-cost-" });
try {
  console.log(JSON.stringify(await measureAll()));
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function measureAll(): Promise<Costs> {
  const { operations } = await chooseKeyOperations({ signer: "auto" }, createLog(() => {}));
  const [rsa, another] = [await newKey("RSA"), await newKey("RSA")];
  const caSigner = await operations.signerFor(rsa);
  const messageSigner = await operations.signerFor(rsa, requireMessageAlgorithm(rsa.publicKey));
  const requestSigner = await operations.signerFor(another);
  return {
    signature: await cpuMs(() => caSigner.sign(DATA)),
    requestVerification: await cpuMs(await verification(operations, requestSigner, asNew)),
    holderVerification: await cpuMs(await verification(operations, messageSigner, asNew)),
    certificateVerification: await cpuMs(await verification(operations, caSigner, (key) => key)),
    commit: await cpuMs(commitRow()),
    synchronisations: await synchronisationsPerSecond(),
  };
}

/** A key that was not seen before: nothing of it is remembered. */
function asNew(key: PublicKey): PublicKey {
  return { ...key };
}

async function verification(
  { verify }: KeyOperations,
  { sign, algorithm, publicKey }: Signer,
  keyOf: (key: PublicKey) => PublicKey,
): Promise<MeasuredAction> {
  const signed = { data: DATA, signature: await sign(DATA) };
  return () => verify(keyOf(publicKey), algorithm, signed);
}

function commitRow(): MeasuredAction {
  const database = new DatabaseSync(path.join(folder, "cost.sqlite"));
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE crt (id INTEGER PRIMARY KEY, crt BLOB)",
  );
  const insert = database.prepare("INSERT INTO crt (crt) VALUES (?)");
  const row = new Uint8Array(2000);
  return () => {
    database.exec("BEGIN IMMEDIATE");
    insert.run(row);
    database.exec("COMMIT");
  };
}

/** Of a page as the database writes it, each time. */
async function synchronisationsPerSecond(): Promise<number> {
  using file = await Deno.open(path.join(folder, "synchronised"), { write: true, create: true });
  const page = new Uint8Array(4096);
  const start = performance.now();
  let count = 0;
  for (; performance.now() - start < seconds * 1000; count++) {
    await file.write(page);
    await file.syncData();
  }
  return count * 1000 / (performance.now() - start);
}

/** CPU milliseconds of one `operation`, over all threads. */
async function cpuMs(operation: MeasuredAction): Promise<number> {
  for (let count = 0; count < WARM_UP; count++) await operation();
  const before = cpuSeconds("self");
  const end = performance.now() + seconds * 1000;
  let count = 0;
  for (; performance.now() < end; count++) await operation();
  return (cpuSeconds("self") - before) * 1000 / count;
}
