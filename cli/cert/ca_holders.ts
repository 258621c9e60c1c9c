/** Which holders have a CA certificate: those that the server heard of since it was made. */
import { CaucaseError } from "../../core/errors.ts";
import { newest, unexpired } from "../../core/ca/lifecycle.ts";
import type { CertificateEntry } from "../../core/protocol/register.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { dayText } from "../output/times.ts";
import { lastHeard } from "./last_heard.ts";
import { NEWEST } from "./command.ts";

/** A CA certificate, as far as it matters here. */
export type Authority = Pick<Certificate, "keyIdentifier" | "notBefore" | "notAfter">;

/**
 * @param wanted {@linkcode NEWEST}, or the beginning of a key identifier
 * @throws `not-found`
 */
export function authorityNamed<A extends Authority>(authorities: readonly A[], wanted: string, now: number): A {
  const valid = unexpired(authorities, now);
  const found = wanted === NEWEST ? newest(valid) : valid.find((one) => one.keyIdentifier.startsWith(wanted));
  if (found !== undefined) return found;
  throw new CaucaseError("not-found", `no valid CA certificate has the key identifier ${wanted}`, {
    hint: "caucase ca show shows them",
  });
}

/** An updater that fetches or reports a certificate has fetched the CA certificates before. */
export function hasAuthority(entry: CertificateEntry, { notBefore }: Authority): boolean {
  return lastHeard(entry) >= notBefore;
}

/** @param having how many of `all` have it */
export function holdersText({ keyIdentifier, notBefore }: Authority, having: number, all: number): string {
  return `${having} of ${all} have the CA certificate ${keyIdentifier.slice(0, 8)}…, made ${dayText(notBefore)}`;
}
