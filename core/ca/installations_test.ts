import assert from "node:assert/strict";
import fc from "fast-check";
import { testCas } from "../../tests/support/certificate_authorities.ts";
import { by, DAY } from "../../tests/support/issuing.ts";
import { newKey, testKey } from "../../tests/support/keys.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { csrFor, installationBody, type ReportChanges } from "../../tests/support/requests.ts";
import { HOOK_OUTCOMES, type InstallationReport, readInstallation } from "../protocol/installation.ts";
import { certificateFromPem } from "../x509/certificate.ts";
import type { CertificateAuthority } from "./certificate_authority.ts";
import { BETWEEN_REPORTS, HOST_CLOCK_TOLERANCE, judgeReport } from "./installations.ts";
import { createMemoryStores } from "./memory_stores.ts";
import type { Installation } from "./stores.ts";

const NOW = 1_800_000_000;
const privateKey = await testKey("P-256");

/** A CA, and somebody with a certificate of it that is in its register. */
async function installed() {
  const stores = createMemoryStores();
  const authorities = testCas(stores);
  const { cas } = authorities;
  const id = await cas.issuance.submit(await csrFor(privateKey), by(NOW));
  await cas.issuance.approve(id, by(NOW));
  const certificate = await certificateFromPem(await cas.issuance.certificate(id, NOW));
  const { serial } = certificate;
  const kept = () => stores.ca("cas").installations.find(serial);
  return { authorities, ca: cas, stores, holder: { certificate, privateKey }, serial, kept };
}

interface Sending {
  /** On the host's clock, and on the server's. */
  readonly time?: number;
  readonly now?: number;
  readonly changes?: ReportChanges;
}

async function send(
  ca: CertificateAuthority,
  holder: Parameters<typeof installationBody>[0],
  { time = NOW, now = NOW, changes = {} }: Sending = {},
): Promise<void> {
  const message = readInstallation(await installationBody(holder, time, changes));
  await ca.installations.report(holder.certificate.serial, message, by(now));
}

Deno.test("report() keeps what the holder said, in the holder's name", async () => {
  const { ca, stores, holder, serial, kept } = await installed();
  await send(ca, holder, { time: NOW - 3 });
  const well = { hook: "succeeded", failingSince: null, detail: null };
  assert.deepEqual(await kept(), { reportedAt: NOW, hostTime: NOW - 3, ...well });
  const last = (await stores.events(0n, 100)).at(-1);
  const actor = { kind: "holder", serial, address: "192.0.2.1" };
  assert.deepEqual([last?.event, last?.actor], [{ kind: "installed", serial }, actor]);
});

Deno.test("report() refuses certificates that are unknown, of another CA, revoked or not valid", async () => {
  const { authorities, ca, stores, holder, serial, kept } = await installed();
  const untrusted = isRefusal("untrusted");
  await assert.rejects(send(authorities.cau, holder), untrusted, "another CA's register");
  await assert.rejects(send(ca, holder, { changes: { issuer: "ab".repeat(20) } }), untrusted);
  await assert.rejects(send(ca, holder, { changes: { serial: serial + 1n } }), untrusted);
  const about = readInstallation(await installationBody(holder, NOW, { serial: serial + 1n }));
  await assert.rejects(ca.installations.report(serial + 1n, about, by(NOW)), untrusted, "of a serial that is unknown");
  const { notBefore, notAfter } = holder.certificate;
  for (const now of [notBefore - 1, notAfter + 1]) {
    await assert.rejects(send(ca, holder, { time: now, now }), untrusted);
  }
  await ca.revocations.revoke({ by: "user", certificate: holder.certificate }, by(NOW));
  await assert.rejects(send(ca, holder), untrusted);
  assert.equal(await kept(), undefined);
  assert.ok((await stores.events(0n, 100)).every(({ event }) => event.kind !== "installed"));
});

Deno.test("report() refuses what another key signed", async () => {
  const { ca, holder, kept } = await installed();
  const other = await newKey("P-256");
  await assert.rejects(send(ca, { ...holder, privateKey: other }), isRefusal("untrusted"));
  assert.equal(await kept(), undefined);
});

Deno.test("report() refuses a time that is more than an hour from the server's", async () => {
  const { ca, holder, kept } = await installed();
  for (const off of [HOST_CLOCK_TOLERANCE + 1, -HOST_CLOCK_TOLERANCE - 1, -30 * DAY]) {
    await assert.rejects(send(ca, holder, { time: NOW + off }), isRefusal("unacceptable"), `${off}`);
  }
  await send(ca, holder, { time: NOW - HOST_CLOCK_TOLERANCE });
  assert.equal((await kept())?.hostTime, NOW - HOST_CLOCK_TOLERANCE);
});

const report: fc.Arbitrary<InstallationReport> = fc.record({
  time: fc.integer({ min: NOW, max: NOW + 5000 }),
  hook: fc.constantFrom(...HOOK_OUTCOMES),
  detail: fc.constantFrom(null, "a", "b"),
}).map(({ time, hook, detail }) => {
  const state = hook === "failed" ? { failingSince: NOW, detail } : { failingSince: null, detail: null };
  return { serial: 5n, issuer: "ab", time, hook, ...state };
});

Deno.test("judgeReport() never goes back, at most once a minute on, and tells of each change of the hook", () => {
  const reports = fc.array(fc.record({ report, later: fc.nat({ max: 100 }) }), { maxLength: 30 });
  fc.assert(fc.property(reports, (all) => {
    let known: Installation | undefined;
    let [now, failing] = [NOW, false];
    const changes: Installation[] = [];
    for (const { report, later } of all) {
      now += later;
      const news = tryToJudge(known, report, now);
      if (news === undefined) continue;
      for (const { kind } of news.events) failing = kind === "installed" ? failing : kind === "hook-failing";
      known = news.installation;
      changes.push(known);
      assert.equal(failing, known.hook === "failed");
    }
    for (const [n, { hostTime, reportedAt }] of changes.entries()) {
      const before = changes[n - 1];
      if (before === undefined) continue;
      assert.ok(hostTime > before.hostTime && reportedAt - before.reportedAt >= BETWEEN_REPORTS);
    }
  }));
});

/** Undefined where nothing changes. */
function tryToJudge(known: Installation | undefined, report: InstallationReport, now: number) {
  try {
    const news = judgeReport(known, report, now);
    return news === "known" ? undefined : news;
  } catch (error) {
    assert.ok(isRefusal("too-soon")(error) || isRefusal("unacceptable")(error));
    return undefined;
  }
}
