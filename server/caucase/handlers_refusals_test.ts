/** Every way in which a request can be wrong, and what each is answered with. */
import assert from "node:assert/strict";
import { utf8 } from "../../core/bytes.ts";
import { messageToJson, signMessage } from "../../core/protocol/envelope.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { buildCsr } from "../../core/x509/csr.ts";
import { certificateToPem } from "../../core/x509/certificate.ts";
import { derElement, derSequence } from "../../core/der/writer.ts";
import { parsePrivateKeyDer, type PrivateKey } from "../../core/keys/private_key.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import { signerFor } from "../../core/keys/signer.ts";
import {
  certify,
  CSR_TYPE,
  firstUser,
  type Holder,
  JSON_TYPE,
  revokeSerial,
  submit,
} from "../../tests/support/desk.ts";
import { LIFE_SPAN, newEcKey } from "../../tests/support/issuing.ts";
import { csrFor, renewalBody, revocationBody, unsignedBody } from "../../tests/support/requests.ts";
import { newTestApp, type TestApp } from "../../tests/support/test_app.ts";

type Body = string | Uint8Array<ArrayBuffer>;

async function putJson(app: TestApp, path: string, { body, as }: { body: Body; as?: Holder }) {
  return await app.ask("PUT", path, { headers: JSON_TYPE, body, ...(as && { as }) });
}

/** A message with `payload` that `key` signed, some members changed. */
async function message(payload: string, key: PrivateKey, changes: Record<string, unknown> = {}): Promise<string> {
  return JSON.stringify({ ...messageToJson(await signMessage(payload, key)), ...changes });
}

/** RSA of 1024 bits, which we would not make. */
async function weakKey(): Promise<PrivateKey> {
  const exponent = { modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]) };
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", ...exponent };
  const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  return await parsePrivateKeyDer(new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey)));
}

async function badRequests(): Promise<Record<string, Body>> {
  const key = await newEcKey();
  const pem = new TextDecoder().decode(await csrFor(key));
  const signer = await signerFor(key);
  const notUtf8 = derSequence(derElement(0x31, derSequence(new Uint8Array([6, 3, 85, 4, 3, 12, 1, 0xff]))));
  // One set of 200 000 attributes: as arguments of one call they would exhaust the stack.
  const attributes = new Uint8Array([0x30, 8, 6, 3, 85, 4, 3, 12, 1, 0x61]).toHex().repeat(200_000);
  const huge = derSequence(derElement(0x31, Uint8Array.fromHex(attributes)));
  const foreign = { ...signer, publicKey: (await newEcKey()).publicKey };
  const weak = await signerFor(await weakKey());
  return {
    "nothing": "",
    "garbage": "garbage",
    "a certificate": encodePem(PEM_LABEL.CERTIFICATE, new Uint8Array([0x30, 0])),
    "two requests": pem + pem,
    "half a request": pem.slice(0, pem.length / 2),
    "a broken block beside it": `-----BEGIN X-----\n%\n-----END X-----\n${pem}`,
    "a byte above 0x7f beside it": utf8(`é ${pem}`),
    "DER instead of PEM": new Uint8Array([0x30, 0x82, 1, 0]),
    "an empty structure": encodePem(PEM_LABEL.CSR, new Uint8Array([0x30, 0])),
    "a signature of another key": await buildCsr({ subject: commonNameDer("a"), extensions: [] }, foreign),
    "a name that is not UTF-8": await buildCsr({ subject: notUtf8, extensions: [] }, signer),
    "a name of megabytes": await buildCsr({ subject: huge, extensions: [] }, signer),
    "a weak key": await buildCsr({ subject: commonNameDer("a"), extensions: [] }, weak),
  };
}

Deno.test("PUT csr refuses what is no acceptable request with 400 and the reason", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  for (const [what, body] of Object.entries(await badRequests())) {
    const { status, text, headers } = await app.ask("PUT", "/cas/csr", { body });
    assert.equal(status, 400, what);
    assert.equal(headers["content-type"], "text/plain; charset=utf-8");
    assert.match(text, /^[^\n]{10,200}\n$/, what);
  }
  assert.equal((await app.ask("GET", "/cas/csr", { as: user })).text, "[]", "nothing is stored");
});

Deno.test("PUT crt/{id} refuses a template that is no request, or of another type, and the request stays", async () => {
  const app = await newTestApp();
  const as = await firstUser(app);
  const id = await submit(app, "cas", await csrFor(await newEcKey()));
  const { "nothing": _, "a weak key": __, ...bad } = await badRequests();
  for (const [what, body] of Object.entries(bad)) {
    assert.equal((await app.ask("PUT", `/cas/crt/${id}`, { as, headers: CSR_TYPE, body })).status, 400, what);
  }
  const template = await csrFor(await newEcKey());
  for (const headers of [{}, JSON_TYPE]) {
    assert.equal((await app.ask("PUT", `/cas/crt/${id}`, { as, headers, body: template })).status, 400);
  }
  assert.equal((await app.ask("PUT", `/cas/crt/${id}`, { as })).status, 204);
});

