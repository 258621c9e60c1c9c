/** One-time tokens: step-ca signs a request for whoever shows one that a provisioner signed for its name. */
import { type CryptoKey, SignJWT } from "jose";

/** Who makes tokens. */
export interface TokenIssuer {
  readonly key: CryptoKey;
  /** Name of the provisioner; its key's id as well. */
  readonly provisioner: string;
  /** URL of what the token lets do. */
  readonly audience: string;
  /** SHA-256 of the root certificate, hexadecimal: a client would trust the server by it. */
  readonly rootFingerprint: string;
}

/** Seconds: of use for as long as a measurement takes. */
const LIFE_SPAN = 900;

/** A token for a certificate of the host `name`, made at `now` (Unix seconds). */
export async function oneTimeToken(issuer: TokenIssuer, name: string, now: number): Promise<string> {
  return await new SignJWT({ sans: [name], sha: issuer.rootFingerprint })
    .setProtectedHeader({ alg: "ES256", kid: issuer.provisioner, typ: "JWT" })
    .setIssuer(issuer.provisioner)
    .setAudience(issuer.audience)
    .setSubject(name)
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + LIFE_SPAN)
    .setJti(crypto.randomUUID())
    .sign(issuer.key);
}
