import assert from "node:assert/strict";
import { DAY, NOW } from "../../tests/support/issuing.ts";
import type { CertificateEntry } from "../../core/protocol/register.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { authorityNamed, hasAuthority, holdersText } from "./ca_holders.ts";
import { lastHeard, renewalText } from "./last_heard.ts";

const ENTRY: CertificateEntry = {
  ...{ ca: "cas", serial: 1n, issuer: "ab", subject: "CN=a", dns: [], ip: [], otherNames: [] },
  ...{ key: { kind: "ed25519", sha256: "ab" }, notBefore: NOW - 88 * DAY, notAfter: NOW + 5 * DAY },
  ...{ issuedAt: NOW - 88 * DAY, profile: "leaf", requestId: 1n, status: "expiring", by: null, renewedBy: null },
  ...{ origin: { kind: "approved" }, revocation: null, installation: null },
};
const INSTALLED = { reportedAt: NOW - 80 * DAY, hook: "succeeded", failingSince: null, detail: null } as const;
const FAILING = { ...INSTALLED, hook: "failed", failingSince: NOW - 6 * DAY, reportedAt: NOW - 5 * DAY } as const;

Deno.test("renewalText() says why a certificate was not renewed, as far as anybody told", () => {
  const CASES: readonly (readonly [Partial<CertificateEntry>, string])[] = [
    [{}, "never reported, last seen 88d ago"],
    [{ installation: INSTALLED }, "installed, last seen 80d ago"],
    [{ installation: FAILING }, "hook failing for 6d, last seen 5d ago"],
    [
      { installation: { ...FAILING, detail: "it ended with status 1" } },
      "hook failing for 6d (it ended with status 1), last seen 5d ago",
    ],
    [{ status: "valid", renewedBy: 2n, installation: FAILING }, "renewed"],
    [{ status: "revoked" }, "revoked"],
    [{ status: "valid", notAfter: NOW + 40 * DAY }, "not due yet"],
    [{ status: "expired", notAfter: NOW - DAY }, "never reported, last seen 88d ago"],
  ];
  for (const [changes, text] of CASES) assert.equal(renewalText({ ...ENTRY, ...changes }, NOW), text);
});

Deno.test("a holder has a CA certificate when the server heard of it since that was made", () => {
  const authority = (keyIdentifier: string, madeAt: number) => ({
    ...{ keyIdentifier, notBefore: madeAt, notAfter: madeAt + 372 * DAY },
  });
  const [old, next] = [authority("aa", NOW - 200 * DAY), authority("ab", NOW - 6 * DAY)];
  assert.equal(authorityNamed([next, old], "newest", NOW), next);
  assert.equal(authorityNamed([next, old], "aa", NOW), old);
  assert.throws(() => authorityNamed([next, old], "ac", NOW), isRefusal("not-found"));
  assert.throws(() => authorityNamed([old], "aa", NOW + 400 * DAY), isRefusal("not-found"), "it has ended");
  assert.equal(lastHeard({ ...ENTRY, installation: FAILING }), NOW - 5 * DAY);
  assert.deepEqual([ENTRY, { ...ENTRY, installation: FAILING }].map((one) => hasAuthority(one, next)), [false, true]);
  assert.ok(hasAuthority(ENTRY, old));
  assert.match(holdersText(next, 1, 2), /^1 of 2 have the CA certificate ab…, made \d{4}-\d\d-\d\d$/);
});
