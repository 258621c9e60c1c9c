import assert from "node:assert/strict";
import { isRefusal } from "../../tests/support/refusals.ts";
import { readAcmeOptions } from "./acme_options.ts";

Deno.test("readAcmeOptions() fills in what nobody said", () => {
  const { settings, validation } = readAcmeOptions({ policy: "both" });
  assert.equal(settings.policy, "both");
  assert.equal(settings.eabRequired, false);
  assert.equal(settings.allow, undefined);
  assert.equal(settings.renewApproved, true);
  assert.equal(settings.limits.identifiersPerOrder, 100);
  assert.equal(settings.lives.validAuthorization, 30 * 86_400);
  assert.deepEqual(validation, { resolvers: [], allow: [], deny: [] });
});

Deno.test("readAcmeOptions() takes what was said", () => {
  const { settings, validation } = readAcmeOptions({
    ...{ policy: "challenge", eab: "required", allow: ["*.Example.org", "10.0.0.0/8"], deny: ["x.example.org"] },
    ...{ authorizationLifeDays: 0, resolvers: ["[2001:db8::1]:5353"], allowAddresses: ["127.0.0.1"] },
    ...{ denyAddresses: ["10.0.0.0/8"], httpPort: 8080, tlsPort: 8443, website: "https://ca.example.org" },
  });
  assert.deepEqual(settings.allow, ["*.example.org", "10.0.0.0/8"]);
  assert.equal(settings.lives.validAuthorization, 0);
  assert.equal(settings.website, "https://ca.example.org/");
  assert.deepEqual(validation.resolvers, [{ ipAddr: "2001:db8::1", port: 5353 }]);
  assert.deepEqual([validation.httpPort, validation.tlsPort], [8080, 8443]);
  assert.equal(validation.deny[0]?.bits, 8);
});

Deno.test("readAcmeOptions() refuses what cannot be meant", () => {
  const wrong = [
    { allow: ["not a name"] },
    { deny: ["10.0.0.0/99"] },
    { resolvers: ["resolver.example.org"] },
    { allowAddresses: ["10.0.0.1/8"] },
    { denyAddresses: ["x"] },
    { termsOfService: "javascript:alert(1)" },
    { website: "ca.example.org" },
  ];
  for (const options of wrong) {
    assert.throws(() => readAcmeOptions({ policy: "challenge", ...options }), isRefusal("usage"));
  }
});
