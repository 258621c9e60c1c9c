/** Where single operations are measured: seconds for each as its argument, {@linkcode Costs} on standard output. */
import * as path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Costs } from "./costs.ts";
import { cpuSeconds } from "./process_figures.ts";

type MeasuredAction = () => unknown;

const PKCS1 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
/** The longest salt that a key of 2048 bits allows with SHA-256. */
const PSS = { name: "RSA-PSS", hash: "SHA-256", saltLength: 222 };
const RSA_KEY = { modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };

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
  const rsa = await generate({ ...PKCS1, ...RSA_KEY });
  return {
    signature: await cpuMs(() => crypto.subtle.sign(PKCS1, rsa.privateKey, DATA)),
    requestVerification: await cpuMs(await importAndVerify(await generate({ ...PKCS1, ...RSA_KEY }), PKCS1)),
    holderVerification: await cpuMs(await importAndVerify(await generate({ ...PSS, ...RSA_KEY }), PSS)),
    certificateVerification: await cpuMs(await verify(rsa, PKCS1)),
    commit: await cpuMs(commitRow()),
  };
}

type KeyAlgorithm = (typeof PKCS1 & typeof RSA_KEY) | (typeof PSS & typeof RSA_KEY);

async function generate(algorithm: KeyAlgorithm): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as CryptoKeyPair;
}

async function verify({ privateKey, publicKey }: CryptoKeyPair, algorithm: typeof PKCS1): Promise<MeasuredAction> {
  const signature = await crypto.subtle.sign(algorithm, privateKey, DATA);
  return () => crypto.subtle.verify(algorithm, publicKey, signature, DATA);
}

async function importAndVerify(
  { privateKey, publicKey }: CryptoKeyPair,
  algorithm: typeof PSS | typeof PKCS1,
): Promise<MeasuredAction> {
  const signature = await crypto.subtle.sign(algorithm, privateKey, DATA);
  const spki = await crypto.subtle.exportKey("spki", publicKey);
  return async () => {
    const key = await crypto.subtle.importKey("spki", spki, algorithm, false, ["verify"]);
    return await crypto.subtle.verify(algorithm, key, signature, DATA);
  };
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

/** CPU milliseconds of one `operation`, over all threads. */
async function cpuMs(operation: MeasuredAction): Promise<number> {
  for (let count = 0; count < WARM_UP; count++) await operation();
  const before = cpuSeconds("self");
  const end = performance.now() + seconds * 1000;
  let count = 0;
  for (; performance.now() < end; count++) await operation();
  return (cpuSeconds("self") - before) * 1000 / count;
}
