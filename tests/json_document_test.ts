/** docs/json.md names every field that the server answers. */
import assert from "node:assert/strict";
import type { CaEvent } from "../core/ca/events.ts";
import { writeEventList } from "../core/protocol/event_list.ts";
import { writePendingDetailsList } from "../core/protocol/pending_details.ts";
import { writeCertificateList } from "../core/protocol/register.ts";
import { writeServerStatus } from "../core/protocol/server_status.ts";

const DOCUMENT = new URL("../docs/json.md", import.meta.url);

const KEY = { kind: "ed25519", sha256: "ab" };
const EXTENSION = { oid: "2.5.29.17", name: null, critical: false };
const NAMES = { subject: "", dns: [], ip: [], otherNames: [] };

const ANSWERS = [
  writeCertificateList({
    certificates: [{
      ...{ ca: "cas", serial: 1n, issuer: "ab", ...NAMES, key: KEY, notBefore: 1, notAfter: 2, issuedAt: 3 },
      ...{ profile: "leaf", requestId: 1n, status: "valid", origin: { kind: "renewal", of: 2n }, renewedBy: null },
      by: { kind: "user", issuer: "ab", serial: 3n },
      revocation: { at: 1, by: { kind: "anonymous", address: "::1" }, reason: null },
      installation: { reportedAt: 1, hook: "none", failingSince: null },
    }],
    next: null,
  }),
  writePendingDetailsList([{
    ...{ ca: "cas", id: 1n, ...NAMES, key: KEY, requestedExtensions: [EXTENSION], receivedAt: 1, receivedFrom: "::1" },
    changes: { dropped: [EXTENSION], changed: [], added: [], namesDropped: [], refusal: null },
    fingerprint: "ab",
  }]),
  writeServerStatus({
    ...{ version: "1", now: 1, database: "sqlite", backup: { enabled: true, periodDays: 1, last: 1 } },
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
  for (const answer of ANSWERS) {
    for (const field of fieldsOf(JSON.parse(answer))) assert.ok(text.includes(`\`${field}\``), `${field} is missing`);
  }
});
