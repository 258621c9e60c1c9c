import assert from "node:assert/strict";
import fc from "fast-check";
import { describeError } from "../errors.ts";
import { TAG } from "../der/tags.ts";
import { derElement, derExplicit, derInteger, derNull, derOid, derSequence } from "../der/writer.ts";
import type { HashName } from "./hashes.ts";
import { OID } from "../der/oids.ts";
import {
  ECDSA,
  ED25519,
  longestSalt,
  messageAlgorithm,
  parseSignatureAlgorithm,
  RSA_PKCS1,
  rsaPss,
} from "./signature_algorithm.ts";

const SHA256 = derSequence(derOid(OID.SHA256), derNull());
const SHA256_BARE = derSequence(derOid(OID.SHA256));
const SHA512 = derSequence(derOid(OID.SHA512), derNull());
const SHA1 = derSequence(derOid("1.3.14.3.2.26"), derNull());

function mgf1(hash: Uint8Array): Uint8Array {
  return derSequence(derOid(OID.MGF1), hash);
}

function pss(...parameters: Uint8Array[]): Uint8Array {
  return derSequence(derOid(OID.RSASSA_PSS), derSequence(...parameters));
}

for (const algorithm of [...Object.values(RSA_PKCS1), ...Object.values(ECDSA), ED25519, rsaPss("SHA-384", 20)]) {
  Deno.test(`parseSignatureAlgorithm() reads ${algorithm.name}`, () => {
    assert.deepEqual(parseSignatureAlgorithm(algorithm.der, "it"), algorithm);
  });
}

Deno.test("the constants are the bytes that RFC 4055, 5758 and 8410 give", () => {
  assert.equal(RSA_PKCS1["SHA-256"].der.toHex(), "300d06092a864886f70d01010b0500");
  assert.equal(RSA_PKCS1["SHA-512"].der.toHex(), "300d06092a864886f70d01010d0500");
  assert.equal(ECDSA["SHA-384"].der.toHex(), "300a06082a8648ce3d040303");
  assert.equal(ED25519.der.toHex(), "300506032b6570");
});

const TOLERATED: Record<string, { der: Uint8Array; as: unknown }> = {
  "RSA without its NULL": { der: derSequence(derOid(OID.SHA256_WITH_RSA)), as: RSA_PKCS1["SHA-256"] },
  "PSS with hashes without NULL": {
    der: pss(derExplicit(0, SHA256_BARE), derExplicit(1, mgf1(SHA256_BARE)), derExplicit(2, derInteger(32))),
    as: rsaPss("SHA-256", 32),
  },
  "PSS with the default salt": {
    der: pss(derExplicit(0, SHA256), derExplicit(1, mgf1(SHA256))),
    as: rsaPss("SHA-256", 20),
  },
  "PSS with the trailer written": {
    der: pss(
      derExplicit(0, SHA256),
      derExplicit(1, mgf1(SHA256)),
      derExplicit(2, derInteger(0)),
      derExplicit(3, derInteger(1)),
    ),
    as: rsaPss("SHA-256", 0),
  },
};

for (const [name, { der, as }] of Object.entries(TOLERATED)) {
  Deno.test(`parseSignatureAlgorithm() takes ${name}, as RFC 4055 asks`, () => {
    assert.deepEqual(parseSignatureAlgorithm(der, "it"), as);
  });
}

const MALFORMED: Record<string, Uint8Array> = {
  "ECDSA with NULL": derSequence(derOid(OID.ECDSA_WITH_SHA256), derNull()),
  "Ed25519 with NULL": derSequence(derOid(OID.ED25519), derNull()),
  "RSA with other parameters": derSequence(derOid(OID.SHA256_WITH_RSA), derInteger(0)),
  "RSA with a NULL too many": derSequence(derOid(OID.SHA256_WITH_RSA), derNull(), derNull()),
  "PSS without parameters": derSequence(derOid(OID.RSASSA_PSS)),
  "PSS with a negative salt": pss(derExplicit(0, SHA256), derExplicit(1, mgf1(SHA256)), derExplicit(2, derInteger(-1))),
  "PSS with an endless salt": pss(
    derExplicit(0, SHA256),
    derExplicit(1, mgf1(SHA256)),
    derExplicit(2, derInteger(65536)),
  ),
  "PSS with another trailer": pss(derExplicit(0, SHA256), derExplicit(1, mgf1(SHA256)), derExplicit(3, derInteger(2))),
  "PSS with its parts in another order": pss(
    derExplicit(0, SHA256),
    derExplicit(1, mgf1(SHA256)),
    derExplicit(0, SHA256),
  ),
  "PSS with a full NULL": pss(derExplicit(0, derSequence(derOid(OID.SHA256), derElement(TAG.NULL, Uint8Array.of(0))))),
  "no object identifier": derSequence(derNull()),
};

