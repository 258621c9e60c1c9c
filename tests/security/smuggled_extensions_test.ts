/** What a request asks for beyond its rights never gets into a certificate, on whichever way the request comes. */
import assert from "node:assert/strict";
import { utf8 } from "../../core/bytes.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { type Certificate, certificateFromPem } from "../../core/x509/certificate.ts";
import { derImplicit, derOid, derSequence } from "../../core/der/writer.ts";
import { type Extension } from "../../core/x509/extension.ts";
import { dnsName, subjectAltNameExtension } from "../../core/x509/general_name.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import { OID } from "../../core/der/oids.ts";
import { policiesExtension } from "../../core/profiles/policies.ts";
import { signerFor } from "../../core/keys/signer.ts";
import {
  authorityKeyIdentifierExtension,
  basicConstraints,
  crlDistributionPoints,
  extendedKeyUsage,
  keyUsage,
  nameConstraints,
  subjectKeyIdentifierExtension,
} from "../../core/x509/standard_extensions.ts";
import { holderFrom, runAgedServer } from "../support/aged_server.ts";
import { holderOf, JSON_TYPE } from "../support/desk.ts";
import { newEcKey } from "../support/issuing.ts";
import { csrFor, renewalBody } from "../support/requests.ts";
import { certificateDer } from "../support/structures.ts";
import { request, signed, unknown, WAYS } from "./smuggled_requests.ts";

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const ANY_PURPOSE = "2.5.29.37.0";
const policies = (...oids: readonly string[]) => oids.map((oid) => ({ oid, qualifiers: undefined }));

/** More than anybody may have. */
function greed(ca: Certificate): Extension[] {
  const elsewhere = derSequence(
    derSequence(derOid("1.3.6.1.5.5.7.48.1"), derImplicit(6, utf8("http://mallory.example/"))),
  );
  return [
    basicConstraints({ pathLength: 5 }),
    keyUsage([0, 5, 6], true),
    extendedKeyUsage([SERVER_AUTH, OID.OCSP_SIGNING, ANY_PURPOSE], false),
    policiesExtension(
      policies("1.2.3", "1.3.6.1.4.1.37476.9000.70.0.0", "2.25.285541874270823339875695650038637483517.0"),
      true,
    ),
    nameConstraints("mallory.example"),
    crlDistributionPoints("http://mallory.example/crl"),
    subjectKeyIdentifierExtension(ca.keyIdentifier),
    authorityKeyIdentifierExtension("00".repeat(20)),
    subjectAltNameExtension([dnsName("host1.example.com")], true),
    unknown("1.3.6.1.5.5.7.1.1", elsewhere), // authorityInfoAccess
    unknown("1.3.6.1.5.5.7.48.1.5", Uint8Array.of(5, 0)), // id-pkix-ocsp-nocheck
    unknown("2.5.29.33", derSequence()), // policyMappings
    unknown("2.5.29.54", Uint8Array.of(2, 1, 0)), // inhibitAnyPolicy
    unknown("2.5.29.46", derSequence()), // freshestCRL
    unknown("2.16.840.1.113730.1.1", Uint8Array.of(3, 2, 0, 7)), // Netscape: a CA for everything
    unknown("1.2.3.4.5", Uint8Array.of(5, 0)),
  ];
}

/** What remains of that: type, criticality and value of each extension, in hexadecimal. */
function modesty(ca: Certificate, keyId: string): string[] {
  const point = `http://ca.example.com:8009/cas/crl/${BigInt(`0x${ca.keyIdentifier}`)}`;
  return [
    "2.5.29.19 critical 3000",
    `2.5.29.14 0414${keyId}`,
    `2.5.29.35 30168014${ca.keyIdentifier}`,
    `2.5.29.31 ${crlDistributionPoints(point).value.toHex()}`,
    "2.5.29.15 critical 03020780",
    // serverAuth, anyExtendedKeyUsage
    "2.5.29.37 301006082b060105050703010604551d2500",
    `2.5.29.17 critical 30138211${utf8("host1.example.com").toHex()}`,
    // 1.2.3
    "2.5.29.32 critical 3006300406022a03",
  ];
}

function shown({ extensions }: Certificate): string[] {
  return extensions.map(({ oid, critical, value }) => `${oid}${critical ? " critical" : ""} ${value.toHex()}`);
}

Deno.test("a request or template that asks for everything gets what anybody may have, and nothing of the rest", async (t) => {
  await using aged = await runAgedServer();
  const user = await holderFrom(aged.cau);
  const ca = aged.cas.certificate;
  for (const [name, way] of Object.entries(WAYS)) {
    await t.step(name, async () => {
      const { certificate } = await way(aged, user, { extensions: greed(ca) });
      assert.ok(certificate);
      const { keyId } = certificate.publicKey;
      assert.deepEqual(shown(certificate), modesty(ca, keyId));
      assert.equal(certificate.isCa, false);
    });
  }
});

Deno.test("a certificate of a former CA that has everything is renewed without it; the new request says nothing", async () => {
  await using aged = await runAgedServer();
  const { server, cas } = aged;
  const ca = cas.certificate;
  const mark = "1.3.6.1.4.1.37476.9000.70.0.0";
  const key = await newEcKey();
  const now = ca.notAfter - 1000;
  const der = await certificateDer(await signerFor(cas.key), {
    serial: 1n << 140n,
    issuer: ca.subject,
    subject: commonNameDer("mallory"),
    ...{ notBefore: ca.notBefore, notAfter: now },
    spki: key.publicKey.spki,
    extensions: greed(ca).filter(({ oid }) => oid !== OID.AUTHORITY_KEY_IDENTIFIER),
  });
  const old = await holderOf(key, encodePem(PEM_LABEL.CERTIFICATE, der));
  const { key: newKey, csr } = await request({ extensions: [basicConstraints({}), keyUsage([1, 5], true)] });
  const body = await renewalBody(old.cert, old.privateKey, utf8(csr));
  const { status, text } = await server.ask("PUT", "/cas/crt/renew", { headers: JSON_TYPE, body });
  assert.equal(status, 200, text);
  const certificate = await certificateFromPem(text);
  const { keyId } = newKey.publicKey;
  const expected = modesty(ca, keyId);
  // Its mark, under either arc, stays for life, and stands there once.
  const both = policiesExtension(policies("1.2.3", mark), true).value.toHex();
  assert.deepEqual(shown(certificate), expected.with(-1, `2.5.29.32 critical ${both}`));
});

Deno.test("a user who is called like the CA can sign nobody in its name", async () => {
  await using aged = await runAgedServer();
  const { server, cau } = aged;
  const { subject } = cau.certificate;
  const { key, csr } = await request({ subject, extensions: greed(cau.certificate) });
  const { certificate } = await signed(aged, await holderFrom(cau), { csr, ca: "cau" });
  assert.ok(certificate);
  assert.deepEqual([certificate.subject, certificate.issuer], [subject, subject]);
  const namesake = { key, certificate };
  for (const keyIdentifier of [certificate.publicKey.keyId, cau.certificate.keyIdentifier]) {
    const victim = await holderFrom({ ...namesake, certificate: { ...certificate, keyIdentifier } });
    assert.equal((await server.ask("GET", "/cau/csr", { as: victim })).status, 401);
    const body = await renewalBody(victim.cert, victim.privateKey, await csrFor(await newEcKey()));
    assert.equal((await server.ask("PUT", "/cau/crt/renew", { headers: JSON_TYPE, body })).status, 400);
  }
});
