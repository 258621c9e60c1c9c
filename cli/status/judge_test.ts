import assert from "node:assert/strict";
import { DAY, NOW } from "../../tests/support/issuing.ts";
import type { CaStatus, ServerStatus } from "../../core/protocol/server_status.ts";
import { concernsOf } from "./judge.ts";
import { statusLines } from "./screen.ts";

const CAS: CaStatus = {
  name: "cas",
  issuers: [{ keyIdentifier: "ab", phase: "signing", notBefore: NOW, notAfter: NOW + 372 * DAY, signsUntil: null }],
  crl: { number: 3n, entries: 1, thisUpdate: NOW - DAY, nextUpdate: NOW + 29 * DAY },
  pending: { count: 1, oldest: NOW - 60 },
  expiring: [{ days: 1, count: 0 }, { days: 14, count: 0 }, { days: 31, count: 2 }],
  expiredUnrenewed: 0,
};

const FILE = { name: "20261127000000.sql.caucased", size: 5001, recipients: ["aa", "bb"] };

const WELL: ServerStatus = {
  version: "1.0.0",
  now: NOW,
  database: "sqlite",
  cas: [CAS],
  backup: { enabled: true, periodDays: 1, last: NOW - DAY, file: FILE },
  jobs: [{ name: "backup", lastSuccess: NOW - DAY, lastFailure: null, error: null }],
};

function concerns(changes: Partial<ServerStatus>, ca: Partial<CaStatus> = {}): string[] {
  const status = { ...WELL, cas: [{ ...CAS, ...ca }], ...changes };
  return concernsOf(status, NOW).map(({ level, text }) => `${level}: ${text}`);
}

Deno.test("concernsOf() has nothing to say of a server that does well", () => {
  assert.deepEqual(concerns({}), []);
  assert.ok(statusLines(WELL, { url: "http://ca/", concerns: [], ownKey: "aa" }).includes("Nothing needs a person."));
});

Deno.test("concernsOf() takes a backup for old by the server's own period", () => {
  const weekly = (age: number) =>
    concerns({ backup: { enabled: true, periodDays: 7, last: NOW - age * DAY, file: FILE } });
  assert.deepEqual(weekly(13), []);
  assert.deepEqual(weekly(15), ["broken: the last backup is 15d old"]);
});

Deno.test("concernsOf() tells what will not work, and who waits", () => {
  const CASES: readonly (readonly [found: string[], concern: string])[] = [
    [
      concerns({ backup: { enabled: false, periodDays: null, last: null, file: null } }),
      "attention: the server makes no backups (serve --backup-directory)",
    ],
    [
      concerns({ backup: { enabled: true, periodDays: 1, last: null, file: null } }),
      "attention: no backup was made yet",
    ],
    [concerns({ now: NOW + 120 }), "attention: the server's clock and this machine's differ by 2m"],
    [
      concerns({}, { pending: { count: 1, oldest: NOW - 3 * DAY } }),
      "attention: CAS: a request waits since 3d (caucase csr list)",
    ],
    [concerns({}, { expiredUnrenewed: 1 }), "attention: CAS: 1 certificate ended without a renewal"],
    [
      concerns({}, { expiring: [{ days: 7, count: 1 }, { days: 14, count: 2 }, { days: 31, count: 9 }] }),
      "attention: CAS: 2 certificates not renewed, with 14 days left or less (caucase cert list --status expiring)",
    ],
    [
      concerns({}, { crl: { number: 3n, entries: 1, thisUpdate: NOW - 25 * DAY, nextUpdate: NOW + 5 * DAY } }),
      "attention: CAS: the CRL was to be replaced, and was not",
    ],
  ];
  for (const [found, concern] of CASES) assert.deepEqual(found, [concern]);
});

Deno.test("concernsOf() tells what is broken", () => {
  const CASES: readonly (readonly [found: string[], concern: string])[] = [
    [
      concerns({ backup: { ...WELL.backup, last: NOW - 3 * DAY } }),
      "broken: the last backup is 3d old",
    ],
    [concerns({ backup: { ...WELL.backup, file: null } }), "broken: the newest backup cannot be read"],
    [concerns({}, { issuers: [] }), "broken: CAS has no CA certificate that signs"],
    [
      concerns({}, { crl: { number: 3n, entries: 1, thisUpdate: NOW - 40 * DAY, nextUpdate: NOW - DAY } }),
      "broken: CAS: the CRL has ended 1d ago",
    ],
    [
      concerns({ jobs: [{ name: "backup", lastSuccess: null, lastFailure: NOW, error: "no room" }] }),
      "broken: backup failed: no room",
    ],
  ];
  for (const [found, concern] of CASES) assert.deepEqual(found, [concern]);
});

Deno.test("statusLines() lets no error of a job drive the terminal", () => {
  const status = { ...WELL, jobs: [{ name: "x\u001b[2J", lastSuccess: null, lastFailure: NOW, error: "a\nb\u202e" }] };
  for (const line of statusLines(status, { url: "http://ca/", concerns: concernsOf(status, NOW), ownKey: "" })) {
    assert.doesNotMatch(line, /[\p{Cc}\p{Cf}]/u);
  }
});

Deno.test("statusLines() says which backup is the newest, and who opens it", () => {
  const lines = (ownKey: string) => statusLines(WELL, { url: "http://ca/", concerns: [], ownKey }).join("\n");
  assert.match(lines("aa"), /Backups +the last one was made 1d ago: 20261127000000\.sql\.caucased\n/);
  assert.match(lines("aa"), /\n +6 kB, opened by 2 keys, yours among them\n/);
  assert.match(lines("cc"), /opened by 2 keys, not by yours\n/);
});
