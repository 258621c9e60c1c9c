import assert from "node:assert/strict";
import { CaucaseError } from "../core/errors.ts";
import { httpAnswer, RawServer } from "../tests/support/raw_server.ts";
import { ApiClient } from "./api_client.ts";

Deno.test("ApiClient reads Retry-After as seconds or as a date by the server's own clock, and nothing else", async () => {
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
