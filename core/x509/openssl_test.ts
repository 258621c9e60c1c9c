/** Cross-checks with OpenSSL: what it makes we read, what we make it accepts, and both see the same. */
import assert from "node:assert/strict";
import { decodePem, encodePem, PEM_LABEL } from "../pem.ts";
import { type Certificate, certificateFromPem, isIssuedBy } from "./certificate.ts";
import { crlFromPem, isCrlSignedBy } from "./crl.ts";
import { buildCsr, csrFromPem, verifyCsr } from "./csr.ts";
import { utf8 } from "../bytes.ts";
import { derInteger } from "../der/writer.ts";
import { commonNameDer, nameToText } from "./name.ts";
import { OID } from "../der/oids.ts";
import { isPrivateKeyBlock, privateKeyFromPem, privateKeyToPem } from "../keys/private_key.ts";
import type { Extension } from "./extension.ts";
import { verifyMessageBytes } from "../keys/verify_signature.ts";
import { rsaPss } from "../keys/signature_algorithm.ts";
import { messageSignerFor, signerFor } from "../keys/signer.ts";
import { TEST_KEY_KINDS, testKey } from "../../tests/support/keys.ts";
import { runCommand } from "../../tests/support/process.ts";
import { opensslPath } from "../../tests/support/requirements.ts";
import { NOW } from "../../tests/support/issuing.ts";
import { certificateDer, crlDer, crlEntry } from "../../tests/support/structures.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";

const IS_CA: Extension = { oid: OID.BASIC_CONSTRAINTS, critical: true, value: Uint8Array.fromHex("30030101ff") };

const OPENSSL = opensslPath();

interface OpensslFolder {
  run(...args: string[]): Promise<string>;
  write(name: string, content: string | Uint8Array): Promise<void>;
  read(name: string): Promise<string>;
}

/** A test in a folder of its own where `openssl` runs. */
function withOpenssl(name: string, test: (bench: OpensslFolder) => Promise<void>): void {
  Deno.test({
    name,
    ignore: OPENSSL === undefined,
    fn: async () => {
      await using folder = await tempFolder();
      const file = (name: string) => `${folder.path}/${name}`;
      await test({
        run: async (...args) => {
          const { status, out, err } = await runCommand([OPENSSL ?? "", ...args], { cwd: folder.path });
          assert.equal(status, 0, `openssl ${args.join(" ")}: ${err}`);
          return out;
        },
        write: (name, content) => Deno.writeFile(file(name), typeof content === "string" ? utf8(content) : content),
        read: (name) => Deno.readTextFile(file(name)),
      });
    },
  });
}

const MAKE: Record<string, readonly string[]> = {
  "PKCS#8 RSA": ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
  "PKCS#1 RSA": ["genrsa", "-traditional", "2048"],
  "RSA with the exponent 3": ["genrsa", "-3", "2048"],
  "SEC1 on P-256, with its parameters": ["ecparam", "-name", "prime256v1", "-genkey"],
  "SEC1 on P-384": ["ecparam", "-name", "secp384r1", "-genkey", "-noout"],
  "PKCS#8 on P-521": ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
  "PKCS#8 Ed25519": ["genpkey", "-algorithm", "ED25519"],
};

for (const [name, command] of Object.entries(MAKE)) {
  withOpenssl(`a key, certificate and request by openssl (${name}) are read`, async ({ run, write, read }) => {
    const [verb = "", ...options] = command;
    await write("key.pem", await run(verb, ...options));
    await run(
      "req",
      "-new",
      "-key",
      "key.pem",
      "-subj",
      "/CN=a/O=b",
      "-addext",
      "subjectAltName=DNS:a.example",
      "-out",
      "csr.pem",
    );
    await run("req", "-new", "-x509", "-key", "key.pem", "-subj", "/CN=a", "-days", "2", "-out", "crt.pem");
    const block = decodePem(await read("key.pem")).find(isPrivateKeyBlock);
    assert.ok(block);
    const { publicKey } = await privateKeyFromPem(block);
    assert.equal(encodePem("PUBLIC KEY", publicKey.spki), await run("pkey", "-in", "key.pem", "-pubout"));
    const request = await csrFromPem(utf8(await read("csr.pem")));
    await verifyCsr(request);
    assert.deepEqual(request.publicKey, publicKey);
    assert.deepEqual(request.extensions.map(({ oid }) => oid), [OID.SUBJECT_ALT_NAME]);
    assert.equal(nameToText(request.subject), "O=b,CN=a");
    const certificate = await certificateFromPem(await read("crt.pem"));
    assert.ok(certificate.isCa && await isIssuedBy(certificate, certificate));
    assert.equal(certificate.keyIdentifier, publicKey.keyId);
    assert.equal(certificate.notAfter - certificate.notBefore, 2 * 86400);
  });
}

