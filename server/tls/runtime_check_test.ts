import assert from "node:assert/strict";
import { newIdentity } from "../../tests/support/listening.ts";
import { proveClientCertificates, requireClientCertificateSupport } from "./runtime_check.ts";

Deno.test("requireClientCertificateSupport() takes versions from 2.7.14 on", () => {
  for (const version of ["2.7.14", "2.7.15", "2.8.0", "2.9.6", "3.0.0", "2.10.0", "2.8.0-rc.1"]) {
    requireClientCertificateSupport(version);
  }
  requireClientCertificateSupport();
});

Deno.test("requireClientCertificateSupport() refuses older versions and says which one is needed", () => {
  for (const version of ["2.7.13", "2.6.99", "1.46.3", "2", ""]) {
    assert.throws(() => requireClientCertificateSupport(version), {
      code: "unsupported-runtime",
      message: `Deno ${version} does not ask clients for their certificates`,
      details: { hint: "caucase needs Deno 2.7.14 or newer" },
    });
  }
});

Deno.test("proveClientCertificates() succeeds on this runtime", async () => {
  await proveClientCertificates(await newIdentity());
});

Deno.test("proveClientCertificates() refuses a runtime that loses the certificate, and no other", async () => {
  const identity = { key: "", cert: "" };
  const missing = proveClientCertificates(identity, () => Promise.resolve("missing"));
  await assert.rejects(missing, { code: "unsupported-runtime" });
  await proveClientCertificates(identity, () => Promise.resolve("no connection"));
});
