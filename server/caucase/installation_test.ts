/** `PUT certificates/SERIAL/installation`, as clients send it. */
import assert from "node:assert/strict";
import { readEventList } from "../../core/protocol/event_list.ts";
import { readCertificateEntry, readCertificateList } from "../../core/protocol/register.ts";
import { timeToText } from "../../core/utc_time.ts";
import { certify, firstUser, type Holder, JSON_TYPE } from "../../tests/support/desk.ts";
import { NOW } from "../../tests/support/issuing.ts";
import { installationBody } from "../../tests/support/requests.ts";
import { newTestApp, type TestApp } from "../../tests/support/test_app.ts";

function pathOf({ certificate }: Holder): string {
  return `/cas/certificates/${certificate.serial}/installation`;
}

async function appWithHolder(): Promise<{ app: TestApp; user: Holder; holder: Holder }> {
  const app = await newTestApp();
  const user = await firstUser(app);
  return { app, user, holder: await certify(app, user) };
}

function put(app: TestApp, path: string, body: string) {
  return app.ask("PUT", path, { headers: JSON_TYPE, body });
}

Deno.test("PUT installation takes a report over HTTP, also twice", async () => {
  const { app, holder } = await appWithHolder();
  const body = await installationBody(holder, NOW);
  for (const _ of [1, 2]) {
    const { status, text } = await put(app, pathOf(holder), body);
    assert.deepEqual([status, text], [204, ""]);
  }
  assert.equal((await app.storage.ca("cas").installations.find(holder.certificate.serial))?.hook, "succeeded");
});

Deno.test("GET certificates and GET events tell users what holders reported", async () => {
  const { app, user, holder } = await appWithHolder();
  const failed = { hook: "failed", failingSince: NOW - 5, detail: "it ended with status 1" } as const;
  const get = async (path: string) => (await app.ask("GET", `/cas/${path}`, { as: user })).text;
  const { serial } = holder.certificate;
  assert.equal(readCertificateEntry(await get(`certificates/${serial}`)).installation, null);
  await put(app, pathOf(holder), await installationBody(holder, NOW, failed));
  const expected = { reportedAt: NOW, ...failed };
  assert.deepEqual(readCertificateEntry(await get(`certificates/${serial}`)).installation, expected);
  const { certificates: [listed] } = readCertificateList(await get("certificates"));
  assert.deepEqual(listed?.installation, expected);
  const { events } = readEventList(await get("events"));
  assert.deepEqual(events.slice(-2).map(({ kind, fields, actor }) => ({ kind, fields, actor })), [
    { kind: "installed", fields: { serial: `${serial}` }, actor: { kind: "holder", serial, address: "192.0.2.1" } },
    {
      kind: "hook-failing",
      fields: { serial: `${serial}`, since: timeToText(NOW - 5) },
      actor: { kind: "holder", serial, address: "192.0.2.1" },
    },
  ]);
});

Deno.test("PUT installation says when the next report may come", async () => {
  const { app, holder } = await appWithHolder();
  await put(app, pathOf(holder), await installationBody(holder, NOW));
  const body = await installationBody(holder, NOW + 1, { hook: "none" });
  const { status, headers } = await put(app, pathOf(holder), body);
  assert.deepEqual([status, headers["retry-after"]], [429, "60"]);
});

Deno.test("PUT installation refuses what is no report, and paths that name no certificate", async () => {
  const { app, holder } = await appWithHolder();
  const body = await installationBody(holder, NOW);
  const statuses = async (path: string, content = body) => (await put(app, path, content)).status;
  assert.equal(await statuses(pathOf(holder), "{}"), 400);
  assert.equal(await statuses(pathOf(holder), JSON.stringify({ ...JSON.parse(body), digest: null })), 400);
  assert.equal((await app.ask("PUT", pathOf(holder), { body })).status, 400, "another type");
  assert.equal(await statuses("/cas/certificates/1/installation"), 400, "about another certificate");
  assert.equal(await statuses("/cas/certificates/0x1/installation"), 400);
  assert.equal(await statuses("/cas/certificates/-1/installation"), 400);
  assert.equal(await statuses(`/cas/certificates/${"9".repeat(49)}/installation`), 404);
  assert.equal(await statuses(`/cas/certificates/${"9".repeat(5000)}/installation`), 404);
  assert.equal((await app.ask("GET", pathOf(holder))).status, 405);
  assert.deepEqual(app.faults, []);
});