withOpenssl("a certificate that openssl signed with RSASSA-PSS verifies", async ({ run, read }) => {
  const pss = ["-sha384", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:99"];
  await run(
    "req",
    "-new",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    "k",
    "-subj",
    "/CN=a",
    ...pss,
    "-out",
    "crt.pem",
  );
  const certificate = await certificateFromPem(await read("crt.pem"));
  assert.deepEqual(certificate.signatureAlgorithm, rsaPss("SHA-384", 99));
  assert.ok(await isIssuedBy(certificate, certificate));
});

withOpenssl("a signature over a message verifies with openssl, and openssl's with ours", async ({ run, write }) => {
  const key = await testKey("RSA");
  const data = utf8("message");
  await write("message", data);
  await write("key.pem", privateKeyToPem(key));
  await write("signature", await (await messageSignerFor(key)).sign(data));
  const pss = [
    "-sha256",
    "-sigopt",
    "rsa_padding_mode:pss",
    "-sigopt",
    "rsa_pss_saltlen:222",
    "-sigopt",
    "rsa_mgf1_md:sha256",
  ];
  assert.match(await run("dgst", ...pss, "-prverify", "key.pem", "-signature", "signature", "message"), /Verified OK/);
  const hex = await run("dgst", ...pss, "-sign", "key.pem", "-hex", "message");
  const signature = Uint8Array.fromHex(hex.trim().split(" ").at(-1) ?? "");
  assert.ok(await verifyMessageBytes(key.publicKey, { hash: "SHA-256", data, signature }));
});

for (const kind of TEST_KEY_KINDS) {
  withOpenssl(`openssl accepts our key, request, certificate and CRL of ${kind}`, async ({ run, write }) => {
    const key = await testKey(kind);
    const signer = await signerFor(key);
    const subject = commonNameDer("ca");
    await write("key.pem", privateKeyToPem(key));
    await write("csr.pem", await buildCsr({ subject, extensions: [IS_CA] }, signer));
    await write("crt.pem", encodePem(PEM_LABEL.CERTIFICATE, await certificateDer(signer, { extensions: [IS_CA] })));
    const number = { oid: OID.CRL_NUMBER, critical: false, value: derInteger(7) };
    const crl = await crlDer(signer, { entries: [crlEntry(255n, NOW)], extensions: [number] });
    await write("crl.pem", encodePem(PEM_LABEL.CRL, crl));
    assert.equal(await run("pkey", "-in", "key.pem", "-pubout"), encodePem("PUBLIC KEY", key.publicKey.spki));
    await run("req", "-in", "csr.pem", "-verify", "-noout");
    await run("verify", "-attime", `${NOW + 1}`, "-check_ss_sig", "-CAfile", "crt.pem", "crt.pem");
    assert.match(await run("crl", "-in", "crl.pem", "-CAfile", "crt.pem", "-text", "-noout"), /Serial Number: FF/);
  });
}

withOpenssl("a CRL by openssl says what we read", async ({ run, write, read }) => {
  await run(
    "req",
    "-new",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    "key.pem",
    "-subj",
    "/CN=ca",
    "-out",
    "ca.pem",
  );
  const database = [1, 2, 3].map((serial) =>
    `R\t300101000000Z\t26010100000${serial}Z,superseded\t0${serial}\tunknown\t/CN=x\n`
  );
  await write("index.txt", database.join(""));
  await write("number", "0A\n");
  const settings = "database=index.txt\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=30\ncrl_extensions=e\n";
  await write("ca.cnf", `[ca]\ndefault_ca=c\n[c]\n${settings}[e]\nauthorityKeyIdentifier=keyid\n`);
  await run("ca", "-config", "ca.cnf", "-gencrl", "-keyfile", "key.pem", "-cert", "ca.pem", "-out", "crl.pem");
  const ca: Certificate = await certificateFromPem(await read("ca.pem"));
  const crl = crlFromPem(await read("crl.pem"));
  assert.ok(await isCrlSignedBy(crl, ca));
  assert.deepEqual([...crl.entries()].map(({ serial }) => serial), [1n, 2n, 3n]);
  assert.equal([...crl.entries()].at(-1)?.revocationDate, Date.parse("2026-01-01T00:00:03Z") / 1000);
  assert.deepEqual([crl.number, crl.authorityKeyIdentifier], [10n, ca.subjectKeyIdentifier]);
});
