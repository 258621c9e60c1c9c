/**
 * Signed notes to ourselves, as JSON Web Tokens (RFC 7519) under HMAC-SHA-256: a person's decision about an origin,
 * kept in the cookie, and the proof that a form was shown before it is posted. Their claims have different names, so
 * that one can never pass for the other.
 */
import type { JWTPayload, SignJWT } from "jose";
import * as v from "valibot";
import { utf8 } from "../bytes.ts";
import type { CorsKey } from "./key_set.ts";

const ALGORITHM = "HS256";

/** Loaded with the first token: most servers never see one, and all start sooner without. */
const library = () => import("jose");

/** Seconds that a form may stay open before it is posted. */
export const FORM_LIFE = 3600;

/** A person's decision. */
export interface Consent {
  readonly origin: string;
  readonly allowed: boolean;
}

/** What a shown form was about. */
export interface ShownForm {
  readonly origin: string;
  readonly returnTo: string;
  /** Numeric address of whom it was shown to. */
  readonly shownTo: string;
}

/** What tokens are verified with; `now` in Unix seconds. */
export interface ConsentVerification {
  readonly keys: readonly CorsKey[];
  readonly now: number;
}

const consentClaims = v.object({ p: v.object({ a: v.boolean(), o: v.string() }) });
const formClaims = v.object({ f: v.object({ o: v.string(), r: v.string(), s: v.string() }) });

/** A token without an expiry date: it is valid for as long as its key is. */
export async function signConsent({ origin, allowed }: Consent, key: CorsKey): Promise<string> {
  const { SignJWT } = await library();
  return await sign(new SignJWT({ p: { a: allowed, o: origin } }), key);
}

/** The decision in a token; undefined when it was not signed by one of the keys, or is no consent. */
export async function readConsent(token: string, verification: ConsentVerification): Promise<Consent | undefined> {
  const result = v.safeParse(consentClaims, await verify(token, verification));
  return result.success ? { origin: result.output.p.o, allowed: result.output.p.a } : undefined;
}

export async function signForm(form: ShownForm, { key, now }: { key: CorsKey; now: number }): Promise<string> {
  const { SignJWT } = await library();
  const claims = { f: { o: form.origin, r: form.returnTo, s: form.shownTo } };
  return await sign(new SignJWT(claims).setExpirationTime(now + FORM_LIFE), key);
}

/**
 * The form that a token was made for; undefined when it was not signed by one of the keys, is too old, or is no form's.
 */
export async function readForm(token: string, verification: ConsentVerification): Promise<ShownForm | undefined> {
  const result = v.safeParse(formClaims, await verify(token, verification));
  if (!result.success) return undefined;
  const { o: origin, r: returnTo, s: shownTo } = result.output.f;
  return { origin, returnTo, shownTo };
}

function sign(token: SignJWT, { secret }: CorsKey): Promise<string> {
  return token.setProtectedHeader({ alg: ALGORITHM, typ: "JWT" }).sign(utf8(secret));
}

async function verify(token: string, { keys, now }: ConsentVerification): Promise<JWTPayload | undefined> {
  const { errors, jwtVerify } = await library();
  for (const { secret } of keys) {
    try {
      const options = { algorithms: [ALGORITHM], currentDate: new Date(now * 1000) };
      return (await jwtVerify(token, utf8(secret), options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
    }
  }
  return undefined;
}
