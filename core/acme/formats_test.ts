import assert from "node:assert/strict";
import fc from "fast-check";
import { newKey, testKey } from "../../tests/support/keys.ts";
import { fromBase64url, readAccountKey, thumbprintOfKey, toBase64url } from "./json_web_key.ts";
import { dnsAnswer, isHttpAnswer, keyAuthorization, newId, newToken, tlsAlpnAnswer } from "./key_authorization.ts";
import { AcmeProblem, combineProblems, type ProblemType } from "./problem.ts";
import { parseRenewalId, renewalId, suggestedWindow } from "./renewal_info.ts";
import { readRevocationReason } from "./revocation_reason.ts";

const DAY = 86_400;

function isProblem(type: ProblemType): (error: unknown) => boolean {
  return (error) => error instanceof AcmeProblem && error.type === type;
}

/** The key of RFC 7638 3.1, and its thumbprint there. */
const RFC_KEY = {
  kty: "RSA",
  n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj" +
    "hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL" +
    "5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
  e: "AQAB",
};

Deno.test("readAccountKey() gives the canonical form of a key and its thumbprint", () => {
  const key = readAccountKey({ alg: "RS256", kid: "2011-04-29", ...RFC_KEY });
  assert.equal(key.thumbprint, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  assert.equal(key.jwk, JSON.stringify({ e: RFC_KEY.e, kty: "RSA", n: RFC_KEY.n }));
});

Deno.test("readAccountKey() and thumbprintOfKey() agree on keys of every kind", async () => {
  for (const kind of ["RSA", "P-256", "P-384", "P-521", "Ed25519"] as const) {
    const { publicKey: { spki } } = await testKey(kind);
    const algorithm = kind === "RSA"
      ? { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }
      : kind === "Ed25519"
      ? { name: kind }
      : { name: "ECDSA", namedCurve: kind };
    const key = await crypto.subtle.importKey("spki", spki, algorithm, true, ["verify"]);
    const jwk = await crypto.subtle.exportKey("jwk", key);
    assert.equal(readAccountKey(jwk).thumbprint, thumbprintOfKey(spki), kind);
  }
  const [one, two] = [await newKey("P-256"), await newKey("P-256")];
  assert.notEqual(thumbprintOfKey(one.publicKey.spki), thumbprintOfKey(two.publicKey.spki));
});

Deno.test("readAccountKey() refuses keys that are private, weak, huge, or written in another way", () => {
  const bad: unknown[] = [
    ...[undefined, null, "", 5, [], {}, { kty: "oct", k: "AAAA" }, { ...RFC_KEY, d: "AQAB" }],
    ...[{ ...RFC_KEY, n: RFC_KEY.n.slice(0, 100) }, { ...RFC_KEY, n: RFC_KEY.n.repeat(3) }, { ...RFC_KEY, e: "AQ" }],
    ...[{ ...RFC_KEY, e: "AAEAAQ" }, { ...RFC_KEY, n: `AA${RFC_KEY.n}` }, { ...RFC_KEY, n: `${RFC_KEY.n}=` }],
    ...[{ ...RFC_KEY, e: "Ag" }, { kty: "EC", crv: "P-256", x: "AA", y: "AA" }, { kty: "EC", crv: "secp256k1" }],
    ...[{ kty: "OKP", crv: "Ed25519", x: "AA" }, { kty: "OKP", crv: "X25519", x: toBase64url(new Uint8Array(32)) }],
  ];
  for (const jwk of bad) assert.throws(() => readAccountKey(jwk), isProblem("badPublicKey"), JSON.stringify(jwk));
  fc.assert(fc.property(fc.jsonValue(), (jwk) => {
    try {
      readAccountKey(jwk);
    } catch (error) {
      assert.ok(error instanceof AcmeProblem);
    }
  }));
});

Deno.test("fromBase64url() takes the one text that bytes have", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    assert.deepEqual(fromBase64url(toBase64url(bytes)), new Uint8Array(bytes));
  }));
  fc.assert(fc.property(fc.string(), (text) => {
    const bytes = fromBase64url(text);
    if (bytes !== undefined) assert.equal(toBase64url(bytes), text);
  }));
  for (const bad of ["=", "AA==", "A", "A+", "A/", "AB", " AA", "AA\n"]) {
    assert.equal(fromBase64url(bad), undefined, bad);
  }
});

