/**
 * A server of today with 300 hosts in its register: certified 88 days ago, and five days ago, after a new CA
 * certificate was made, all renewed but ten. Of these ten, five told that their hook fails, three told at first that
 * all was well, two never told anything.
 */
import assert from "node:assert/strict";
import { systemClock } from "../../core/host/clock.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { fetchCertificate, type Holder, holderOf, JSON_TYPE, type Reply, submit } from "./desk.ts";
import { DAY, newCa, newEcKey } from "./issuing.ts";
import { newKey } from "./keys.ts";
import { freePortPair } from "./ports.ts";
import { csrFor, installationBody, renewalBody, type ReportChanges } from "./requests.ts";
import { quietLog } from "./recorded_log.ts";
import { serveOptions, TestServer } from "./running_server.ts";
import { tempFolder } from "./temp_folder.ts";
import { openSqliteStorage } from "../../server/storage/sqlite/sqlite_storage.ts";
import { storeIssuer } from "./certificate_authorities.ts";

export const HOSTS = 300;
/** The last ones: hosts 291 to 300. A user approved these; the others were signed automatically. */
export const LEFT_BEHIND = 10;
const FAILING = 5;
const INSTALLED = 3;

export interface RegisteredFleet {
  readonly server: TestServer;
  /** An RSA key: it opens backups. */
  readonly alice: Holder;
}

export async function runRegisteredFleet(): Promise<RegisteredFleet> {
  const port = freePortPair();
  const now = systemClock.now();
  const service = { validityDays: 93, maxPending: LEFT_BEHIND, autoApproveCount: HOSTS - LEFT_BEHIND };
  const serve = { netloc: `localhost:${port}`, basePort: port, service };
  const folder = await tempFolder();
  const server = new TestServer(serveOptions(folder.path, serve), folder);
  await seedCas(server, now - 200 * DAY);
  await startAt(server, now - 88 * DAY);
  const alice = await newHolder(server, { ca: "cau", name: "Alice", key: await newKey("RSA") });
  const { others, leftBehind } = await certified(server, alice);
  for (const host of leftBehind.slice(FAILING, FAILING + INSTALLED)) await report(server, host);
  await startAt(server, now - 5 * DAY);
  const failed = { hook: "failed", failingSince: now - 6 * DAY, detail: "it ended with status 1" } as const;
  for (const host of leftBehind.slice(0, FAILING)) await report(server, host, failed);
  await eightAtOnce(others.length, async (index) => {
    const host = others[index];
    if (host !== undefined) await renew(server, host, nameOf(index));
  });
  await startAt(server, now);
  return { server, alice };
}

/** All hosts: those that were signed unasked came first. */
async function certified(server: TestServer, alice: Holder) {
  const wanted = async (index: number) => ({ ca: "cas", name: nameOf(index), key: await newEcKey() } as const);
  const others = await eightAtOnce(
    HOSTS - LEFT_BEHIND,
    async (index) => await newHolder(server, await wanted(index)),
  );
  const leftBehind: Holder[] = [];
  for (let index = others.length; index < HOSTS; index++) {
    leftBehind.push(await newHolder(server, await wanted(index), alice));
  }
  return { others, leftBehind };
}

function nameOf(index: number): string {
  return `host${index + 1}`;
}

/** A server refuses to make CAs before its release: these are there already. */
async function seedCas({ options: { db } }: TestServer, now: number): Promise<void> {
  const storage = await openSqliteStorage({ path: db, lock: true, log: quietLog });
  for (const name of ["cau", "cas", "http_cas"] as const) {
    await storeIssuer(storage.ca(name), await newCa({ name, now, host: "localhost" }));
  }
  await storage.close();
}

/** A start brings CAs, CRLs and the audit log up to date. */
export async function startAt(server: TestServer, now: number): Promise<void> {
  await server.stop();
  server.clock.set(now);
  await server.start();
}

/** Somebody whose request was signed: unasked, or by `by`. */
async function newHolder(
  server: TestServer,
  { ca, name, key }: { readonly ca: "cau" | "cas"; readonly name: string; readonly key: PrivateKey },
  by?: Holder,
): Promise<Holder> {
  const id = await submit(server, ca, await csrFor(key, name));
  if (by !== undefined) await accepted(server.ask("PUT", `/${ca}/crt/${id}`, { as: by }));
  return await holderOf(key, await fetchCertificate(server, ca, id));
}

async function report(server: TestServer, host: Holder, changes: ReportChanges = {}): Promise<void> {
  const body = await installationBody(host, server.clock.now(), changes);
  const path = `/cas/certificates/${host.certificate.serial}/installation`;
  await accepted(server.ask("PUT", path, { headers: JSON_TYPE, body }));
}

async function renew(server: TestServer, { cert, privateKey }: Holder, name: string): Promise<void> {
  const body = await renewalBody(cert, privateKey, await csrFor(await newEcKey(), name));
  await accepted(server.ask("PUT", "/cas/crt/renew", { headers: JSON_TYPE, body }));
}

async function accepted(reply: Promise<Reply>): Promise<void> {
  const { status, text } = await reply;
  assert.ok(status < 300, `${status}: ${text}`);
}

/** `map` of 0 to `count`, some at the same time; in their order. */
async function eightAtOnce<T>(count: number, map: (index: number) => Promise<T>): Promise<T[]> {
  const indices = Array.from({ length: count }, (_, index) => index).values();
  const found = new Map<number, T>();
  const work = async () => {
    for (const index of indices) found.set(index, await map(index));
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return [...found].toSorted(([a], [b]) => a - b).map(([, one]) => one);
}
