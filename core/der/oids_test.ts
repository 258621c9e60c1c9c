import assert from "node:assert/strict";
import { OID, oidDer } from "./oids.ts";
import { derOid } from "./writer.ts";

Deno.test("oidDer() gives what derOid() gives, for known and unknown ones", () => {
  for (const oid of [...Object.values(OID), "1.2.3.4", "2.25.285541874270823339875695650038637483517.0"]) {
    assert.deepEqual(oidDer(oid), derOid(oid));
  }
});
