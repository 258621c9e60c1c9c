/** A crowd that uses a server until it is killed, and a ledger of what the server had acknowledged by then. */
import { newEcKey } from "../support/issuing.ts";
import assert from "node:assert/strict";
import type { Bytes } from "../../core/bytes.ts";
import { crlFromPem } from "../../core/x509/crl.ts";
import { certificateFromPem } from "../../core/x509/certificate.ts";
import {
  certify,
  type Credentials,
  CSR_TYPE,
  type Desk,
  fetchCertificate,
  JSON_TYPE,
  revokeSerial,
} from "../support/desk.ts";
import { testKey } from "../support/keys.ts";
import { csrFor, renewalBody } from "../support/requests.ts";

/** What the server said it has done. Nothing of this may ever be undone. */
export class Ledger {
  /** Stored requests, by id. */
  readonly requests = new Map<string, Bytes>();
  /** Ids of signed requests; the certificate where it was fetched. */
  readonly signed = new Map<string, string | undefined>();
  /** Revoked serial numbers. */
  readonly revoked = new Set<bigint>();
  /** Ids of rejected requests. */
  readonly rejected = new Set<string>();
  /** Certificates by the message that they were renewed with. */
  readonly renewed = new Map<string, string>();
  /** Revoked users. */
  readonly expelled: Credentials[] = [];
  /** CRLs (PEM) by number. */
  readonly crls = new Map<bigint, string>();
  /** The largest CRL number that was served. */
  highest = 0n;

  get hasSomeOfEach(): boolean {
    const { requests, signed, revoked, rejected, renewed, crls } = this;
    return this.expelled.length > 0 &&
      [requests, signed, revoked, rejected, renewed, crls].every(({ size }) => size > 0);
  }

  /** Notes a CRL that was served; `before` is what was revoked when it was asked for, and at which number. */
  noteCrl(pem: string, before: CrlExpectation): void {
    const crl = crlFromPem(pem);
    const { number = -1n } = crl;
    assert.equal(pem, this.crls.get(number) ?? pem, `CRL number ${number} has two contents`);
    assert.ok(number >= before.highest, `CRL number ${number} after ${before.highest}`);
    const missing = before.revoked.filter((serial) => !crl.revoked(serial));
    assert.deepEqual(missing, [], `CRL number ${number} lacks acknowledged revocations`);
    this.crls.set(number, pem);
    if (number > this.highest) this.highest = number;
  }

  /** What a CRL that is asked for now must hold. */
  crlExpectation(): CrlExpectation {
    return { revoked: [...this.revoked], highest: this.highest };
  }
}

interface CrlExpectation {
  readonly revoked: readonly bigint[];
  readonly highest: bigint;
}

/** The server of one round, who asks it, and whether it has been killed. */
export interface Round {
  readonly desk: Desk;
  readonly user: Credentials;
  readonly ledger: Ledger;
  /** Numbers from 0 to 1, not including it. */
  readonly random: () => number;
  killed: boolean;
}

const SUBMITTERS = 4;
const REVOKERS = 2;
const READERS = 1;
const HOLDERS = 1;
const USERS = 1;
/** How many of what is costly to check are checked after each restart, the latest. */
const CHECKED = 3;

/**
 * Resolves after the kill, when nobody is served any more. Rejects when anything fails that is not the kill's doing.
 */
export async function traffic(round: Round): Promise<void> {
  const crowd: [number, (round: Round) => Promise<void>][] = [
    [SUBMITTERS, submitAndSign],
    [REVOKERS, revokeOne],
    [READERS, readCrl],
    [HOLDERS, renewOne],
    [USERS, expelUser],
  ];
  const workers = crowd.flatMap(([count, work]) => Array.from({ length: count }, () => untilKilled(round, work)));
  await Promise.all(workers);
}

async function untilKilled(round: Round, work: (round: Round) => Promise<void>): Promise<void> {
  while (!round.killed) {
    try {
      await work(round);
    } catch (error) {
      // A broken connection says nothing about what the server did; an answer that is wrong does.
      if (!round.killed || error instanceof assert.AssertionError) throw error;
    }
  }
}

/** A request, often its signature, often the certificate; each noted as soon as it is acknowledged. */
async function submitAndSign({ desk, user, ledger, random }: Round): Promise<void> {
  const csr = await csrFor(await testKey("P-256"), `host-${Math.floor(random() * 2 ** 40)}`);
  const sent = await desk.ask("PUT", "/cas/csr", { body: csr, headers: CSR_TYPE });
  assert.equal(sent.status, 201, sent.text);
  const id = sent.headers["location"] ?? "";
  ledger.requests.set(id, csr);
  const fate = random();
  if (fate < 0.2) return;
  if (fate < 0.4) return await reject({ desk, user, ledger }, id);
  const { status, text } = await desk.ask("PUT", `/cas/crt/${id}`, { as: user });
  assert.equal(status, 204, text);
  ledger.signed.set(id, undefined);
  if (random() < 0.7) ledger.signed.set(id, await fetchCertificate(desk, "cas", id));
}

