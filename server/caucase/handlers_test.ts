import assert from "node:assert/strict";
import { type Bytes, utf8 } from "../../core/bytes.ts";
import { decodePem, encodePem, PEM_LABEL } from "../../core/pem.ts";
import { certificateFromPem, isIssuedBy } from "../../core/x509/certificate.ts";
import { crlFromPem, parseCrl } from "../../core/x509/crl.ts";
import { isAutoSigned } from "../../core/profiles/policies.ts";
import { commonNameOf } from "../../core/x509/name.ts";
import {
  certify,
  CSR_TYPE,
  fetchCertificate,
  firstUser,
  holderOf,
  JSON_TYPE,
  revokeSerial,
  submit,
} from "../../tests/support/desk.ts";
import { newEcKey, NOW } from "../../tests/support/issuing.ts";
import { csrFor, renewalBody, revocationBody, unsignedBody } from "../../tests/support/requests.ts";
import { newTestApp } from "../../tests/support/test_app.ts";

/** The same request in forms that are all to be returned byte for byte. */
async function requestsInAllForms(): Promise<Record<string, Bytes>> {
  const plain = new TextDecoder().decode(await csrFor(await newEcKey()));
  const block = decodePem(plain)[0];
  assert.ok(block);
  const asNew = encodePem(PEM_LABEL.NEW_CSR, block.der);
  const oneLine = `-----BEGIN CERTIFICATE REQUEST-----\n${block.der.toBase64()}\n-----END CERTIFICATE REQUEST-----`;
  const forms = {
    "as openssl writes it": plain,
    "text around it": `Certificate Request:\n    Data:\n\tVersion: 1\n${plain}\n\nbye`,
    "CRLF": plain.replaceAll("\n", "\r\n"),
    "lines that end in CR": plain.replaceAll("\n", "\r"),
    "NEW CERTIFICATE REQUEST": asNew,
    "one long line and no line end": oneLine,
    "another block beside it": encodePem("EC PARAMETERS", new Uint8Array([5, 0])) + plain,
  };
  return Object.fromEntries(Object.entries(forms).map(([name, text]) => [name, utf8(text)]));
}

Deno.test("PUT csr stores a request that GET csr/{id} gives back byte for byte", async () => {
  const app = await newTestApp();
  for (const [form, bytes] of Object.entries(await requestsInAllForms())) {
    const id = await submit(app, "cas", bytes);
    const { status, headers, bytes: stored } = await app.ask("GET", `/cas/csr/${id}`);
    assert.equal(status, 200, form);
    assert.equal(headers["content-type"], "application/pkcs10");
    assert.deepEqual([...stored], [...bytes], form);
    assert.equal(await submit(app, "cas", bytes), id, "the same bytes again have the same id");
  }
});

Deno.test("GET csr lists pending requests for a user, with ids as texts", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  const empty = await app.ask("GET", "/cas/csr", { as: user });
  assert.deepEqual([empty.status, empty.text], [200, "[]"]);
  assert.equal(empty.headers["content-type"], "application/json");
  assert.equal(empty.headers["cache-control"], "private");
  const expected: { id: string; csr: string }[] = [];
  for (const bytes of Object.values(await requestsInAllForms())) {
    expected.push({ id: await submit(app, "cas", bytes), csr: new TextDecoder().decode(bytes) });
  }
  const order = (a: { id: string }, b: { id: string }) => BigInt(a.id) < BigInt(b.id) ? -1 : 1;
  assert.deepEqual(JSON.parse((await app.ask("GET", "/cas/csr", { as: user })).text), expected.toSorted(order));
  assert.equal((await app.ask("GET", "/cau/csr", { as: user })).text, "[]", "the other CA has none");
});

Deno.test("PUT crt/{id} signs what was asked for, and names the user for the access log", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  assert.equal(isAutoSigned(user.certificate), true);
  const id = await submit(app, "cas", await csrFor(await newEcKey(), "web"));
  assert.equal((await app.ask("GET", `/cas/crt/${id}`)).status, 404, "pending");
  const answer = await app.answer("PUT", `/cas/crt/${id}`, { as: user });
  assert.deepEqual([answer.status, answer.user], [204, `${user.certificate.serial}`]);
  const { status, headers, text } = await app.ask("GET", `/cas/crt/${id}`);
  assert.deepEqual([status, headers["content-type"]], [200, "application/pkix-cert"]);
  const certificate = await certificateFromPem(text);
  assert.equal(commonNameOf(certificate.subject), "web");
  assert.equal(isAutoSigned(certificate), false);
  assert.equal((await app.ask("GET", `/cas/csr/${id}`)).status, 200, "the request stays");
  assert.equal((await app.ask("PUT", `/cas/crt/${id}`, { as: user })).status, 404, "signed once");
});

Deno.test("PUT crt/{id} with a template takes all but the key from it", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  const key = await newEcKey();
  const id = await submit(app, "cas", await csrFor(key, "asked"));
  const template = await csrFor(await newEcKey(), "granted");
  assert.equal((await app.ask("PUT", `/cas/crt/${id}`, { as: user, headers: CSR_TYPE, body: template })).status, 204);
  const certificate = await certificateFromPem(await fetchCertificate(app, "cas", id));
  assert.equal(commonNameOf(certificate.subject), "granted");
  assert.equal(certificate.publicKey.keyId, key.publicKey.keyId);
});

