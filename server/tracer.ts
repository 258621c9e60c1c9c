/**
 * Traces, where the runtime makes them (`OTEL_DENO=true`): a span for each request, named after its route, with those
 * of its signatures and of the commit that it led to. Elsewhere nothing of this is loaded.
 */
import type { Context, Span, Tracer } from "@opentelemetry/api";
import type { CommitOutcome, Ended, RequestWatch, WatchedRequest, Watcher } from "./watcher.ts";

type Api = typeof import("@opentelemetry/api");

/** Where the runtime registers itself for the library (OpenTelemetry's own convention). */
const REGISTERED = Symbol.for("opentelemetry.js.api.1");

/** Undefined unless the environment asks the runtime for traces. */
export async function loadTracer(): Promise<Watcher | undefined> {
  if (!(REGISTERED in globalThis)) return undefined;
  return createTracer(await import("@opentelemetry/api"));
}

function createTracer(api: Api): Watcher {
  const tracer = api.trace.getTracer("caucase");
  return {
    request: (request) => new RequestSpan({ api, tracer }, request),
    signature: (scheme) => ended(api, tracer.startSpan("sign", { attributes: { "caucase.signature.scheme": scheme } })),
    commit: (writes) => ended(api, tracer.startSpan("commit", { attributes: { "caucase.commit.writes": writes } })),
  };
}

interface Tracing {
  readonly api: Api;
  readonly tracer: Tracer;
}

class RequestSpan implements RequestWatch {
  readonly #api: Api;
  readonly #span: Span;
  readonly #context: Context;
  readonly #method: string;

  constructor({ api, tracer }: Tracing, request: WatchedRequest) {
    this.#api = api;
    this.#method = request.method;
    const around = surroundings(api, request);
    const attributes = { "http.request.method": request.method, "url.scheme": request.secure ? "https" : "http" };
    this.#span = tracer.startSpan(request.method, { attributes }, around);
    this.#context = api.trace.setSpan(around, this.#span);
  }

  within<T>(action: () => T): T {
    return this.#api.context.with(this.#context, action);
  }

  readonly routed = (route: string): void => {
    this.#span.updateName(`${this.#method} ${route}`);
    this.#span.setAttribute("http.route", route);
  };

  answered(status: number): void {
    this.#span.setAttribute("http.response.status_code", status);
    if (status >= 500) this.#span.setStatus({ code: this.#api.SpanStatusCode.ERROR });
    this.#span.end();
  }
}

/**
 * The runtime makes a span of its own for each request, and keeps it at the response without making it the current one:
 * it knows no routes. Ours is a part of it, or, should a later runtime keep it elsewhere, of what the client's headers
 * say.
 */
function surroundings({ context, propagation, trace }: Api, { header, response }: WatchedRequest): Context {
  const key = Object.getOwnPropertySymbols(response).find(({ description }) => description === "kOtelSpan");
  const own: unknown = key && Reflect.get(response, key);
  if (isSpan(own)) return trace.setSpan(context.active(), own);
  const getter = { keys: () => [], get: (_carrier: unknown, name: string) => header(name) };
  return propagation.extract(context.active(), response, getter);
}

function isSpan(value: unknown): value is Span {
  return typeof value === "object" && value !== null && "spanContext" in value;
}

function ended({ SpanStatusCode }: Api, span: Span): Ended<CommitOutcome> {
  return (outcome) => {
    if (outcome === "failed") span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  };
}