async function reject({ desk, user, ledger }: Pick<Round, "desk" | "user" | "ledger">, id: string): Promise<void> {
  // Not sure to be there any more from the moment it is asked for.
  ledger.requests.delete(id);
  const { status, text } = await desk.ask("DELETE", `/cas/csr/${id}`, { as: user });
  assert.equal(status, 204, text);
  ledger.rejected.add(id);
}

async function renewOne({ desk, user, ledger }: Round): Promise<void> {
  const { cert, privateKey } = await certify(desk, user);
  const body = await renewalBody(cert, privateKey, await csrFor(await newEcKey()));
  ledger.renewed.set(body, await renew(desk, body));
}

async function renew(desk: Desk, body: string): Promise<string> {
  const { status, text } = await desk.ask("PUT", "/cas/crt/renew", { headers: JSON_TYPE, body });
  assert.equal(status, 200, text);
  return text;
}

/** A new user, who is revoked as soon as there is one. */
async function expelUser({ desk, user, ledger }: Round): Promise<void> {
  const { key, cert, certificate: { serial } } = await certify(desk, user, "cau");
  const { status, text } = await revokeSerial(desk, user, { ca: "cau", serial });
  assert.equal(status, 204, text);
  ledger.expelled.push({ key, cert });
}

/** A serial number: one of a certificate that is known, or any. */
async function revokeOne({ desk, user, ledger, random }: Round): Promise<void> {
  const fetched = [...ledger.signed.values()].filter((pem) => pem !== undefined);
  const pem = random() < 0.5 ? fetched[Math.floor(random() * fetched.length)] : undefined;
  const serial = pem === undefined
    ? BigInt(Math.floor(random() * Number.MAX_SAFE_INTEGER))
    : (await certificateFromPem(pem)).serial;
  const { status, text } = await revokeSerial(desk, user, { serial });
  if (status === 204) ledger.revoked.add(serial);
  else assert.equal(status, 409, text);
}

async function readCrl({ desk, ledger }: Round): Promise<void> {
  const before = ledger.crlExpectation();
  const { status, text } = await desk.ask("GET", "/cas/crl");
  assert.equal(status, 200, text);
  assert.match(text, /^-----BEGIN X509 CRL-----$/m, `not a CRL: "${text}"`);
  ledger.noteCrl(text, before);
}

/** After a restart: everything acknowledged is there, the CRL goes on, and the server works. */
export async function checkAcknowledged({ desk, user, ledger, random }: Round): Promise<void> {
  // At once and many: who comes first to a server that just started must not get less than who comes later.
  const strangers = ledger.expelled.slice(-CHECKED).map((as) => checkExpelled(desk, as));
  await Promise.all([
    ...strangers,
    ...Array.from({ length: 10 }, () => readCrl({ desk, user, ledger, random, killed: false })),
  ]);
  for (const [id, csr] of ledger.requests) {
    if (ledger.signed.has(id)) await checkCertificate(desk, ledger, id);
    else await checkRequest(desk, id, csr);
  }
  for (const id of ledger.rejected) {
    assert.equal((await desk.ask("GET", `/cas/csr/${id}`)).status, 404, `rejected ${id}`);
  }
  for (const [body, pem] of [...ledger.renewed].slice(-CHECKED)) assert.equal(await renew(desk, body), pem);
  for (const serial of [...ledger.revoked].slice(-CHECKED)) {
    assert.equal((await revokeSerial(desk, user, { serial })).status, 409, `${serial} was revoked before the kill`);
  }
  await certify(desk, user);
}

async function checkExpelled(desk: Desk, as: Credentials): Promise<void> {
  assert.equal((await desk.ask("GET", "/cas/csr", { as })).status, 401, "a revoked user");
}

async function checkCertificate(desk: Desk, ledger: Ledger, id: string): Promise<void> {
  const pem = await fetchCertificate(desk, "cas", id);
  assert.equal(pem, ledger.signed.get(id) ?? pem, `certificate ${id}`);
  ledger.signed.set(id, pem);
}

/** Pending as it was sent; a signature that was asked for but not acknowledged may have been made. */
async function checkRequest(desk: Desk, id: string, csr: Bytes): Promise<void> {
  const { status, bytes, text } = await desk.ask("GET", `/cas/csr/${id}`);
  assert.equal(status, 200, `request ${id}: ${text}`);
  assert.deepEqual(bytes, csr, `request ${id}`);
}
