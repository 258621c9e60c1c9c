/** Why an ACME client revokes (RFC 8555 7.6, RFC 5280 5.3.1). */
import type { RevocationReason } from "../protocol/register.ts";
import { AcmeProblem } from "./problem.ts";

/** The codes that a holder may give. */
const REASONS: ReadonlyMap<unknown, RevocationReason> = new Map<unknown, RevocationReason>([
  [0, "unspecified"],
  [1, "keyCompromise"],
  [3, "affiliationChanged"],
  [4, "superseded"],
  [5, "cessationOfOperation"],
  [9, "privilegeWithdrawn"],
]);

/** @throws `AcmeProblem` `badRevocationReason` for what is none of the codes; undefined means none was given */
export function readRevocationReason(code: unknown): RevocationReason | undefined {
  const reason = REASONS.get(code);
  if (reason === undefined && code !== undefined) {
    throw new AcmeProblem("badRevocationReason", `the reasons are ${[...REASONS.keys()].join(", ")}`);
  }
  return reason;
}
