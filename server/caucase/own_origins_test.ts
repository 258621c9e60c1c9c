import { deepEqual, throws } from "node:assert/strict";
import { fakeExchange, type FakeRequest } from "../../tests/support/exchange.ts";
import { createOwnOrigins } from "./own_origins.ts";

Deno.test("createOwnOrigins() finds both origins from how the requester reached this server, else from netloc", () => {
  const cases: [request: FakeRequest, sentTo: string | undefined, https: string][] = [
    [{ secure: false, headers: { host: "ca.example:8009" } }, "http://ca.example:8009", "https://ca.example:8010"],
    [{ secure: false, headers: { host: "ca.example" } }, "http://ca.example", "https://ca.example"],
    [{ secure: true, headers: { host: "10.0.0.1:8010" } }, "https://10.0.0.1:8010", "https://10.0.0.1:8010"],
    [{ headers: { host: "a b" } }, undefined, "https://netloc.example"],
    [{}, undefined, "https://netloc.example"],
  ];
  const own = createOwnOrigins("netloc.example:80");
  for (const [request, sentTo, https] of cases) {
    const exchange = fakeExchange({ target: "/", ...request });
    deepEqual([own.sentTo(exchange), own.https(exchange)], [sentTo, https], JSON.stringify(request));
  }
});

Deno.test("createOwnOrigins() refuses a netloc that is none", () => {
  throws(() => createOwnOrigins("ca.example/x"), { code: "usage" });
});
