/** Events, details of pending requests and the server's status: what is written is what is read. */
import assert from "node:assert/strict";
import type { RecordedEvent } from "../ca/stores.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { readEventList, writeEventList } from "./event_list.ts";
import {
  type PendingDetails,
  readPendingDetails,
  readPendingDetailsList,
  writePendingDetails,
  writePendingDetailsList,
} from "./pending_details.ts";
import { readServerStatus, type ServerStatus, writeServerStatus } from "./server_status.ts";

const LARGE = 2n ** 62n + 1n;
const ISSUED: RecordedEvent = {
  id: LARGE,
  ca: "cas",
  now: 1_795_000_000,
  actor: { kind: "user", issuer: "ab", serial: LARGE },
  event: {
    kind: "issued",
    serial: LARGE,
    issuer: "cd",
    id: LARGE + 1n,
    origin: { kind: "renewal", of: LARGE + 2n },
    notAfter: 1_795_000_001,
  },
};

Deno.test("readEventList() reads what writeEventList() wrote: the event's fields beside its own id", () => {
  const { events, next } = readEventList(writeEventList({ events: [ISSUED], next: LARGE }));
  assert.equal(next, LARGE);
  assert.deepEqual(events, [{
    id: LARGE,
    time: 1_795_000_000,
    ca: "cas",
    actor: ISSUED.actor,
    kind: "issued",
    fields: {
      serial: `${LARGE}`,
      issuer: "cd",
      requestId: `${LARGE + 1n}`,
      origin: { kind: "renewal", of: `${LARGE + 2n}` },
      notAfter: "2026-11-18T11:06:41Z",
    },
  }]);
});

Deno.test("readEventList() passes kinds on that it does not know, and refuses what is no event", () => {
  const event = { id: "1", time: "2026-11-18T11:06:40Z", ca: "cau", actor: { kind: "server" }, kind: "new", x: [1] };
  const { events } = readEventList(JSON.stringify({ events: [event], next: null }));
  assert.deepEqual([events[0]?.kind, events[0]?.fields], ["new", { x: [1] }]);
  for (const change of [{ id: 1 }, { time: 5 }, { actor: null }, { kind: undefined }]) {
    const text = JSON.stringify({ events: [{ ...event, ...change }], next: null });
    assert.throws(() => readEventList(text), isRefusal("malformed"), JSON.stringify(change));
  }
});

const SAN = { oid: "2.5.29.17", name: "subjectAltName", critical: false };
const DETAILS: PendingDetails = {
  ca: "cas",
  id: LARGE,
  subject: "CN=a",
  dns: ["a"],
  ip: [],
  otherNames: ["email:a@b"],
  key: { kind: "ec:P-256", sha256: "ab" },
  requestedExtensions: [SAN],
  changes: { dropped: [], changed: [], added: [SAN], namesDropped: [], refusal: null },
  receivedAt: 1_795_000_000,
  receivedFrom: "192.0.2.1",
  account: null,
  fingerprint: "cd",
};

Deno.test("readPendingDetails() and readPendingDetailsList() read what was written", () => {
  const unknown = { ...DETAILS, receivedAt: null, receivedFrom: null };
  for (const details of [DETAILS, unknown]) {
    assert.deepEqual(readPendingDetails(writePendingDetails(details)), details);
  }
  assert.deepEqual(readPendingDetailsList(writePendingDetailsList([DETAILS, unknown])), [DETAILS, unknown]);
  for (const text of ["{}", "[]", '{"requests": [{}]}']) {
    assert.throws(() => readPendingDetailsList(text), isRefusal("malformed"), text);
  }
});

const STATUS: ServerStatus = {
  version: "1.0.0",
  now: 1_795_000_000,
  database: "sqlite",
  cas: [{
    name: "cas",
    issuers: [{ keyIdentifier: "ab", phase: "signing", notBefore: 1, notAfter: 2, signsUntil: null }],
    crl: { number: LARGE, entries: 3, thisUpdate: 1_795_000_000, nextUpdate: 1_795_000_001 },
    pending: { count: 1, oldest: 1_795_000_000 },
    expiring: [{ days: 1, count: 2 }],
    expiredUnrenewed: 3,
  }, {
    name: "cau",
    issuers: [],
    crl: null,
    pending: { count: 0, oldest: null },
    expiring: [],
    expiredUnrenewed: 0,
  }],
  backup: {
    enabled: true,
    periodDays: 1,
    last: 1,
    file: { name: "20261128010000.sql.caucased", size: 5, recipients: ["ab"] },
  },
  jobs: [{ name: "backup", lastSuccess: 1, lastFailure: 2, error: "disk is full" }],
};

Deno.test("readServerStatus() reads what writeServerStatus() wrote, and refuses what is no status", () => {
  assert.deepEqual(readServerStatus(writeServerStatus(STATUS)), STATUS);
  const written = JSON.parse(writeServerStatus(STATUS));
  for (const change of [{ now: 1 }, { cas: undefined }, { jobs: [{}] }, { backup: { enabled: 1, last: null } }]) {
    const text = JSON.stringify({ ...written, ...change });
    assert.throws(() => readServerStatus(text), isRefusal("malformed"), JSON.stringify(change));
  }
});