for (const [name, der] of Object.entries(MALFORMED)) {
  Deno.test(`parseSignatureAlgorithm() refuses ${name} as malformed`, () => {
    assert.throws(() => parseSignatureAlgorithm(der, "it"), { code: "malformed" });
  });
}

const UNACCEPTABLE: Record<string, { der: Uint8Array; message: RegExp }> = {
  "SHA-1 with RSA": { der: derSequence(derOid("1.2.840.113549.1.1.5"), derNull()), message: /SHA-1 with RSA/ },
  "MD5 with RSA": { der: derSequence(derOid("1.2.840.113549.1.1.4"), derNull()), message: /MD5 with RSA/ },
  "SHA-1 with ECDSA": { der: derSequence(derOid("1.2.840.10045.4.1")), message: /SHA-1 with ECDSA/ },
  "something unknown": { der: derSequence(derOid("1.2.3.4")), message: /^it is signed with 1\.2\.3\.4/ },
  "PSS with its defaults": { der: pss(), message: /PSS/ },
  "PSS with SHA-1": { der: pss(derExplicit(0, SHA1), derExplicit(1, mgf1(SHA1))), message: /PSS/ },
  "PSS with the default mask": { der: pss(derExplicit(0, SHA256)), message: /PSS/ },
  "PSS with two hashes": { der: pss(derExplicit(0, SHA256), derExplicit(1, mgf1(SHA512))), message: /two hashes/ },
  "PSS with another mask": {
    der: pss(derExplicit(0, SHA256), derExplicit(1, derSequence(derOid("1.2.3"), SHA256))),
    message: /MGF1/,
  },
};

for (const [name, { der, message }] of Object.entries(UNACCEPTABLE)) {
  Deno.test(`parseSignatureAlgorithm() refuses ${name} as unacceptable`, () => {
    assert.throws(() => parseSignatureAlgorithm(der, "it"), { code: "unacceptable", message });
  });
}

Deno.test("parseSignatureAlgorithm() says which hash to use, or where the key is at fault, which keys are taken", () => {
  const keys = "use RSA of 2048 bits or more, EC on P-256, P-384 or P-521, or Ed25519";
  const hints: [oid: string, name: string, hint: string][] = [
    ["1.3.101.113", "Ed448", keys],
    ["2.16.840.1.101.3.4.3.2", "SHA-256 with DSA", keys],
    ["2.16.840.1.101.3.4.3.18", "ML-DSA-65", keys],
    ["1.2.3.4", "1.2.3.4", keys],
    ["1.2.840.113549.1.1.5", "SHA-1 with RSA", "sign with SHA-256, SHA-384 or SHA-512"],
    ["2.16.840.1.101.3.4.3.10", "SHA3-256 with ECDSA", "sign with SHA-256, SHA-384 or SHA-512"],
  ];
  for (const [oid, name, hint] of hints) {
    assert.throws(() => parseSignatureAlgorithm(derSequence(derOid(oid)), "it"), (error) => {
      assert.equal(describeError(error), `it is signed with ${name}, which is not accepted (${hint})`);
      return true;
    });
  }
});

Deno.test("longestSalt() is 222 for RSA-2048 with SHA-256, and counts a modulus of one bit more as a byte less", () => {
  assert.equal(longestSalt(2048, "SHA-256"), 222);
  assert.equal(longestSalt(2049, "SHA-256"), 222);
  assert.equal(longestSalt(2050, "SHA-256"), 223);
  assert.equal(longestSalt(512, "SHA-512"), -2);
});

Deno.test("messageAlgorithm() follows the key's kind", () => {
  assert.deepEqual(messageAlgorithm({ kind: "RSA", bits: 3072 }, "SHA-512"), rsaPss("SHA-512", 318));
  assert.equal(messageAlgorithm({ kind: "RSA", bits: 512 }, "SHA-512"), undefined);
  assert.equal(messageAlgorithm({ kind: "EC", bits: 256 }, "SHA-384"), ECDSA["SHA-384"]);
  assert.equal(messageAlgorithm({ kind: "Ed25519", bits: 255 }, "SHA-256"), ED25519);
});

Deno.test("parseSignatureAlgorithm() gives back what rsaPss() wrote", () => {
  const hash = fc.constantFrom<HashName>("SHA-256", "SHA-384", "SHA-512");
  fc.assert(fc.property(hash, fc.nat({ max: 0xffff }), (name, saltLength) => {
    const algorithm = rsaPss(name, saltLength);
    assert.deepEqual(parseSignatureAlgorithm(algorithm.der, "it"), algorithm);
  }));
});
