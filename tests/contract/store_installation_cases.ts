/** The store's contract: what holders told of their certificates. */
import assert from "node:assert/strict";
import type { Attribution } from "../../core/ca/events.ts";
import type { CaStores, Storage } from "../../core/ca/stores.ts";
import type { InstallationReport } from "../../core/protocol/installation.ts";
import { BY, type Cases, keyId, newCertificate, NOW, outcomes } from "./store_fixtures.ts";

/** A report that all is well, made at `time` by the host's clock. */
function report(time: number, changes: Partial<InstallationReport> = {}): InstallationReport {
  const well = { hook: "succeeded", failingSince: null, detail: null } as const;
  return { serial: 5n, issuer: "cd".repeat(20), time, ...well, ...changes };
}

const FAILED = { hook: "failed", failingSince: NOW - 5, detail: "it ended with status 1" } as const;

/** The holder, at a time of the server. */
function at(now: number): Attribution {
  return { actor: { kind: "holder", serial: 5n }, now };
}

/** Kind and time of what was recorded for holders. */
async function told(storage: Storage) {
  const events = await storage.events(0n, 100);
  return events.filter(({ actor }) => actor.kind === "holder").map(({ event, now }) => [event.kind, now]);
}

async function store(storage: Storage): Promise<CaStores> {
  const cas = storage.ca("cas");
  await cas.certificates.add(newCertificate(1, { serial: 5n }));
  return cas;
}

export const installationCases: Cases = {
  async "report() keeps the last that a holder told, at its own CA"(storage) {
    const { installations } = await store(storage);
    assert.equal(await installations.find(5n), undefined);
    await installations.report(report(NOW - 2), at(NOW));
    const kept = { reportedAt: NOW, hostTime: NOW - 2, hook: "succeeded", failingSince: null, detail: null };
    assert.deepEqual(await installations.find(5n), kept);
    await installations.report(report(NOW + 90, FAILED), at(NOW + 100));
    assert.deepEqual(await installations.find(5n), { reportedAt: NOW + 100, hostTime: NOW + 90, ...FAILED });
    assert.equal(await installations.find(6n), undefined);
    assert.equal(await storage.ca("cau").installations.find(5n), undefined);
  },

  async "register.find() and register.list() have what a holder told with its certificate"(storage) {
    const { installations, register, certificates } = await store(storage);
    await certificates.add(newCertificate(2, { serial: 6n }));
    await installations.report(report(NOW - 2, FAILED), at(NOW));
    const kept = await installations.find(5n);
    assert.ok(kept);
    assert.deepEqual((await register.find(5n, NOW))?.installation, kept);
    assert.equal((await register.find(6n, NOW))?.installation, undefined);
    const { records } = await register.list({ limit: 10 }, NOW);
    assert.deepEqual(
      new Map(records.map((one) => [one.certificate.serial, one.installation])),
      new Map([
        [6n, undefined],
        [5n, kept],
      ]),
    );
  },

  async "report() tells by events what became different, and nothing else"(storage) {
    const { installations } = await store(storage);
    const reports: [number, Partial<InstallationReport>][] = [
      [0, { hook: "none" }],
      [100, {}],
      [200, FAILED],
      [300, { ...FAILED, detail: "it ended with status 2" }],
      [400, {}],
      [500, {}],
    ];
    for (const [later, changes] of reports) await installations.report(report(NOW + later, changes), at(NOW + later));
    assert.deepEqual(await told(storage), [["installed", NOW], ["hook-failing", NOW + 200], [
      "hook-recovered",
      NOW + 400,
    ]]);
    assert.deepEqual((await storage.events(0n, 100)).at(-2)?.event, {
      kind: "hook-failing",
      serial: 5n,
      since: FAILED.failingSince,
    });
  },

  async "report() that is the first tells of a hook that fails too"(storage) {
    const { installations } = await store(storage);
    await installations.report(report(NOW, FAILED), at(NOW));
    assert.deepEqual(await told(storage), [["installed", NOW], ["hook-failing", NOW]]);
  },

  async "report() changes nothing when it says the same again, at any time and however often"(storage) {
    const { installations } = await store(storage);
    await installations.report(report(NOW), at(NOW));
    const before = [await installations.find(5n), await told(storage)];
    const again = [1, 2, 3000, -50].map((n) => installations.report(report(NOW + n), at(NOW + n)));
    assert.deepEqual(await outcomes(again), ["ok", "ok", "ok", "ok"]);
    assert.deepEqual([await installations.find(5n), await told(storage)], before);
  },

  async "report() refuses what was said before the last, whatever it says"(storage) {
    const { installations } = await store(storage);
    await installations.report(report(NOW, FAILED), at(NOW));
    await installations.report(report(NOW + 100), at(NOW + 100));
    const before = [await installations.find(5n), await told(storage)];
    const old = [NOW, NOW + 99, NOW + 100].map((time) => installations.report(report(time, FAILED), at(NOW + 300)));
    assert.deepEqual(await outcomes(old), ["unacceptable", "unacceptable", "unacceptable"]);
    assert.deepEqual([await installations.find(5n), await told(storage)], before);
  },

  async "report() takes a change of one certificate a minute, also of many at once"(storage) {
    const { installations } = await store(storage);
    const many = Array.from(
      { length: 20 },
      (_, n) => installations.report(report(NOW + n, { ...FAILED, detail: `${n}` }), at(NOW)),
    );
    assert.deepEqual((await outcomes(many)).toSorted(), ["ok", ...Array(19).fill("too-soon")]);
    assert.equal((await told(storage)).length, 2);
    await assert.rejects(installations.report(report(NOW + 59), at(NOW + 59)), { code: "too-soon" });
    await installations.report(report(NOW + 60), at(NOW + 60));
    await assert.rejects(
      installations.report(report(NOW + 70, FAILED), at(NOW + 70)),
      ({ details }) => details.retryAfter === 50,
    );
    // The server's clock was set back.
    await installations.report(report(NOW + 80, FAILED), at(NOW - 9000));
  },

  async "forgetEnded() removes what holders told with the register's row, and no other's"(storage) {
    const cas = storage.ca("cas");
    const { certificate, ...record } = newCertificate(1);
    for (const [n, notAfter] of [NOW - 1, NOW].entries()) {
      const serial = BigInt(n + 1);
      const one = { ...certificate, serial, keyId: keyId(n), notAfter };
      await cas.certificates.add({ ...record, id: serial, certificate: one });
      for (const ca of ["cas", "cau"] as const) await storage.ca(ca).installations.report(report(NOW, { serial }), BY);
    }
    assert.equal(await cas.certificates.forgetEnded(NOW), 1);
    assert.equal(await cas.installations.find(1n), undefined);
    assert.equal((await cas.installations.find(2n))?.hostTime, NOW);
    assert.equal((await storage.ca("cau").installations.find(1n))?.hostTime, NOW);
  },
};