Deno.test("DELETE csr/{id} rejects a pending request, once", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  const id = await submit(app, "cas", await csrFor(await newEcKey()));
  const answer = await app.answer("DELETE", `/cas/csr/${id}`, { as: user });
  assert.deepEqual([answer.status, answer.user], [204, `${user.certificate.serial}`]);
  const again = await app.answer("DELETE", `/cas/csr/${id}`, { as: user });
  assert.deepEqual([again.status, again.user], [404, `${user.certificate.serial}`], "also of what was refused");
  for (const [method, path] of [["DELETE", "csr"], ["GET", "csr"], ["GET", "crt"], ["PUT", "crt"]] as const) {
    assert.equal((await app.ask(method, `/cas/${path}/${id}`, { as: user })).status, 404, `${method} ${path}`);
  }
  const signed = await submit(app, "cas", await csrFor(await newEcKey()));
  await app.ask("PUT", `/cas/crt/${signed}`, { as: user });
  assert.equal((await app.ask("DELETE", `/cas/csr/${signed}`, { as: user })).status, 404, "signed already");
});

Deno.test("PUT crt/renew gives the holder a certificate for a new key; the same message again gives the same one", async () => {
  const app = await newTestApp();
  const old = await certify(app, await firstUser(app));
  const key = await newEcKey();
  const body = await renewalBody(old.cert, old.privateKey, await csrFor(key, "other-name"));
  const { status, headers, text } = await app.ask("PUT", "/cas/crt/renew", { headers: JSON_TYPE, body });
  assert.deepEqual([status, headers["content-type"]], [200, "application/pkix-cert"], text);
  const renewed = await holderOf(key, text);
  assert.deepEqual(renewed.certificate.subject, old.certificate.subject);
  assert.equal(renewed.certificate.publicKey.keyId, key.publicKey.keyId);
  assert.notEqual(renewed.certificate.serial, old.certificate.serial);
  assert.equal((await app.ask("PUT", "/cas/crt/renew", { headers: JSON_TYPE, body })).text, text);
});

Deno.test("PUT crt/revoke takes a holder's word, a user's word, and a serial number", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  const [own, other, bare] = [await certify(app, user), await certify(app, user), await certify(app, user)];
  const revoke = (body: string, as?: typeof user) =>
    app.answer("PUT", "/cas/crt/revoke", { headers: JSON_TYPE, body, ...(as && { as }) });
  const serial = `${user.certificate.serial}`;
  assert.deepEqual(await revoke(await revocationBody(own.cert, own.privateKey)), {
    status: 204,
    headers: { Vary: "Origin" },
  });
  const byUser = await revoke(unsignedBody(JSON.stringify({ revoke_crt_pem: other.cert })), user);
  assert.deepEqual([byUser.status, byUser.user], [204, serial]);
  assert.equal((await revokeSerial(app, user, { serial: bare.certificate.serial })).status, 204);
  for (const extreme of [0n, 2n ** 53n + 1n, 2n ** 159n - 1n]) {
    assert.equal((await revokeSerial(app, user, { serial: extreme })).status, 204, `${extreme}`);
  }
  const crl = await crlFromPem((await app.ask("GET", "/cas/crl")).text);
  assert.equal(crl.entryCount, 6);
  const serials = [own, other, bare].map(({ certificate }) => certificate.serial);
  for (const each of [...serials, 0n, 2n ** 53n + 1n, 2n ** 159n - 1n]) assert.ok(crl.revoked(each), `${each}`);
  assert.equal(crl.revoked(2n ** 53n), false, "the neighbour that a double would take");
});

Deno.test("GET crl/{id} finds the CRL by the decimal key identifier of its CA, in PEM and DER", async () => {
  const app = await newTestApp();
  for (const ca of ["cau", "cas"] as const) {
    const id = BigInt(`0x${app.seeded[ca].certificate.keyIdentifier}`);
    const pem = await app.ask("GET", `/${ca}/crl/${id}`);
    const der = await app.ask("GET", `/${ca}/crl/${id}.der`);
    assert.deepEqual([pem.status, der.status], [200, 200]);
    assert.equal(pem.headers["content-type"], "application/pkix-crl");
    assert.equal(pem.text, (await app.ask("GET", `/${ca}/crl`)).text, "there is one CA certificate");
    assert.deepEqual((await crlFromPem(pem.text)).der, (await parseCrl(der.bytes)).der);
    const accepted = await app.ask("GET", `/${ca}/crl/${id}`, { headers: { accept: "application/pkix-crl" } });
    assert.deepEqual(accepted.bytes, der.bytes);
    const tag = accepted.headers["etag"] ?? "";
    const again = { accept: "application/pkix-crl", "if-none-match": tag };
    assert.equal((await app.ask("GET", `/${ca}/crl/${id}`, { headers: again })).status, 304);
    assert.match(accepted.headers["vary"] ?? "", /Accept.*Origin|Origin.*Accept/);
    assert.equal((await app.ask("GET", `/${ca === "cau" ? "cas" : "cau"}/crl/${id}`)).status, 404, "the other CA's");
  }
});

Deno.test("GET ca.crt.pem is the oldest valid CA certificate alone; ca.crt.json the chain from it", async () => {
  const app = await newTestApp();
  for (const ca of ["cau", "cas"] as const) {
    const { status, headers, text } = await app.ask("GET", `/${ca}/crt/ca.crt.pem`);
    assert.deepEqual([status, headers["content-type"]], [200, "application/x-x509-ca-cert"]);
    const certificate = await certificateFromPem(text);
    assert.deepEqual(certificate.der, app.seeded[ca].certificate.der);
    assert.ok(await isIssuedBy(certificate, certificate) && certificate.notBefore === NOW - 10);
    const chain = await app.ask("GET", `/${ca}/crt/ca.crt.json`);
    assert.deepEqual([chain.status, chain.headers["content-type"], chain.text], [200, "application/json", "[]"]);
  }
});
