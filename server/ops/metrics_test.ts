/** Counters, gauges and the forms in which they go out. */
import assert from "node:assert/strict";
import { Registry } from "prom-client";
import { SERVER } from "../../core/ca/actor.ts";
import type { CaEvent } from "../../core/ca/events.ts";
import type { RecordedEvent } from "../../core/ca/stores.ts";
import { NOW } from "../../tests/support/issuing.ts";
import { EventCounters } from "./event_counters.ts";
import { Metrics } from "./exposition.ts";
import { shownCounter, shownGauge } from "./gauges.ts";
import { Traffic } from "./traffic.ts";

/** Lines with values, of a registry whose metrics begin with `prefix`. */
async function linesOf(registry: Registry, prefix: string): Promise<string[]> {
  return (await registry.metrics()).split("\n").filter((line) => line.startsWith(prefix));
}

function issued(id: number): RecordedEvent {
  const event: CaEvent = {
    kind: "issued",
    serial: BigInt(id),
    issuer: "",
    id: 0n,
    origin: { kind: "approved" },
    notAfter: 0,
  };
  return { id: BigInt(id), ca: "cas", now: NOW, actor: SERVER, event };
}

Deno.test("events are counted once each, in pages, and no more than a few thousand at a time", async () => {
  const registry = new Registry();
  const events = Array.from({ length: 6_000 }, (_, n) => issued(n + 1));
  const pages: number[] = [];
  const storage = {
    events(after: bigint, limit: number) {
      pages.push(limit);
      return Promise.resolve(events.slice(Number(after), Number(after) + limit));
    },
  };
  const counters = new EventCounters(registry, storage, 10n);
  const counted = () => linesOf(registry, 'caucase_certificates_issued_total{ca="cas",how="approved"}');
  await Promise.all([counters.catchUp(), counters.catchUp()]);
  assert.deepEqual(await counted(), ['caucase_certificates_issued_total{ca="cas",how="approved"} 4096']);
  assert.deepEqual([pages.length, Math.max(...pages)], [16, 256]);
  await counters.catchUp();
  await counters.catchUp();
  assert.deepEqual(await counted(), ['caucase_certificates_issued_total{ca="cas",how="approved"} 5990']);
});

Deno.test("requests, signatures and commits are measured; labels take few values", async () => {
  const registry = new Registry();
  const traffic = new Traffic(registry);
  const request = (method: string) => traffic.request({ method, secure: false, header: () => undefined, response: {} });
  for (const method of ["GET", "BREW", "PROPFIND"]) request(method).answered(404);
  const known = request("PUT");
  known.routed("sign");
  assert.equal(known.within(() => 7), 7);
  known.answered(204);
  assert.deepEqual(await linesOf(registry, "caucase_http_requests_total{"), [
    'caucase_http_requests_total{route="none",method="GET",status="404"} 1',
    'caucase_http_requests_total{route="none",method="other",status="404"} 2',
    'caucase_http_requests_total{route="sign",method="PUT",status="204"} 1',
  ]);
  assert.equal(traffic.lastSignature, "done");
  traffic.signature("ECDSA")("failed");
  assert.equal(traffic.lastSignature, "failed");
  traffic.signature("ECDSA")("done");
  assert.equal(traffic.lastSignature, "done");
  traffic.commit(3)("refused");
  assert.deepEqual([traffic.committedAt, traffic.commitFailedAt], [-Infinity, -Infinity]);
  traffic.commit(3)("failed");
  assert.equal(traffic.committedAt, -Infinity);
  assert.ok(traffic.commitFailedAt > performance.now() - 1_000);
  traffic.commit(3)("done");
  assert.ok(traffic.committedAt > performance.now() - 1_000);
  assert.deepEqual(await linesOf(registry, "caucase_committed_writes_total"), ["caucase_committed_writes_total 3"]);
  assert.deepEqual(await linesOf(registry, "caucase_commit_failures_total"), ["caucase_commit_failures_total 1"]);
  assert.deepEqual(await linesOf(registry, "caucase_signature_failures_total"), ["caucase_signature_failures_total 1"]);
});

Deno.test("a gauge shows what it was told last, and nothing before or instead", async () => {
  const registry = new Registry();
  const plain = shownGauge(registry, { name: "plain", help: "p" });
  const labelled = shownGauge(registry, { name: "labelled", help: "l", labels: ["ca"] });
  const total = shownCounter(registry, { name: "counted_total", help: "c" });
  assert.deepEqual(await linesOf(registry, "plain"), []);
  plain([1]);
  labelled([1, { ca: "cau" }], [undefined, { ca: "cas" }]);
  total([3]);
  total([5]);
  assert.deepEqual(await linesOf(registry, "labelled"), ['labelled{ca="cau"} 1']);
  labelled([2, { ca: "cas" }]);
  plain([undefined]);
  assert.deepEqual(await linesOf(registry, "labelled"), ['labelled{ca="cas"} 2']);
  assert.deepEqual([await linesOf(registry, "plain"), await linesOf(registry, "counted")], [[], ["counted_total 5"]]);
});

function exposed(gather: () => Promise<void>) {
  const registry = new Registry();
  shownCounter(registry, { name: "counted_total", help: "c" })([1]);
  return new Metrics(registry, gather);
}

Deno.test("OpenMetrics goes to those who prefer it, the old form to all others, also side by side", async () => {
  const metrics = exposed(() => Promise.resolve());
  const prometheus = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
  const forms: [accept: string | undefined, isOpenMetrics: boolean][] = [
    [undefined, false],
    ["*/*", false],
    ["text/plain", false],
    [prometheus, true],
    ["application/openmetrics-text", true],
    ["application/openmetrics-text;q=0", false],
    ["application/openmetrics-text;q=0.1, text/plain", false],
    ["APPLICATION/OPENMETRICS-TEXT; version=1.0.0", true],
    ["application/openmetrics-text;q=x", false],
  ];
  const answers = await Promise.all(forms.map(([accept]) => metrics.scrape(accept)));
  for (const [index, { contentType, text }] of answers.entries()) {
    const isOpen = forms[index]?.[1] === true;
    assert.equal(contentType.startsWith("application/openmetrics-text"), isOpen, forms[index]?.[0]);
    assert.equal(text.endsWith("# EOF\n"), isOpen);
    assert.ok(text.includes(isOpen ? "# TYPE counted counter" : "# TYPE counted_total counter"));
  }
});

Deno.test("many scrapes gather once; one that failed is tried again", async () => {
  let gathered = 0;
  const metrics = exposed(() => {
    gathered++;
    return gathered === 1 ? Promise.reject(new Error("not now")) : Promise.resolve();
  });
  await assert.rejects(metrics.scrape(undefined), /not now/);
  await Promise.all(Array.from({ length: 50 }, (_, n) => metrics.scrape(n % 2 ? "application/openmetrics-text" : "")));
  assert.equal(gathered, 2);
});
