/** `PUT certificates/SERIAL/installation`, as clients send it. */
import assert from "node:assert/strict";
import { certify, firstUser, type Holder, JSON_TYPE } from "../../tests/support/desk.ts";
import { NOW } from "../../tests/support/issuing.ts";
import { installationBody } from "../../tests/support/requests.ts";
import { newTestApp, type TestApp } from "../../tests/support/test_app.ts";

function pathOf({ certificate }: Holder): string {
  return `/cas/certificates/${certificate.serial}/installation`;
}

async function appWithHolder(): Promise<{ app: TestApp; holder: Holder }> {
  const app = await newTestApp();
  return { app, holder: await certify(app, await firstUser(app)) };
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
