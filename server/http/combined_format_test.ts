import assert from "node:assert/strict";
import fc from "fast-check";
import { type AccessEntry, combinedLine } from "./combined_format.ts";

const ACCESS: AccessEntry = {
  remoteAddress: "127.0.0.1",
  user: undefined,
  timeMs: Date.UTC(2026, 10, 23, 14, 4, 5, 999),
  requestLine: "GET /cau/crt/ca.crt.pem HTTP/1.1",
  status: 200,
  bytes: 1192,
  referer: undefined,
  userAgent: "caucase 0.9.17",
};

Deno.test("combinedLine() writes Apache's combined form", () => {
  assert.equal(
    combinedLine(ACCESS),
    '127.0.0.1 - - [23/Nov/2026:14:04:05 +0000] "GET /cau/crt/ca.crt.pem HTTP/1.1" 200 1192 "-" "caucase 0.9.17"',
  );
  assert.equal(
    combinedLine({
      ...ACCESS,
      remoteAddress: "::1",
      user: "12",
      requestLine: undefined,
      status: 400,
      bytes: 0,
      referer: "http://r/",
    }),
    '::1 - 12 [23/Nov/2026:14:04:05 +0000] "-" 400 0 "http://r/" "caucase 0.9.17"',
  );
});

Deno.test("combinedLine() shows every time in UTC, also when lines do not come in order", () => {
  const times = [[0, "01/Jan/1970:00:00:00"], [Date.UTC(2028, 1, 29, 23, 59, 59), "29/Feb/2028:23:59:59"], [
    500,
    "01/Jan/1970:00:00:00",
  ]];
  for (const [timeMs, text] of times) {
    assert.ok(combinedLine({ ...ACCESS, timeMs: Number(timeMs) }).includes(`[${text} +0000]`));
  }
});

Deno.test("combinedLine() escapes what could be taken for something else", () => {
  const cases = [
    ['a"b', 'a\\"b'],
    ["a\\b", "a\\\\b"],
    ["a\r\nb", "a\\x0d\\x0ab"],
    ["\x1b[31m\x7f", "\\x1b[31m\\x7f"],
    ["é€", "\\xe9\\u20ac"],
    ["", "-"],
  ] as const;
  for (const [userAgent, shown] of cases) assert.ok(combinedLine({ ...ACCESS, userAgent }).endsWith(`"-" "${shown}"`));
});

Deno.test("combinedLine() cuts long fields", () => {
  const line = combinedLine({ ...ACCESS, requestLine: `GET /${"a".repeat(9000)} HTTP/1.1` });
  assert.match(line, /"GET \/a{1019}\.\.\." 200/);
});

Deno.test("combinedLine() is one line of printable ASCII whose quoted fields can be told apart", () => {
  const field = fc.string({ unit: "binary" });
  const fields = fc.record({ user: field, requestLine: field, referer: field, userAgent: field });
  fc.assert(fc.property(fields, (sent) => {
    const line = combinedLine({ ...ACCESS, ...sent });
    assert.match(line, /^[\x20-\x7e]+$/);
    assert.match(line, /^127\.0\.0\.1 - .*\[[^\]]+\] "(?:[^"\\]|\\.)*" 200 1192 "(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*"$/);
  }));
});
