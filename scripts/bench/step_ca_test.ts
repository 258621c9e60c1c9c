import assert from "node:assert/strict";
import * as v from "valibot";
import { configuration } from "./step_ca.ts";

const Configuration = v.looseObject({
  address: v.string(),
  db: v.looseObject({ type: v.string(), dataSource: v.string() }),
  authority: v.object({
    claims: v.record(v.string(), v.string()),
    provisioners: v.array(v.looseObject({ type: v.string(), name: v.string(), key: v.record(v.string(), v.string()) })),
  }),
});

Deno.test("configuration() listens on the machine itself, keeps a database, and signs for 90 days", () => {
  const { address, db, authority } = v.parse(Configuration, configuration(12345, { kty: "EC", x: "1", y: "2" }));
  assert.equal(address, "127.0.0.1:12345");
  assert.deepEqual([db.type, db.dataSource], ["badgerv2", "db"]);
  assert.equal(authority.claims["defaultTLSCertDuration"], "2160h");
  assert.equal(authority.claims["maxTLSCertDuration"], "2160h");
  const [provisioner, ...others] = authority.provisioners;
  assert.equal(provisioner?.type, "JWK");
  assert.equal(provisioner?.key["kid"], provisioner?.name);
  assert.deepEqual(others, []);
});