Deno.test("ids that are no decimal integers are 400, those of nobody 404; ids of CRLs always 404", async () => {
  const app = await newTestApp();
  const as = await firstUser(app);
  const routes = [["GET", "csr"], ["DELETE", "csr"], ["GET", "crt"], ["PUT", "crt"]] as const;
  for (const [method, path] of routes) {
    for (const id of ["abc", "1.5", "0x10", "1%20", "%00", "1e3", "ca.crt.der"]) {
      assert.equal((await app.ask(method, `/cas/${path}/${id}`, { as })).status, 400, `${method} ${path} ${id}`);
    }
    for (const id of ["0", "1", "-1", `${2n ** 63n - 1n}`, `${2n ** 63n}`, `${2n ** 64n}`, "9".repeat(500)]) {
      assert.equal((await app.ask(method, `/cas/${path}/${id}`, { as })).status, 404, `${method} ${path} ${id}`);
    }
  }
  for (const id of ["abc", "1", "-1", "0x1", "9".repeat(49), "9".repeat(5000), "1.pem", "%00"]) {
    assert.equal((await app.ask("GET", `/cas/crl/${id}`)).status, 404, id);
  }
});

/** Bodies that are no message, for both routes that take one. */
async function badMessages({ privateKey, cert }: Holder): Promise<Record<string, Body>> {
  const payload = JSON.stringify({ crt_pem: cert, revoke_crt_pem: cert, renew_csr_pem: "x" });
  const good = await message(payload, privateKey);
  return {
    "nothing": "",
    "no JSON": "{",
    "bytes that are not UTF-8": new Uint8Array([0x22, 0xff, 0x22]),
    "a list": "[]",
    "a number": "1",
    "null": "null",
    "brackets as deep as they go": "[".repeat(100_000) + "]".repeat(100_000),
    "objects as deep as they go": '{"digest":'.repeat(50_000) + "1" + "}".repeat(50_000),
    "a million digits": `{"digest": ${"9".repeat(1_000_000)}}`,
    "no members": "{}",
    "no payload": JSON.stringify({ ...JSON.parse(good), payload: undefined }),
    "no digest": JSON.stringify({ ...JSON.parse(good), digest: undefined }),
    "no signature": JSON.stringify({ ...JSON.parse(good), signature: undefined }),
    "a payload that is no text": JSON.stringify({ ...JSON.parse(good), payload: { crt_pem: cert } }),
    "a digest that is not allowed": await message(payload, privateKey, { digest: "sha1" }),
    "a digest from a prototype": await message(payload, privateKey, { digest: "constructor" }),
    "a digest of a megabyte": await message(payload, privateKey, { digest: "x".repeat(1_000_000) }),
    "another digest than was signed": await message(payload, privateKey, { digest: "sha512" }),
    "a signature that is not base64": await message(payload, privateKey, { signature: "%" }),
    "an empty signature": await message(payload, privateKey, { signature: "" }),
    "a payload that is no JSON": await message("{", privateKey),
    "a payload without members": await message("{}", privateKey),
    "a payload of brackets": await message("[".repeat(100_000) + "]".repeat(100_000), privateKey),
    "members that are no texts": await message('{"crt_pem":1,"renew_csr_pem":[],"revoke_crt_pem":{}}', privateKey),
    "a certificate that is none": await message('{"crt_pem":"x","renew_csr_pem":"x","revoke_crt_pem":"x"}', privateKey),
  };
}

Deno.test("PUT crt/renew and crt/revoke refuse what is no message with 400 and a short reason", async () => {
  const app = await newTestApp();
  const holder = await certify(app, await firstUser(app));
  for (const [what, body] of Object.entries(await badMessages(holder))) {
    for (const path of ["/cas/crt/renew", "/cas/crt/revoke"]) {
      const { status, text } = await putJson(app, path, { body });
      assert.equal(status, 400, `${path} with ${what}: ${text}`);
      assert.ok(text.length > 10 && text.length < 600, what);
    }
  }
  const body = await renewalBody(holder.cert, holder.privateKey, await csrFor(await newEcKey()));
  assert.equal((await app.ask("PUT", "/cas/crt/renew", { body })).status, 400, "no Content-Type");
  assert.deepEqual(app.faults, []);
});

