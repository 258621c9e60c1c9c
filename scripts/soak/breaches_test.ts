import assert from "node:assert/strict";
import { breachesOf } from "./breaches.ts";
import type { ClientResult } from "./job.ts";
import { type Report, toTable } from "./report.ts";
import type { Sample } from "./samples.ts";

const ENDED = { status: 0, seconds: 0.2 };

const CLIENT: ClientResult = {
  actions: { issue: 9000 },
  statuses: { 200: 8000, 507: 10, none: 5 },
  certificates: ["digest"],
  revoked: ["1"],
  faults: [],
  faultCount: 0,
};

function samples(change: (sample: Sample) => Sample = (sample) => sample): Sample[] {
  return Array.from(
    { length: 60 },
    (_, seconds) => change({ seconds, resident: 100, descriptors: 40, database: 5, wal: 4, probe: 3 }),
  );
}

function report(change: Partial<Report> = {}): Report {
  const heaps = samples().map(({ seconds }) => ({ seconds, heap: 20 }));
  return {
    ...{ seconds: 60, requests: 9000, clients: [CLIENT], samples: { all: samples(), heaps }, end: ENDED },
    descriptors: { before: 30, after: 30 },
    stored: { missingCertificates: 0, missingRevocations: 0, integrity: ["ok"] },
    complaints: "Listening on [127.0.0.1]:1-2\n",
    ...change,
  };
}

function client(change: Partial<ClientResult>): Partial<Report> {
  return { clients: [{ ...CLIENT, ...change }] };
}

function sampled(change: (sample: Sample) => Sample): Partial<Report> {
  return { samples: { all: samples(change), heaps: [] } };
}

const stored = report().stored;

const BREACHES: [Partial<Report>, RegExp][] = [
  [client({ faults: ["issue: 500"], faultCount: 3 }), /^3 actions went wrong, such as:\n\s+issue: 500$/],
  [client({ statuses: { 200: 1, 503: 2 } }), /^2 answers were 503$/],
  [client({ certificates: [] }), /^no certificate was issued$/],
  [client({ revoked: [] }), /^nothing was revoked$/],
  [sampled((sample) => ({ ...sample, probe: sample.seconds === 7 ? 10_001 : 3 })), /^a probe took 10001 ms$/],
  [sampled((sample) => ({ ...sample, wal: 65 })), /^the write-ahead log grew to 65 MB$/],
  [sampled((sample) => ({ ...sample, resident: 100 + 2 * sample.seconds })), /^resident memory grew by 40.00 MB/],
  [
    { samples: { all: samples(), heaps: samples().map(({ seconds }) => ({ seconds, heap: 20 + 0.1 * seconds })) } },
    /^live heap grew by 2.00 MB/,
  ],
  [{ descriptors: { before: 30, after: 31 } }, /^31 descriptors are open after the traffic, 30 were before$/],
  [{ stored: { ...stored, missingCertificates: 1 } }, /^1 acknowledged certificates are missing$/],
  [{ stored: { ...stored, missingRevocations: 2 } }, /^2 acknowledged revocations are missing$/],
  [{ stored: { ...stored, integrity: ["page 3 is lost"] } }, /^the database is damaged: page 3 is lost$/],
  [{ end: { ...ENDED, status: 143 } }, /^the server ended with status 143; it wrote:/],
  [{ end: { ...ENDED, seconds: 30 } }, /^the server took 30 s to end/],
  [{ complaints: "fault\n    at f (file:///a.ts:3:4)\n" }, /^the server wrote a stack:\nfault/],
  [{ complaints: "thread 'main' panicked at src/x.rs\n" }, /panicked/],
];

Deno.test("breachesOf() finds nothing in a run that is as it must be", () => {
  assert.deepEqual(breachesOf(report()), []);
  assert.deepEqual(breachesOf(report({ samples: { all: samples(), heaps: [] } })), []);
});

for (const [change, expected] of BREACHES) {
  Deno.test(`breachesOf() finds ${expected.source}`, () => {
    const [breach = "", ...others] = breachesOf(report(change));
    assert.match(breach, expected);
    assert.deepEqual(others, []);
  });
}

Deno.test("toTable() shows what was measured", () => {
  const table = toTable(report());
  for (const text of ["9000 requests, 150 per second", "200: 8000, 507: 10, none: 5", "20.00 MB, then 20.00 MB"]) {
    assert.ok(table.includes(text), `${text} is not in\n${table}`);
  }
  assert.ok(toTable(report({ samples: { all: samples(), heaps: [] } })).includes("not looked at"));
});
