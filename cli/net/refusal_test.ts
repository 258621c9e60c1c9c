import assert from "node:assert/strict";
import { utf8 } from "../../core/bytes.ts";
import { CaucaseError, describeError } from "../../core/errors.ts";
import type { RouteName } from "../../core/protocol/routes.ts";
import { httpAnswer, RawServer } from "../../tests/support/raw_server.ts";
import { ApiClient } from "./api_client.ts";
import type { HttpResponse } from "./http_request.ts";
import { refusalError } from "./refusal.ts";

Deno.test("ApiClient reads Retry-After as seconds or as a date by the server's clock, and nothing else", async () => {
  const date = "Mon, 23 Nov 2026 14:00:00 GMT";
  const cases: [value: string, seconds: number | undefined][] = [
    ["120", 120],
    ["0", 0],
    ["Mon, 23 Nov 2026 14:05:00 GMT", 300],
    ["Mon, 23 Nov 2026 13:00:00 GMT", undefined],
    ["soon", undefined],
    ["-5", undefined],
  ];
  for (const [value, seconds] of cases) {
    await using server = new RawServer(() => httpAnswer(503, "", { Date: date, "Retry-After": value }));
    const refused = (error: unknown) => error instanceof CaucaseError && error.details.retryAfter === seconds;
    await assert.rejects(new ApiClient(server.url, "cas").caChain(), refused, value);
  }
});

/** An answer, and what is said of it. */
const ANSWERS:
  readonly (readonly [route: RouteName, answer: Partial<HttpResponse> & { status: number }, said: string])[] = [
    ["caChain", { status: 503, body: utf8("later\r\n\x1b[2J") }, "the server answered 503: later [2J"],
    [
      "caChain",
      { status: 404, body: utf8("no such path") },
      "the server answered 404: no such path (check the URL: *)",
    ],
    ["caChain", { status: 404, body: utf8("<html><body>Not here") }, "the server answered 404 (check the URL: *)"],
    ["caChain", { status: 500, headers: { "content-type": "text/html; charset=utf-8" } }, "the server answered 500"],
    ["request", { status: 404 }, "the server answered 404"],
    ["sign", { status: 404 }, "the server answered 404 (it may be signed or rejected already; *)"],
    ["pendingList", { status: 401 }, "the server answered 401 (see --user-key)"],
    [
      "crlList",
      { status: 301, headers: { location: "https://ca.example.org/\x07" } },
      "the server answered 301 (it points to https://ca.example.org/: give the address of the caucase server itself)",
    ],
  ];

Deno.test("refusalError() says what the server said, on one line, and what to do", () => {
  for (const [route, answer, said] of ANSWERS) {
    const error = refusalError({ what: "GET x", route, asUser: false }, { headers: {}, body: utf8(""), ...answer });
    const text = describeError(error);
    const [beginning = "", end] = `GET x: ${said}`.split("*");
    assert.ok(end === undefined ? text === beginning : text.startsWith(beginning) && text.endsWith(end), text);
  }
});
