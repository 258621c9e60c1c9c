/**
 * Signed requests (RFC 8555 6.2): a flattened JWS whose header is protected as a whole. `jose` verifies; what may be in
 * a header is said here, and is narrower than what JWS allows.
 */
import { errors, flattenedVerify, importJWK } from "jose";
import * as v from "valibot";
import { type AccountKey, fromBase64url } from "../../core/acme/json_web_key.ts";
import { AcmeProblem } from "../../core/acme/problem.ts";
import type { Bytes } from "../../core/bytes.ts";
import { parseJson } from "../../core/json.ts";

/** What accounts sign with. No `none`, and nothing with a shared secret: a public key is no secret. */
export const ALGORITHMS = ["RS256", "ES256", "ES384", "ES512", "EdDSA"] as const;

/** What an external account key makes its code with. */
export const MAC_ALGORITHMS = ["HS256", "HS384", "HS512"] as const;

const text = v.pipe(v.string(), v.maxLength(2048));

// Strict: a `header` that is not protected could say anything.
const JwsShape = v.strictObject({ protected: v.string(), payload: v.string(), signature: v.string() });

const HeaderShape = v.object({
  alg: text,
  nonce: v.optional(text),
  url: text,
  jwk: v.optional(v.unknown()),
  kid: v.optional(text),
  // Extensions that must be understood (RFC 7515 4.1.11), and payloads without base64url (RFC 7797): none here.
  crit: v.optional(v.undefined()),
  b64: v.optional(v.undefined()),
});

export type ProtectedHeader = v.InferOutput<typeof HeaderShape>;

/** One that was read, but not verified. */
export interface Jws {
  readonly header: ProtectedHeader;
  /** As JSON; undefined where there is none, as in a POST-as-GET. */
  readonly payload: unknown;
  readonly isEmpty: boolean;
  readonly flattened: v.InferOutput<typeof JwsShape>;
}

/**
 * @param what names it in refusals
 * @throws `AcmeProblem` `malformed`
 */
export function readJws(value: unknown, what: string): Jws {
  const read = v.safeParse(JwsShape, value);
  if (!read.success) throw bad(`${what} is no flattened JWS with a protected header alone`);
  const flattened = read.output;
  const header = v.safeParse(HeaderShape, readPart(flattened.protected, `the header of ${what}`));
  if (!header.success) throw bad(`the header of ${what} lacks alg or url, or has what is not taken`);
  const isEmpty = flattened.payload === "";
  const payload = isEmpty ? undefined : readPart(flattened.payload, `the payload of ${what}`);
  return { header: header.output, payload, isEmpty, flattened };
}

/** JSON in base64url. @throws `AcmeProblem` `malformed`; `malformed` */
function readPart(text: string, what: string): unknown {
  const bytes = fromBase64url(text);
  if (bytes === undefined) throw bad(`${what} is not base64url`);
  return readJson(bytes, what);
}

/**
 * What a client sent, as JSON.
 * @throws `malformed`, also for what is not UTF-8
 */
export function readJson(bytes: Bytes, what: string): unknown {
  // Bytes that are none become U+FFFD: either they stand in a text, which is judged then, or it is no JSON.
  return parseJson(new TextDecoder().decode(bytes), what);
}

/**
 * Verifies with the key of an account, or of a certificate.
 * @throws `AcmeProblem`: `badSignatureAlgorithm`, `badPublicKey`; `malformed` for a signature that is not the key's
 */
export async function verifyWithKey({ header: { alg }, flattened }: Jws, { jwk }: AccountKey): Promise<void> {
  requireAlgorithm(alg);
  const parsed: Readonly<Record<string, string>> = JSON.parse(jwk);
  if (algorithmOf(parsed) !== alg) throw refusedAlgorithm(`${alg} is not for a key of this kind`);
  const key = await importKey(parsed, alg);
  await verify(() => flattenedVerify(flattened, key, { algorithms: [alg] }));
}

/** @throws `AcmeProblem` `badSignatureAlgorithm` for one that accounts do not sign with */
export function requireAlgorithm(alg: string): void {
  if (!ALGORITHMS.some((known) => known === alg)) throw refusedAlgorithm("requests are not signed with this algorithm");
}

/**
 * Verifies the code of a binding to an external account.
 * @throws `AcmeProblem`: `badSignatureAlgorithm`; `unauthorized` for a code that is not the secret's
 */
export async function verifyWithSecret({ header: { alg }, flattened }: Jws, secret: Uint8Array): Promise<void> {
  if (!MAC_ALGORITHMS.some((known) => known === alg)) {
    throw new AcmeProblem("badSignatureAlgorithm", "an external account is bound with another algorithm", {
      algorithms: MAC_ALGORITHMS,
    });
  }
  try {
    await flattenedVerify(flattened, secret, { algorithms: [...MAC_ALGORITHMS] });
  } catch (cause) {
    if (!(cause instanceof errors.JOSEError)) throw cause;
    throw new AcmeProblem("unauthorized", "the external account binding is not made with its key", { cause });
  }
}

function algorithmOf({ kty, crv }: Readonly<Record<string, string>>): typeof ALGORITHMS[number] {
  if (kty === "RSA") return "RS256";
  if (kty === "OKP") return "EdDSA";
  return crv === "P-256" ? "ES256" : crv === "P-384" ? "ES384" : "ES512";
}

async function importKey(jwk: Readonly<Record<string, string>>, alg: string) {
  try {
    return await importJWK(jwk, alg);
  } catch (cause) {
    // Its form was checked: its numbers are no point of its curve.
    throw new AcmeProblem("badPublicKey", "this key is not taken: it is none", { cause });
  }
}

async function verify(run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (cause) {
    if (!(cause instanceof errors.JOSEError)) throw cause;
    throw new AcmeProblem("malformed", "the signature is not made with this key over this request", { cause });
  }
}

function refusedAlgorithm(detail: string): AcmeProblem {
  return new AcmeProblem("badSignatureAlgorithm", detail, { algorithms: ALGORITHMS });
}

function bad(detail: string): AcmeProblem {
  return new AcmeProblem("malformed", detail);
}
