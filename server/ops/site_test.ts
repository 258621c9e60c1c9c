import assert from "node:assert/strict";
import { CaucaseError } from "../../core/errors.ts";
import { fakeExchange, type FakeRequest } from "../../tests/support/exchange.ts";
import { NOW } from "../../tests/support/issuing.ts";
import { serveSites } from "../http/site.ts";
import type { Check } from "./readiness.ts";
import { createOpsSite } from "./site.ts";

const GOOD: Check = { name: "database", reason: undefined };
const BAD: Check = { name: "cas-crl", reason: "the CRL was to be renewed" };

function siteWith(check: (now: number) => Promise<readonly Check[]>) {
  const faults: unknown[] = [];
  const site = createOpsSite({
    readiness: { check },
    metrics: { scrape: (accept) => Promise.resolve({ contentType: "text/x", text: `for ${accept}\n` }) },
    clock: { now: () => NOW },
  });
  const handler = serveSites([site], (error) => faults.push(error));
  return { ask: async (request: FakeRequest) => await handler(fakeExchange(request)), faults };
}

const ready = siteWith(() => Promise.resolve([GOOD]));
const unready = siteWith(() => Promise.resolve([GOOD, BAD]));

Deno.test("/livez and /readyz answer in a word; what is not ready is 503 with the reasons", async () => {
  for (const target of ["/livez", "/readyz"]) {
    const { status, body, headers } = await ready.ask({ target });
    assert.deepEqual([status, body, headers?.["Cache-Control"]], [200, "ok\n", "no-store"], target);
  }
  const { status, body } = await unready.ask({ target: "/readyz" });
  assert.deepEqual([status, body], [503, "cas-crl: the CRL was to be renewed\n"]);
  assert.equal((await unready.ask({ target: "/livez" })).status, 200);
});

Deno.test("/readyz?verbose lists every check as JSON", async () => {
  const { status, body, headers } = await unready.ask({ target: "/readyz?verbose" });
  assert.deepEqual([status, headers?.["Content-Type"]], [503, "application/json"]);
  assert.deepEqual(JSON.parse(String(body)), {
    ready: false,
    checks: [{ name: "database", ok: true }, { name: "cas-crl", ok: false, reason: BAD.reason }],
  });
  assert.equal((await ready.ask({ target: "/readyz?verbose=1" })).status, 200);
});

Deno.test("/metrics hands the Accept header on", async () => {
  const { body, headers } = await ready.ask({ target: "/metrics", headers: { accept: "a/b" } });
  assert.deepEqual([body, headers?.["Content-Type"]], ["for a/b\n", "text/x"]);
});

Deno.test("other paths are 404, other methods 405, and a fault is 500 without a word of it", async () => {
  assert.equal((await ready.ask({ target: "/" })).status, 404);
  assert.equal((await ready.ask({ target: "/debug" })).status, 404);
  const post = await ready.ask({ target: "/livez", method: "POST" });
  assert.deepEqual([post.status, post.headers?.["Allow"]], [405, "GET, OPTIONS"]);
  assert.equal((await ready.ask({ target: "/livez", method: "OPTIONS" })).headers?.["Allow"], "GET, OPTIONS");
  assert.equal((await ready.ask({ target: "/metrics", method: "HEAD" })).status, 200);
  for (const error of [new Error("a bug"), new CaucaseError("storage", "the disk is gone")]) {
    const broken = siteWith(() => Promise.reject(error));
    assert.deepEqual(await broken.ask({ target: "/readyz" }), { status: 500 });
    assert.deepEqual(broken.faults, [error]);
  }
});
