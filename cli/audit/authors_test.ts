import assert from "node:assert/strict";
import type { CertificateEntry } from "../../core/protocol/register.ts";
import { NOW } from "../../tests/support/issuing.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { authorsNamed, isBy } from "./authors.ts";

const USER: CertificateEntry = {
  ...{ ca: "cau", serial: 5n, issuer: "ab", subject: "CN=Alice,O=Example", dns: [], ip: [], otherNames: [] },
  ...{ key: { kind: "ed25519", sha256: "ab" }, notBefore: NOW, notAfter: NOW, issuedAt: NOW, profile: "leaf" },
  ...{ requestId: 1n, status: "expired", by: null, renewedBy: 6n, origin: { kind: "approved" } },
  ...{ revocation: null, installation: null },
};
const USERS = [{ ...USER, serial: 6n, renewedBy: null }, USER, { ...USER, serial: 7n, subject: "CN=Alicia" }];
const cau = { register: () => Promise.resolve({ certificates: USERS, next: null }) };

Deno.test("authorsNamed() has all certificates of a user, and takes kinds, serial numbers and addresses as they are", async () => {
  for (const name of ["Alice", "CN=Alice,O=Example"]) {
    assert.deepEqual([...await authorsNamed(cau, name)], ["6", "5"], name);
  }
  for (const text of ["server", "123", "192.0.2.1", "2001:db8::1"]) {
    assert.deepEqual([...await authorsNamed(cau, text)], [text]);
  }
  await assert.rejects(authorsNamed(cau, "Alic"), isRefusal("not-found"));
});

Deno.test("isBy() looks at all that an entry says of its author", () => {
  const actor = { kind: "user", issuer: "ab", serial: "5", address: "::1" };
  const entry = { id: 1n, time: NOW, ca: "cas", actor, event: { kind: "rejected" } };
  for (const author of ["5", "user", "::1"]) assert.ok(isBy(entry, new Set([author])), author);
  for (const author of ["ab", "6", "holder"]) assert.ok(!isBy(entry, new Set([author])), author);
});
