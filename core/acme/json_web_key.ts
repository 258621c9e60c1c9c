/** Public keys of accounts as JSON Web Keys (RFC 7517, RFC 8037), and their thumbprints (RFC 7638). */
import { Buffer } from "node:buffer";
import { createHash, createPublicKey } from "node:crypto";
import * as v from "valibot";
import type { Bytes } from "../bytes.ts";
import { AcmeProblem } from "./problem.ts";

/** Of RSA keys, in bits: the modulus. */
export const RSA_BITS = { least: 2048, most: 4096 } as const;

/** Bytes of a coordinate, by curve. */
const COORDINATE = { "P-256": 32, "P-384": 48, "P-521": 66 } as const;

export interface AccountKey {
  /** Its required members in order, without blanks: RFC 7638 3. */
  readonly jwk: string;
  /** SHA-256 of that, base64url. */
  readonly thumbprint: string;
}

const number = v.pipe(v.string(), v.maxLength(1024), v.regex(/^[A-Za-z0-9_-]+$/));
const KeyShape = v.variant("kty", [
  v.object({ kty: v.literal("RSA"), n: number, e: number }),
  v.object({ kty: v.literal("EC"), crv: v.picklist(["P-256", "P-384", "P-521"]), x: number, y: number }),
  v.object({ kty: v.literal("OKP"), crv: v.literal("Ed25519"), x: number }),
]);
type Key = v.InferOutput<typeof KeyShape>;

/**
 * The public key that a client sent. That its numbers lie on their curve is for whoever verifies with it to see.
 * @throws `AcmeProblem` `badPublicKey` for kinds and sizes that are not taken, and for a private key
 */
export function readAccountKey(jwk: unknown): AccountKey {
  const read = v.safeParse(KeyShape, jwk);
  if (!read.success) throw bad("it is no RSA, P-256, P-384, P-521 or Ed25519 key");
  if (typeof jwk === "object" && jwk !== null && "d" in jwk) throw bad("it is a private key: make a new one");
  checkNumbers(read.output);
  return accountKey(read.output);
}

/**
 * The thumbprint of a key that a certificate or a request has; undefined for one that no account can have.
 * @param spki DER of a SubjectPublicKeyInfo that was checked
 */
export function thumbprintOfKey(spki: Uint8Array): string | undefined {
  const jwk = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" }).export({ format: "jwk" });
  const read = v.safeParse(KeyShape, jwk);
  return read.success ? accountKey(read.output).thumbprint : undefined;
}

function accountKey(key: Key): AccountKey {
  const jwk = JSON.stringify(ordered(key));
  return { jwk, thumbprint: createHash("sha256").update(jwk).digest("base64url") };
}

/** The members by name, as RFC 7638 3.2 has them. */
function ordered(key: Key): Readonly<Record<string, string>> {
  switch (key.kty) {
    case "RSA":
      return { e: key.e, kty: key.kty, n: key.n };
    case "EC":
      return { crv: key.crv, kty: key.kty, x: key.x, y: key.y };
    case "OKP":
      return { crv: key.crv, kty: key.kty, x: key.x };
  }
}

function checkNumbers(key: Key): void {
  switch (key.kty) {
    case "RSA": {
      const bits = bitsOf(bytesOf(key.n));
      if (bits < RSA_BITS.least || bits > RSA_BITS.most) {
        throw bad(`RSA keys have ${RSA_BITS.least} to ${RSA_BITS.most} bits`);
      }
      const exponent = bytesOf(key.e);
      const isSmall = bitsOf(exponent) < 2;
      if (isSmall || exponent.length > 4 || (exponent.at(-1) ?? 0) % 2 === 0) throw bad("its exponent is none");
      return;
    }
    case "EC":
      return [key.x, key.y].forEach((text) => requireSize(text, COORDINATE[key.crv]));
    case "OKP":
      return requireSize(key.x, 32);
  }
}

function requireSize(text: string, size: number): void {
  if (bytesOf(text).length !== size) throw bad("a number of it has another size");
}

/** Without a zero in front, which would give the same key another thumbprint. */
function bitsOf(bytes: Uint8Array): number {
  const [first = 0] = bytes;
  if (first === 0) throw bad("a number of it begins with zero");
  return bytes.length * 8 - (Math.clz32(first) - 24);
}

/** Only the one text that these bytes have: else one key would have several thumbprints. */
function bytesOf(text: string): Bytes {
  const bytes = fromBase64url(text);
  if (bytes === undefined) throw bad("a number of it is not base64url");
  return bytes;
}

/** Bytes of base64url without padding, in the one form that they have; undefined for anything else. */
export function fromBase64url(text: string): Bytes | undefined {
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url", lastChunkHandling: "loose" });
    return toBase64url(bytes) === text ? bytes : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Without padding. */
export function toBase64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

function bad(reason: string): AcmeProblem {
  return new AcmeProblem("badPublicKey", `this key is not taken: ${reason}`);
}
