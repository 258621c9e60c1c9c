import assert from "node:assert/strict";
import { isRefusal } from "../../tests/support/refusals.ts";
import {
  type CertificateEntry,
  readCertificateEntry,
  readCertificateList,
  writeCertificateEntry,
  writeCertificateList,
} from "./register.ts";

/** No double holds it. */
const LARGE = 2n ** 159n - 1n;

const ENTRY: CertificateEntry = {
  ca: "cas",
  serial: LARGE,
  issuer: "ab",
  subject: "CN=www.example.org",
  dns: ["www.example.org"],
  ip: ["192.0.2.1", "2001:db8::1"],
  otherNames: ["URI:https://example.org/"],
  key: { kind: "rsa:2048", sha256: "cd" },
  notBefore: 1_795_000_000,
  notAfter: 1_795_000_001,
  issuedAt: 1_795_000_002,
  profile: "leaf",
  requestId: 2n ** 62n + 1n,
  status: "revoked",
  origin: { kind: "renewal", of: LARGE - 1n },
  by: { kind: "user", issuer: "ef", serial: LARGE - 2n },
  renewedBy: LARGE - 3n,
  revocation: { at: 1_795_000_003, by: null, reason: "keyCompromise" },
  installation: { reportedAt: 1_795_000_004, hook: "failed", failingSince: 1_795_000_000, detail: "it ended" },
};

const BARE: CertificateEntry = {
  ...ENTRY,
  ...{ status: "expiring", origin: { kind: "found" }, by: null, renewedBy: null, revocation: null, installation: null },
};

Deno.test("readCertificateList() and readCertificateEntry() read what was written, integers exactly", () => {
  for (const entry of [ENTRY, BARE]) {
    assert.deepEqual(readCertificateEntry(writeCertificateEntry(entry)), entry);
    const list = { certificates: [entry, entry], next: "1.2" };
    assert.deepEqual(readCertificateList(writeCertificateList(list)), list);
  }
  const empty = { certificates: [], next: null };
  assert.deepEqual(readCertificateList(writeCertificateList(empty)), empty);
});

Deno.test("writeCertificateEntry() writes large integers as decimal strings, and times as RFC 3339 in UTC", () => {
  const { serial, requestId, notBefore, revocation } = JSON.parse(writeCertificateEntry(ENTRY));
  assert.deepEqual([serial, requestId], [`${LARGE}`, `${2n ** 62n + 1n}`]);
  assert.equal(notBefore, "2026-11-18T11:06:40Z");
  assert.deepEqual(revocation, { at: "2026-11-18T11:06:43Z", by: null, reason: "keyCompromise" });
});

Deno.test("readCertificateEntry() leaves out what it does not know, and refuses what is missing or something else", () => {
  const written = JSON.parse(writeCertificateEntry(BARE));
  assert.deepEqual(readCertificateEntry(JSON.stringify({ ...written, later: 1 })), BARE);
  const changes = [
    { serial: 5 },
    { serial: "-5" },
    { serial: undefined },
    { notAfter: "2026-13-01T00:00:00Z" },
    { notAfter: "2026-11-18" },
    { status: "good" },
    { origin: { kind: "renewal" } },
    { dns: "www.example.org" },
    { renewedBy: undefined },
  ];
  for (const change of changes) {
    const text = JSON.stringify({ ...written, ...change });
    assert.throws(() => readCertificateEntry(text), isRefusal("malformed"), JSON.stringify(change));
  }
  for (const text of ["", "[]", "{}", '{"certificates": 1, "next": null}']) {
    assert.throws(() => readCertificateList(text), isRefusal("malformed"), text);
  }
});
