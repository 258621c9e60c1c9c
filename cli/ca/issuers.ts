/** The CA certificates of a server, as anybody can tell: their phases follow from their validity. */
import { CA_LIFE_SPANS, newest, signingIssuer, unexpired } from "../../core/ca/lifecycle.ts";
import type { IssuerPhase } from "../../core/protocol/server_status.ts";
import type { Certificate } from "../../core/x509/certificate.ts";

export interface PhasedIssuer {
  readonly certificate: Certificate;
  readonly phase: IssuerPhase;
}

/** How long a certificate of that CA lives: a CA certificate lives four times as long. Seconds. */
export function lifeSpanOf({ notBefore, notAfter }: Pick<Certificate, "notBefore" | "notAfter">): number {
  return Math.floor((notAfter - notBefore) / CA_LIFE_SPANS);
}

/** Those that are valid, oldest first. `now` is Unix seconds. */
export function phasedIssuers(authorities: readonly Certificate[], now: number): PhasedIssuer[] {
  const valid = unexpired(authorities, now);
  const last = newest(valid);
  const signing = last && signingIssuer(valid, now, lifeSpanOf(last));
  const phaseOf = (one: Certificate): IssuerPhase => {
    if (one === signing) return "signing";
    return signing !== undefined && one.notBefore > signing.notBefore ? "next" : "leaving";
  };
  return valid.map((certificate) => ({ certificate, phase: phaseOf(certificate) }));
}
