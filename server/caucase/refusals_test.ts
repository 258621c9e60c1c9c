import assert from "node:assert/strict";
import { CaucaseError, type ErrorCode } from "../../core/errors.ts";
import { refusal, statusOf } from "./refusals.ts";

/** spec: the table of refusals. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  "malformed": 400,
  "unacceptable": 400,
  "untrusted": 400,
  "unauthenticated": 401,
  "consent-required": 401,
  "origin-refused": 403,
  "not-found": 404,
  "method-not-allowed": 405,
  "already-revoked": 409,
  "duplicate-key": 409,
  "too-large": 413,
  "too-many-pending": 507,
  "too-soon": 429,
  "usage": 500,
  "file": 500,
  "in-use": 500,
  "storage": 500,
  "clock-behind": 500,
  "unreachable": 500,
  "refused": 500,
  "unsupported-runtime": 500,
};

const CODES = Object.entries(STATUS) as [ErrorCode, number][];

Deno.test("refusal() answers each code with its status and a short reason", () => {
  for (const [code, status] of CODES.filter(([, status]) => status < 500 || status === 507)) {
    const answer = refusal(new CaucaseError(code, "the reason", { hint: "what to do" }));
    assert.equal(answer.status, status, code);
    assert.equal(answer.body, "the reason (what to do)\n");
    assert.equal(answer.headers?.["Content-Type"], "text/plain; charset=utf-8");
    assert.equal(answer.headers?.["X-Content-Type-Options"], "nosniff");
  }
});

Deno.test("refusal() says nothing when the fault is ours", () => {
  const ours = CODES.filter(([, status]) => status === 500).map(([code]) => new CaucaseError(code, "/etc/secret"));
  for (const error of [...ours, new Error("secret"), new TypeError("secret"), "secret", undefined, null]) {
    assert.deepEqual(refusal(error), { status: 500 });
    assert.equal(statusOf(error), 500);
  }
});

Deno.test("refusal() carries the header that its status asks for", () => {
  const cases: [CaucaseError, string, string][] = [
    [new CaucaseError("unauthenticated", "who?"), "WWW-Authenticate", "transport"],
    [
      new CaucaseError("consent-required", "may it?", { url: "https://a/{&b}" }),
      "WWW-Authenticate",
      'cors url="https://a/{&b}"',
    ],
    [new CaucaseError("method-not-allowed", "no", { allow: ["GET", "PUT"] }), "Allow", "GET, PUT"],
  ];
  for (const [error, header, value] of cases) assert.equal(refusal(error).headers?.[header], value, error.code);
  const names = Object.keys(refusal(new CaucaseError("malformed", "no")).headers ?? {});
  assert.deepEqual(names, ["Content-Type", "X-Content-Type-Options"]);
});

Deno.test("refusal() cuts a reason that quotes what the client sent", () => {
  const { body = "" } = refusal(new CaucaseError("malformed", `not a digest: ${"x".repeat(1_000_000)}`));
  assert.ok(body.length <= 501);
  assert.match(String(body), /^not a digest: x+\n$/);
});
