/** What counts as made by our own code, of all that lies in a test's folder. */
import assert from "node:assert/strict";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { certificateToPem } from "../../core/x509/certificate.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { NOW } from "../support/issuing.ts";
import { type KeptFolder, readFolder } from "../support/kept_certificates.ts";
import { testKey } from "../support/keys.ts";
import { newIssuer, type SeededCa } from "../support/seeded_issuers.ts";
import { certificateDer, crlDer } from "../support/structures.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { userDatabase } from "../support/user_database.ts";
import { specimensOf } from "./kept.ts";

function pemOf({ certificate }: SeededCa): string {
  return certificateToPem(certificate);
}

async function crlPem({ key, certificate }: SeededCa): Promise<string> {
  return encodePem(PEM_LABEL.CRL, await crlDer(await signerFor(key), { issuer: certificate.subject }));
}

Deno.test("specimensOf() takes the certificates of a database and who signed them", async () => {
  await using database = await userDatabase();
  const user = await database.addUser((await testKey("P-256")).publicKey);
  database.writer.close();
  const specimens = await specimensOf(await readFolder(database.folder.path));
  assert.deepEqual(specimens.map(({ kind }) => kind).toSorted(), ["CA", "CA", "CA", "user"]);
  const [specimen] = specimens.filter(({ kind }) => kind === "user");
  assert.deepEqual([specimen?.der, specimen?.issuer], [user.der, database.ca.certificate.der]);
});

Deno.test("specimensOf() leaves out what another signed, what is no certificate, and users' files", async () => {
  const [ours, rogue] = [await newIssuer("cau"), await newIssuer("cau")];
  const signer = await signerFor(rogue.key);
  const forged = encodePem(PEM_LABEL.CERTIFICATE, await certificateDer(signer, { issuer: ours.certificate.subject }));
  const damaged = encodePem(PEM_LABEL.CERTIFICATE, Uint8Array.of(0x30, 0));
  const kept: KeptFolder = {
    databases: [{ ca: "cau", authorities: [pemOf(ours)], certificates: [forged, damaged, "nothing"] }],
    files: { "rogue.crl": await crlPem(rogue), "rogue.pem": pemOf(rogue), "broken": "-----BEGIN X509 CRL-----\n" },
  };
  assert.deepEqual((await specimensOf(kept)).map(({ kind }) => kind), ["CA"]);
});

Deno.test("specimensOf() takes CRLs from files, and what the HTTP CA signed", async () => {
  const [cas, http] = [await newIssuer("cas"), await newIssuer("http_cas")];
  const https = await certificateDer(await signerFor(http.key), { issuer: http.certificate.subject, notBefore: NOW });
  const specimens = await specimensOf({
    databases: [
      { ca: "cas", authorities: [pemOf(cas)], certificates: [] },
      { ca: "http_cas", authorities: [pemOf(http)], certificates: [] },
    ],
    files: { "crl.pem": await crlPem(cas), "server.key.pem": encodePem(PEM_LABEL.CERTIFICATE, https) },
  });
  assert.deepEqual(specimens.map(({ kind }) => kind), ["CA", "CA", "CRL", "HTTPS"]);
});

Deno.test("readFolder() reads databases and PEM files in all folders, and nothing that is no file", async () => {
  await using folder = await tempFolder();
  const pem = pemOf(await newIssuer("cas"));
  await Deno.mkdir(`${folder.path}/inner`);
  await Deno.writeTextFile(`${folder.path}/inner/ca.pem`, `text\n${pem}`);
  await Deno.writeTextFile(`${folder.path}/notes`, "no certificate");
  await Deno.writeTextFile(`${folder.path}/damaged.sqlite`, "SQLite format 3\0 and no more");
  await Deno.symlink("/dev/zero", `${folder.path}/endless`);
  assert.deepEqual(await readFolder(folder.path), { databases: [], files: { "inner/ca.pem": `text\n${pem}` } });
});
