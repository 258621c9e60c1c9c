/**
 * Key files for somebody who holds a certificate but not its key: the public half is the certificate's, so that OpenSSL
 * takes the two for a pair, the private half is another's. What such a key signs does not verify.
 */
import { type Bytes, bytesToBigInt, concatBytes } from "../../core/bytes.ts";
import { encodePem, onlyPem } from "../../core/pem.ts";
import { derBitString, derExplicit, derInteger, derOctetString, derOid, derSequence } from "../../core/der/writer.ts";

export type KeyKind = "RSA" | "EC";

const P256 = "1.2.840.10045.3.1.7";
const ALGORITHM = {
  RSA: { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: "SHA-256" },
  EC: { name: "ECDSA", namedCurve: "P-256" },
} as const;

/**
 * A private key file (PKCS#1 or SEC1) with the public half of `publicKeyPem` (SubjectPublicKeyInfo) and a private half
 * just made. EC keys must be on P-256.
 */
export async function stolenKey(kind: KeyKind, publicKeyPem: string): Promise<string> {
  const algorithm = ALGORITHM[kind];
  const spki = onlyPem(publicKeyPem, ["PUBLIC KEY"], "the public key").der;
  const victim = await crypto.subtle.exportKey(
    "jwk",
    await crypto.subtle.importKey("spki", spki, algorithm, true, ["verify"]),
  );
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const thief = await crypto.subtle.exportKey("jwk", pair.privateKey);
  return kind === "RSA" ? rsaKey(victim, thief) : ecKey(victim, thief);
}

/** RSAPrivateKey (RFC 8017 A.1.2): modulus and public exponent of one key, everything secret of another. */
function rsaKey(victim: JsonWebKey, thief: JsonWebKey): string {
  const { n, e } = victim;
  const { d, p, q, dp, dq, qi } = thief;
  const numbers = [n, e, d, p, q, dp, dq, qi].map((value) => derInteger(bytesToBigInt(bytesOf(value))));
  return encodePem("RSA PRIVATE KEY", derSequence(derInteger(0), ...numbers));
}

/** ECPrivateKey (RFC 5915 3): the point of one key, the scalar of another. */
function ecKey(victim: JsonWebKey, thief: JsonWebKey): string {
  const point = concatBytes(Uint8Array.of(4), bytesOf(victim.x), bytesOf(victim.y));
  const key = derSequence(
    derInteger(1),
    derOctetString(bytesOf(thief.d)),
    derExplicit(0, derOid(P256)),
    derExplicit(1, derBitString(point)),
  );
  return encodePem("EC PRIVATE KEY", key);
}

function bytesOf(base64url: string | undefined): Bytes {
  if (base64url === undefined) throw new TypeError("the key has no such member");
  return Uint8Array.fromBase64(base64url, { alphabet: "base64url" });
}