Deno.test("PUT crt/renew refuses certificates that are not good, and words that are not their holder's", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  const [holder, other, revoked] = [await certify(app, user), await certify(app, user), await certify(app, user)];
  await revokeSerial(app, user, { serial: revoked.certificate.serial });
  const csr = await csrFor(await newEcKey());
  const caPem = certificateToPem(app.seeded.cas.certificate);
  const cases: [string, string][] = [
    ["not signed", unsignedBody(JSON.stringify({ crt_pem: holder.cert, renew_csr_pem: "x" }))],
    ["signed by somebody else", await renewalBody(holder.cert, other.privateKey, csr)],
    ["of the other CA", await renewalBody(user.cert, user.privateKey, csr)],
    ["revoked", await renewalBody(revoked.cert, revoked.privateKey, csr)],
    ["two certificates", await renewalBody(holder.cert + other.cert, holder.privateKey, csr)],
    ["a bad request", await renewalBody(holder.cert, holder.privateKey, utf8("garbage"))],
    [
      "a request beyond ASCII",
      await renewalBody(holder.cert, holder.privateKey, utf8(`é\n${new TextDecoder().decode(csr)}`)),
    ],
    ["the CA itself", await renewalBody(caPem, holder.privateKey, csr)],
  ];
  for (const [what, body] of cases) {
    assert.equal((await putJson(app, "/cas/crt/renew", { body })).status, 400, what);
  }
  app.clock.set(holder.certificate.notAfter + 1);
  const late = await renewalBody(holder.cert, holder.privateKey, csr);
  assert.equal((await putJson(app, "/cas/crt/renew", { body: late })).status, 400, "expired");
});

Deno.test("PUT crt/revoke refuses strangers, what is no serial number, and what is revoked already", async () => {
  const app = await newTestApp();
  const as = await firstUser(app);
  const [holder, other] = [await certify(app, as), await certify(app, as)];
  const unsigned = unsignedBody(JSON.stringify({ revoke_crt_pem: holder.cert }));
  assert.equal((await putJson(app, "/cas/crt/revoke", { body: unsigned })).status, 401, "nobody");
  assert.equal((await putJson(app, "/cas/crt/revoke", { body: unsigned, as: other })).status, 401, "a service");
  assert.equal((await putJson(app, "/cau/crt/revoke", { body: unsigned, as })).status, 400, "of the other CA");
  const numbers = [
    "-1",
    `${2n ** 159n}`,
    "1.0",
    "1e3",
    "4503599627370497.1",
    "-0.5",
    '"5"',
    "null",
    "true",
    "[5]",
    "{}",
  ];
  for (const serial of [...numbers, "9".repeat(500), `5, "x": ${"[".repeat(9_000)}${"]".repeat(9_000)}`]) {
    assert.equal((await revokeSerial(app, as, { serial })).status, 400, serial.slice(0, 30));
  }
  const signedSerial = await message('{"revoke_serial": 5}', holder.privateKey);
  assert.equal(
    (await putJson(app, "/cas/crt/revoke", { body: signedSerial })).status,
    400,
    "signed, a serial is nobody's",
  );
  const body = await revocationBody(holder.cert, holder.privateKey);
  assert.equal((await putJson(app, "/cas/crt/revoke", { body })).status, 204);
  assert.equal((await putJson(app, "/cas/crt/revoke", { body })).status, 409, "again by the holder");
  assert.equal((await putJson(app, "/cas/crt/revoke", { body: unsigned, as })).status, 409, "again by a user");
  assert.equal((await revokeSerial(app, as, { serial: holder.certificate.serial })).status, 409, "again by number");
});

Deno.test("the CA for users knows each key once: 409 while it is pending, certified, and on renewal", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  const again = await app.ask("PUT", "/cau/csr", { body: await csrFor(user.privateKey, "again") });
  assert.equal(again.status, 409, "certified");
  const pending = await newEcKey();
  await submit(app, "cau", await csrFor(pending));
  assert.equal((await app.ask("PUT", "/cau/csr", { body: await csrFor(pending, "other") })).status, 409, "pending");
  for (const key of [user.privateKey, pending]) {
    const body = await renewalBody(user.cert, user.privateKey, await csrFor(key, "renewal"));
    assert.equal((await putJson(app, "/cau/crt/renew", { body })).status, 409, "on renewal");
  }
  app.clock.set(app.clock.now() + LIFE_SPAN + 1);
  assert.equal(
    (await app.ask("PUT", "/cau/csr", { body: await csrFor(user.privateKey, "later") })).status,
    201,
    "forgotten",
  );
});

Deno.test("PUT csr is 507 at the limit of pending requests, but not for one that is known or a renewal", async () => {
  const app = await newTestApp({ maxPending: 2 });
  const user = await firstUser(app);
  const holder = await certify(app, user);
  const [first] = [await csrFor(await newEcKey()), await csrFor(await newEcKey())];
  const id = await submit(app, "cas", first);
  await submit(app, "cas", await csrFor(await newEcKey()));
  assert.equal((await app.ask("PUT", "/cas/csr", { body: await csrFor(await newEcKey()) })).status, 507);
  assert.equal(await submit(app, "cas", first), id);
  const body = await renewalBody(holder.cert, holder.privateKey, await csrFor(await newEcKey()));
  assert.equal((await putJson(app, "/cas/crt/renew", { body })).status, 200);
  await app.ask("DELETE", `/cas/csr/${id}`, { as: user });
  await submit(app, "cas", await csrFor(await newEcKey()));
});
