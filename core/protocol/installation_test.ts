import assert from "node:assert/strict";
import fc from "fast-check";
import { newKey } from "../../tests/support/keys.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { messageText, signMessage, verifyMessage } from "./envelope.ts";
import {
  detailOf,
  HOOK_OUTCOMES,
  type InstallationReport,
  LONGEST_DETAIL,
  readInstallation,
  signInstallation,
} from "./installation.ts";
import { MAX_SERIAL, readRevocation } from "./revocation.ts";
import { readRenewal } from "./renewal.ts";

const key = await newKey("P-256");
const REPORT: InstallationReport = {
  serial: 123n,
  issuer: "ab".repeat(20),
  time: 1_800_000_100,
  hook: "failed",
  failingSince: 1_800_000_000,
  detail: "it ended with status 1",
};

const reports: fc.Arbitrary<InstallationReport> = fc.record({
  serial: fc.bigInt({ min: 0n, max: MAX_SERIAL }),
  issuer: fc.uint8Array({ minLength: 1, maxLength: 32 }).map((bytes) => bytes.toHex()),
  time: fc.integer({ min: 0, max: 253_402_300_799 }),
  hook: fc.constantFrom(...HOOK_OUTCOMES),
  age: fc.nat(),
  detail: fc.option(fc.string({ minLength: 1, maxLength: LONGEST_DETAIL, unit: "grapheme-ascii" })),
}).map(({ age, ...report }) =>
  report.hook === "failed"
    ? { ...report, failingSince: Math.max(0, report.time - age) }
    : { ...report, failingSince: null, detail: null }
);

Deno.test("readInstallation() reads every report that a holder signed", async () => {
  await fc.assert(
    fc.asyncProperty(reports, async (report) => {
      const { report: read, message } = readInstallation(messageText(await signInstallation(report, key)));
      assert.deepEqual(read, report);
      await verifyMessage(message, key.publicKey);
    }),
    { numRuns: 50 },
  );
});

/** What is read of a payload that somebody signed. */
async function readPayload(payload: unknown) {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return readInstallation(messageText(await signMessage(text, key)));
}

Deno.test("readInstallation() refuses what says more, less or something else", async () => {
  const good = JSON.parse((await signInstallation(REPORT, key)).payload);
  assert.deepEqual((await readPayload(good)).report, REPORT);
  const changes: readonly Record<string, unknown>[] = [
    { kind: "revocation" },
    { hostname: "www" },
    { serial: 123 },
    { serial: "-1" },
    { serial: "0123" },
    { serial: "1".repeat(161) },
    { issuer: "AB" },
    { issuer: "" },
    { issuer: "ab".repeat(65) },
    { time: 1_800_000_100 },
    { time: "2027-02-30T00:00:00Z" },
    { time: "2026-01-01T00:00:00Z" },
    { hook: "perhaps" },
    { hook: "succeeded" },
    { hook: "none", failingSince: null },
    { failingSince: null },
    { detail: "" },
    { detail: "x".repeat(LONGEST_DETAIL + 1) },
    { detail: "\u202egnp.exe" },
    { detail: "two\nlines" },
    { detail: "\x1b[31m" },
    { detail: undefined },
  ];
  for (const change of changes) {
    await assert.rejects(readPayload({ ...good, ...change }), isRefusal("malformed"), JSON.stringify(change));
  }
  await assert.rejects(readPayload(" ".repeat(2000) + JSON.stringify(good)), isRefusal("malformed"));
  assert.throws(() => readInstallation(JSON.stringify({ payload: JSON.stringify(good), digest: null })), {
    code: "malformed",
  });
});

Deno.test("readInstallation() takes any text for what it is", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (payload) => {
      await assert.rejects(readPayload(payload), isRefusal("malformed"));
    }),
    { numRuns: 50 },
  );
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
    assert.throws(() => readInstallation(body), isRefusal("malformed"));
  }));
});

Deno.test("a report is neither a revocation nor a renewal", async () => {
  const message = await signInstallation(REPORT, key);
  await assert.rejects(readRevocation(message), isRefusal("malformed"));
  await assert.rejects(readRenewal(messageText(message)), isRefusal("malformed"));
});

Deno.test("detailOf() makes any text one that a report may hold", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary", maxLength: 250 }), async (text) => {
      const report = { ...REPORT, detail: detailOf(text) };
      assert.deepEqual(readInstallation(messageText(await signInstallation(report, key))).report, report);
    }),
    { numRuns: 20 },
  );
  assert.equal(detailOf("a\tb\u202e\u0000c"), "a b c");
  assert.equal(detailOf("\n"), null);
});
