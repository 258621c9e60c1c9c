import assert from "node:assert/strict";
import { readVoucher } from "../../core/protocol/https_voucher.ts";
import { newTestApp } from "../../tests/support/test_app.ts";
import { NOW } from "../../tests/support/issuing.ts";

const L = 93 * 86_400;

Deno.test("GET crt/https.json vouches for the CA of the HTTPS listener, with the oldest valid CA certificate", async () => {
  const app = await newTestApp();
  for (const name of ["cas", "cau"] as const) {
    const { status, headers, text } = await app.ask("GET", `/${name}/crt/https.json`);
    assert.deepEqual([status, headers["content-type"]], [200, "application/json"]);
    const trusted = (await app.authorities[name].issuers.ensureValid(NOW)).map(({ certificate }) => certificate);
    const [https] = await app.authorities.http_cas.issuers.ensureValid(NOW);
    assert.deepEqual(await readVoucher(text, trusted.slice(0, 1)), [https?.certificatePem]);
    assert.equal((await app.ask("GET", `/${name}/crt/https.json`)).text, text, "signed once");
  }
});

Deno.test("GET crt/https.json is signed anew when a CA that vouches or is vouched for changes", async () => {
  const app = await newTestApp();
  const { issuers: services } = app.authorities.cas;
  const { text: before } = await app.ask("GET", "/cas/crt/https.json");
  app.clock.set(NOW + 2 * L);
  await services.ensureValid(app.clock.now());
  app.clock.set(NOW + 4 * L);
  const { text: after } = await app.ask("GET", "/cas/crt/https.json");
  assert.notEqual(after, before);
  const [oldest] = await services.ensureValid(app.clock.now());
  assert.ok(oldest);
  assert.equal((await readVoucher(after, [oldest.certificate])).length, 1);
});
