/** What holders tell of their certificates: that they are installed, and how the hook did. */
import { CaucaseError } from "../errors.ts";
import type { VerifySignature } from "../keys/verify_signature.ts";
import { requireHolder } from "../protocol/envelope.ts";
import type { InstallationMessage, InstallationReport } from "../protocol/installation.ts";
import { parseCertificate } from "../x509/certificate.ts";
import { addressOf, holderAt } from "./actor.ts";
import type { Attribution, CaEvent } from "./events.ts";
import type { CaStores, Installation } from "./stores.ts";
import type { Verification } from "./verification.ts";

/** By how much a host's clock may differ from ours: what was said longer ago is no news, and may be a replay. */
export const HOST_CLOCK_TOLERANCE = 3600;

/** Between two changes of what is kept for one certificate, in seconds: no holder fills the events. */
export const BETWEEN_REPORTS = 60;

/** What reports are judged with. */
export interface InstallationParts {
  readonly stores: CaStores;
  readonly verification: Verification;
  readonly verify: VerifySignature;
}

export class Installations {
  constructor(private readonly parts: InstallationParts) {}

  /**
   * Keeps what the holder of the certificate `serial` told of it.
   *
   * @throws `untrusted` when the certificate is not in the register, or not good now, or when its holder did not sign
   *   this report for it; `unacceptable` when its time is not ours, or not after that of the last one; `too-soon`
   */
  async report(serial: bigint, { report, message }: InstallationMessage, by: Attribution): Promise<void> {
    const { stores, verification, verify } = this.parts;
    if (report.serial !== serial) throw new CaucaseError("untrusted", "the report is about another certificate");
    const registered = await stores.certificates.registered(serial);
    if (registered === undefined || registered.issuer !== report.issuer) {
      throw new CaucaseError("untrusted", "the register has no such certificate of this CA");
    }
    const certificate = await parseCertificate(registered.der);
    await verification.requireGood(certificate, by.now);
    await requireHolder(message, certificate, verify);
    requireRecent(report, by.now);
    const actor = holderAt(serial, addressOf(by.actor));
    await stores.installations.report(report, { ...by, actor });
  }
}

function requireRecent({ time }: InstallationReport, now: number): void {
  if (Math.abs(time - now) <= HOST_CLOCK_TOLERANCE) return;
  throw new CaucaseError("unacceptable", "the report's time is more than an hour from the server's", {
    hint: "put the host's clock right",
  });
}

/** What a report changes. */
export interface InstallationNews {
  readonly installation: Installation;
  readonly events: readonly CaEvent[];
}

/**
 * What `report` changes about what is `known` of its certificate; "known" when it says nothing else. Every store asks
 * this within the transaction that writes. An old report that somebody sends again changes nothing: its time is not
 * after that of what is known.
 * @throws `unacceptable` for an older report; `too-soon`
 */
export function judgeReport(
  known: Installation | undefined,
  report: InstallationReport,
  now: number,
): InstallationNews | "known" {
  if (known !== undefined) {
    if (saysTheSame(known, report)) return "known";
    requireNewer(known, report, now);
  }
  const { serial, time, hook, failingSince, detail } = report;
  const installation = { reportedAt: now, hostTime: time, hook, failingSince, detail };
  const events: CaEvent[] = known === undefined ? [{ kind: "installed", serial }] : [];
  const failed = known?.hook === "failed";
  if (failingSince !== null && !failed) events.push({ kind: "hook-failing", serial, since: failingSince });
  if (failingSince === null && failed) events.push({ kind: "hook-recovered", serial });
  return { installation, events };
}

function saysTheSame(known: Installation, { hook, failingSince, detail }: InstallationReport): boolean {
  return known.hook === hook && known.failingSince === failingSince && known.detail === detail;
}

function requireNewer({ hostTime, reportedAt }: Installation, { time }: InstallationReport, now: number): void {
  if (time <= hostTime) throw new CaucaseError("unacceptable", "a later report of this certificate is known");
  const passed = now - reportedAt;
  // A clock that was set back must not keep holders waiting until it has caught up.
  if (passed < 0 || passed >= BETWEEN_REPORTS) return;
  throw new CaucaseError("too-soon", "the last report of this certificate came a moment ago", {
    retryAfter: BETWEEN_REPORTS - passed,
  });
}
