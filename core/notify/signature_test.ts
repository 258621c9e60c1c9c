import assert from "node:assert/strict";
import { utf8 } from "../bytes.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { webhookHeaders, webhookSecret } from "./signature.ts";

Deno.test("webhookHeaders() signs as the specification's example is signed", () => {
  // https://github.com/standard-webhooks/standard-webhooks, README of the libraries.
  const secret = webhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
  const content = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", time: 1_614_265_330, body: '{"test": 2432232314}' };
  assert.deepEqual(webhookHeaders(content, secret), {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

Deno.test("webhookHeaders() signs over id, time and body", () => {
  const secret = utf8("0123456789abcdef01234567");
  const signature = (id: string, time: number, body: string) =>
    webhookHeaders({ id, time, body }, secret)["webhook-signature"];
  const others = [signature("b", 1, "{}"), signature("a", 2, "{}"), signature("a", 1, "{ }")];
  assert.equal(others.includes(signature("a", 1, "{}")), false);
  assert.equal("webhook-signature" in webhookHeaders({ id: "a", time: 1, body: "" }, undefined), false);
});

Deno.test("webhookSecret() takes the first line, as text or base64, and refuses a short one", () => {
  assert.deepEqual(webhookSecret(`${"s".repeat(24)}\nmore`), utf8("s".repeat(24)));
  for (const text of ["", "short", `\n${"s".repeat(24)}`, "whsec_AAAA", `whsec_${"*".repeat(40)}`]) {
    assert.throws(() => webhookSecret(text), isRefusal("usage"), text);
  }
});
