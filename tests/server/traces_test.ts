/** Traces of a server in a process of its own, as a receiver of OTLP over HTTP with JSON gets them. */
import assert from "node:assert/strict";
import * as v from "valibot";
import { servedFolder } from "../fault/served_folder.ts";
import { until } from "../fault/until.ts";
import { certify } from "../support/desk.ts";
import { NetworkDesk } from "../support/network_desk.ts";
import { FROM_SOURCE, startServer } from "../support/server_process.ts";

const SpanShape = v.object({
  name: v.string(),
  spanId: v.string(),
  traceId: v.string(),
  parentSpanId: v.optional(v.string()),
  attributes: v.array(v.object({ key: v.string(), value: v.record(v.string(), v.unknown()) })),
});
type Span = v.InferOutput<typeof SpanShape>;

const TracesShape = v.object({
  resourceSpans: v.array(v.object({
    scopeSpans: v.array(v.object({ scope: v.object({ name: v.string() }), spans: v.array(SpanShape) })),
  })),
});

/** Takes what the runtime exports; `await using` ends it. */
class Receiver implements AsyncDisposable {
  readonly ours: Span[] = [];
  readonly all = new Map<string, Span>();
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => this.#take(request),
  );

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async #take(request: Request): Promise<Response> {
    const body: unknown = await request.json();
    if (new URL(request.url).pathname === "/v1/traces") {
      for (const { scope, spans } of v.parse(TracesShape, body).resourceSpans.flatMap((each) => each.scopeSpans)) {
        for (const span of spans) this.all.set(span.spanId, span);
        if (scope.name === "caucase") this.ours.push(...spans);
      }
    }
    return Response.json({});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function attribute({ attributes }: Span, key: string): unknown {
  return Object.values(attributes.find((each) => each.key === key)?.value ?? {})[0];
}

Deno.test("a server makes traces: requests by route, with their signatures and commits", async () => {
  await using folder = await servedFolder();
  await using receiver = new Receiver();
  const environment = [
    "OTEL_DENO=true",
    `OTEL_EXPORTER_OTLP_ENDPOINT=${receiver.url}`,
    "OTEL_EXPORTER_OTLP_PROTOCOL=http/json",
    "OTEL_BSP_SCHEDULE_DELAY=100",
  ];
  const command = ["env", ...environment, ...FROM_SOURCE, "serve"];
  await using server = await startServer({ folder: folder.path, command });
  using desk = new NetworkDesk(server.port);
  await certify(desk, folder.user);
  assert.equal((await desk.ask("GET", "/no/such/path")).status, 404);
  await until(() => receiver.ours.some(({ name }) => name === "GET"));
  const sign = receiver.ours.find(({ name }) => name === "PUT sign");
  assert.ok(sign, receiver.ours.map(({ name }) => name).join());
  assert.deepEqual(
    ["http.route", "http.request.method", "http.response.status_code"].map((key) => String(attribute(sign, key))),
    ["sign", "PUT", "204"],
  );
  const parts = receiver.ours.filter(({ parentSpanId }) => parentSpanId === sign.spanId).map(({ name }) => name);
  assert.ok(parts.includes("sign"), parts.join());
  // Many writes share a commit: it is a part of one of their requests.
  assert.ok(receiver.ours.some(({ name, parentSpanId }) => name === "commit" && parentSpanId !== undefined));
  // The runtime's own span of the request, which knows the path, is around ours.
  const around = receiver.all.get(sign.parentSpanId ?? "");
  assert.match(String(around && attribute(around, "url.path")), /^\/cas\/crt\/\d+$/);
  const unknown = receiver.ours.find(({ name }) => name === "GET");
  assert.equal(unknown && attribute(unknown, "http.route"), undefined);
});
