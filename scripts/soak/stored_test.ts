import assert from "node:assert/strict";
import { certificateToPem } from "../../core/x509/certificate.ts";
import { testKey } from "../../tests/support/keys.ts";
import { userDatabase } from "../../tests/support/user_database.ts";
import { digestOf } from "./job.ts";
import { lookUp } from "./stored.ts";

Deno.test("lookUp() counts what was acknowledged and is not there", async () => {
  await using database = await userDatabase();
  const certificate = await database.addUser((await testKey("P-256")).publicKey);
  database.revoke(certificate);
  for (const table of ["crt", "revoked"]) {
    database.writer.exec(`INSERT INTO cas${table} SELECT * FROM cau${table}`);
  }
  const digest = await digestOf(certificateToPem(certificate));
  const serial = `${certificate.serial}`;
  assert.deepEqual(await lookUp(database.path, { certificates: [digest], revoked: [serial] }), {
    missingCertificates: 0,
    missingRevocations: 0,
    integrity: ["ok"],
  });
  const lost = { certificates: [digest, await digestOf("lost")], revoked: ["1", "2", serial] };
  const { missingCertificates, missingRevocations } = await lookUp(database.path, lost);
  assert.deepEqual([missingCertificates, missingRevocations], [1, 2]);
});
