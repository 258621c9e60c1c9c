/** docs/json.md names every field that the server answers. */
import assert from "node:assert/strict";
import type { Account } from "../core/acme/account.ts";
import type { EabKey } from "../core/acme/eab_key.ts";
import type { Order } from "../core/acme/order.ts";
import type { CaEvent } from "../core/ca/events.ts";
import { writeAccountDetails, writeAccountList } from "../core/protocol/acme_accounts.ts";
import { writeEabKeyList, writeMadeEabKey } from "../core/protocol/eab_keys.ts";
import { writeEventList } from "../core/protocol/event_list.ts";
import { writePendingDetailsList } from "../core/protocol/pending_details.ts";
import { writeCertificateList } from "../core/protocol/register.ts";
import { writeServerStatus } from "../core/protocol/server_status.ts";

const DOCUMENT = new URL("../docs/json.md", import.meta.url);

const KEY = { kind: "ed25519", sha256: "ab" };
const EXTENSION = { oid: "2.5.29.17", name: null, critical: false };
const NAMES = { subject: "", dns: [], ip: [], otherNames: [] };

const BACKUP = { enabled: true, periodDays: 1, last: 1, file: { name: "a", size: 1, recipients: ["ab"] } };

const ANSWERS = [
  writeCertificateList({
    certificates: [{
      ...{ ca: "cas", serial: 1n, issuer: "ab", ...NAMES, key: KEY, notBefore: 1, notAfter: 2, issuedAt: 3 },
      ...{ profile: "leaf", requestId: 1n, status: "valid", origin: { kind: "renewal", of: 2n }, renewedBy: null },
      by: { kind: "user", issuer: "ab", serial: 3n },
      revocation: { at: 1, by: { kind: "anonymous", address: "::1" }, reason: null },
      installation: { reportedAt: 1, hook: "none", failingSince: null, detail: null },
    }],
    next: null,
  }),
  writePendingDetailsList([{
    ...{ ca: "cas", id: 1n, ...NAMES, key: KEY, requestedExtensions: [EXTENSION], receivedAt: 1, receivedFrom: "::1" },
    account: "a",
    changes: { dropped: [EXTENSION], changed: [], added: [], namesDropped: [], refusal: null },
    fingerprint: "ab",
  }]),
  writeServerStatus({
    ...{ version: "1", now: 1, database: "sqlite", backup: BACKUP },
    cas: [{
      name: "cas",
      issuers: [{ keyIdentifier: "ab", phase: "signing", notBefore: 1, notAfter: 2, signsUntil: 3 }],
      crl: { number: 1n, entries: 1, thisUpdate: 1, nextUpdate: 2 },
      pending: { count: 1, oldest: 1 },
      expiring: [{ days: 1, count: 1 }],
      expiredUnrenewed: 1,
    }],
    jobs: [{ name: "a", lastSuccess: 1, lastFailure: 2, error: "b" }],
  }),
];

const ACCOUNT: Account = {
  ...{ id: "a", jwk: "{}", thumbprint: "b", status: "valid", contact: [], eabKey: "c", allow: undefined },
  ...{ createdAt: 1, address: "::1" },
};
const ORDER: Order = {
  ...{ id: "o", account: "a", identifiers: [], authorizations: [], expires: 2, profile: undefined, createdAt: 1 },
  ...{ replaces: undefined, requestId: undefined, error: undefined },
};
const KEY_FOR_ACCOUNTS: EabKey = {
  ...{ id: "c", name: "", allow: undefined, usesLeft: 1, expires: 2, createdAt: 1, revokedAt: 1 },
  createdBy: { kind: "server" },
};

const ACME_ANSWERS = [
  writeEabKeyList([KEY_FOR_ACCOUNTS], null),
  writeMadeEabKey(KEY_FOR_ACCOUNTS, new Uint8Array(1)),
  writeAccountList([ACCOUNT], null),
  writeAccountDetails(ACCOUNT, {
    records: [{ order: ORDER, authorizations: [], request: undefined }],
    hasMore: false,
    now: 1,
  }),
];

function fieldsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(fieldsOf);
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, part]) => [name, ...fieldsOf(part)]);
}

/** One of each kind: that none is missing the type says. */
const EVENTS: { readonly [Kind in CaEvent["kind"]]: Extract<CaEvent, { readonly kind: Kind }> } = {
  "requested": { kind: "requested", id: 1n, key: "ab" },
  "rejected": { kind: "rejected", id: 1n },
  "issued": { kind: "issued", serial: 1n, issuer: "ab", id: 1n, origin: { kind: "approved" }, notAfter: 1 },
  "revoked": { kind: "revoked", serial: 1n, crlNumber: 1n },
  "installed": { kind: "installed", serial: 1n },
  "hook-failing": { kind: "hook-failing", serial: 1n, since: 1 },
  "hook-recovered": { kind: "hook-recovered", serial: 1n },
  "crl-renewed": { kind: "crl-renewed", crlNumber: 1n, thisUpdate: 1 },
  "issuer-added": { kind: "issuer-added", issuer: "ab", notAfter: 1, imported: false },
  "issuers-dropped": { kind: "issuers-dropped", before: 1 },
  "crl-imported": { kind: "crl-imported", crlNumber: 1n, added: 1, known: 1 },
  "eab-key-added": { kind: "eab-key-added", eabKey: "a", name: "b" },
  "eab-key-revoked": { kind: "eab-key-revoked", eabKey: "a" },
  "account-revoked": { kind: "account-revoked", account: "a" },
  "clock-accepted": { kind: "clock-accepted" },
  "crl-number-raised": { kind: "crl-number-raised", crlNumber: 1n },
  "admission-opened": { kind: "admission-opened", amount: 1 },
  "refused": { kind: "refused", action: "a", object: "b", code: "c", reason: "d", omitted: 0 },
  "restored": { kind: "restored" },
};

Deno.test("docs/json.md names each kind of event with its fields", async () => {
  const rows = (await Deno.readTextFile(DOCUMENT)).split("## Events")[1]?.split("\n##")[0] ?? "";
  const auditLog = await Deno.readTextFile(new URL("audit-log.md", DOCUMENT));
  for (const [kind, event] of Object.entries(EVENTS)) {
    const recorded = { id: 1n, now: 1, ca: "cas", actor: { kind: "server" }, event } as const;
    const fields = fieldsOf(JSON.parse(writeEventList({ events: [recorded], next: null })).events[0]);
    assert.ok(rows.includes(`| \`${kind}\` `), `${kind} is missing`);
    assert.ok(auditLog.includes(`\`${kind}\``), `${kind} is missing in docs/audit-log.md`);
    for (const field of fields) assert.ok(rows.includes(`\`${field}\``), `${field} of ${kind} is missing`);
  }
});

Deno.test("docs/json.md names every field of the answers", async () => {
  const text = await Deno.readTextFile(DOCUMENT);
  for (const answer of [...ANSWERS, ...ACME_ANSWERS]) {
    for (const field of fieldsOf(JSON.parse(answer))) assert.ok(text.includes(`\`${field}\``), `${field} is missing`);
  }
});
