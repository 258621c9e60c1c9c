import assert from "node:assert/strict";
import { isIssuedBy } from "../../core/x509/certificate.ts";
import { newBenchCa } from "./ca_material.ts";

Deno.test("newBenchCa() makes a root, and an intermediate CA that it certifies", async () => {
  const root = await newBenchCa("P-256", "Root");
  const intermediate = await newBenchCa("P-256", "Intermediate", root);
  assert.equal(await isIssuedBy(root.certificate, root.certificate), true);
  assert.equal(await isIssuedBy(intermediate.certificate, root.certificate), true);
  assert.equal(await isIssuedBy(intermediate.certificate, intermediate.certificate), false);
  assert.deepEqual([root.certificate.isCa, intermediate.certificate.isCa], [true, true]);
  assert.equal(root.key.publicKey.curve, "P-256");
});
