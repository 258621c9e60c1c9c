/** When the server last heard of a certificate's holder, and what that says: pure. Times are Unix seconds. */
import { EXPIRING_WITHIN } from "../../core/ca/register.ts";
import type { CertificateEntry, InstallationFacts } from "../../core/protocol/register.ts";
import { relativeText, spanText } from "../output/times.ts";

/** When its holder fetched it, or told of it last: after that, nobody knows. */
export function lastHeard({ issuedAt, installation }: CertificateEntry): number {
  return Math.max(issuedAt, installation?.reportedAt ?? 0);
}

/** Whether it was renewed, and if not, why not, as far as the server knows. */
export function renewalText(entry: CertificateEntry, now: number): string {
  const { status, renewedBy, notAfter, installation } = entry;
  if (renewedBy !== null) return "renewed";
  if (status === "revoked") return "revoked";
  if (notAfter - now > EXPIRING_WITHIN) return "not due yet";
  if (installation === null) return `never reported, last seen ${relativeText(lastHeard(entry), now)}`;
  const what = installation.hook === "failed" ? failingText(installation, now) : "installed";
  return `${what}, last seen ${relativeText(lastHeard(entry), now)}`;
}

/** Of a hook that failed: for how long, and why. */
export function failingText({ failingSince, reportedAt, detail }: InstallationFacts, now: number): string {
  return `hook failing for ${spanText(now - (failingSince ?? reportedAt))}${detail === null ? "" : ` (${detail})`}`;
}