Deno.test("a key authorization has the forms that its challenges want", () => {
  const authorization = keyAuthorization("token", "thumbprint");
  assert.equal(authorization, "token.thumbprint");
  // As `printf token.thumbprint | openssl dgst -sha256 -binary` has it.
  const digest = fromBase64url(dnsAnswer(authorization));
  assert.equal(digest?.length, 32);
  assert.deepEqual(tlsAlpnAnswer(authorization), Uint8Array.of(4, 32, ...(digest ?? [])));
  assert.ok(isHttpAnswer(`${authorization}\r\n`, authorization));
  for (const other of ["", ` ${authorization}`, `${authorization}x`, "token"]) {
    assert.equal(isHttpAnswer(other, authorization), false, other);
  }
  const random = (size: number) => new Uint8Array(size).fill(0xff);
  assert.equal(newToken(random), "_".repeat(42) + "8");
  assert.equal(newId(random).length, 22);
  // One that begins with a minus would be an option on a command line.
  const first = [0xf8, 0xfb, 0];
  assert.equal(newId((size) => new Uint8Array(size).fill(first.shift() ?? 1)), "A".repeat(22));
});

Deno.test("renewalId() is that of RFC 9773 4.1", () => {
  const id = { issuer: "69885b6b87464041e1b37b847bd0ae2cde01c8d4", serial: 0x8765_4321n };
  assert.equal(renewalId(id), "aYhba4dGQEHhs3uEe9CuLN4ByNQ.AIdlQyE");
  assert.deepEqual(parseRenewalId("aYhba4dGQEHhs3uEe9CuLN4ByNQ.AIdlQyE"), id);
});

Deno.test("a certificate's id for renewals comes back, and has one text", () => {
  const keyId = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => bytes.toHex());
  fc.assert(fc.property(keyId, fc.bigInt({ min: 0n, max: 2n ** 159n }), (issuer, serial) => {
    assert.deepEqual(parseRenewalId(renewalId({ issuer, serial })), { issuer, serial });
  }));
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string().map((text) => `aYhb.${text}`)), (text) => {
    try {
      assert.equal(renewalId(parseRenewalId(text)), text);
    } catch (error) {
      assert.ok(isProblem("malformed")(error));
    }
  }));
  for (const bad of ["", ".", "aYhb", "aYhb.", ".AA", "aYhb.AA.AA", "aYhb.h2VDIQ", "aYhb.AAAB", "aYhb=.AQ"]) {
    assert.throws(() => parseRenewalId(bad), isProblem("malformed"), bad);
  }
});

Deno.test("suggestedWindow() is in the last third of a life, or past where there is a hurry", () => {
  const facts = { notBefore: 0, notAfter: 90 * DAY, isRevoked: false, isIssuerLeaving: false };
  assert.deepEqual(suggestedWindow(facts, DAY), { start: 60 * DAY, end: 64.5 * DAY });
  for (const hurry of [{ isRevoked: true }, { isIssuerLeaving: true }]) {
    const { start, end } = suggestedWindow({ ...facts, ...hurry }, DAY);
    assert.ok(start < end && end < DAY);
  }
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 10 ** 9 }), (notBefore, life) => {
    const { start, end } = suggestedWindow({ ...facts, notBefore, notAfter: notBefore + life }, 0);
    assert.ok(notBefore <= start && start < end && start <= notBefore + life);
  }));
});

Deno.test("readRevocationReason() takes what a holder may say", () => {
  assert.equal(readRevocationReason(undefined), undefined);
  assert.equal(readRevocationReason(1), "keyCompromise");
  for (const bad of [2, 6, 7, 8, 10, 11, -1, 1.5, "1", null, {}]) {
    assert.throws(() => readRevocationReason(bad), isProblem("badRevocationReason"), String(bad));
  }
});

Deno.test("combineProblems() keeps one problem, and its type where all agree", () => {
  const one = { type: "dns", detail: "no such name" } as const;
  assert.deepEqual(combineProblems([one]), one);
  assert.equal(combineProblems([one, one]).type, "dns");
  assert.equal(combineProblems([one, { type: "tls", detail: "no" }]).type, "compound");
  assert.throws(() => combineProblems([]), RangeError);
});
