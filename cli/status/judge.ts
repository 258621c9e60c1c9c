/** What of a server's status needs a person: pure. */
import type { CaStatus, JobStatus, ServerStatus } from "../../core/protocol/server_status.ts";
import { spanText } from "../output/times.ts";

export interface Concern {
  /** `broken`: something does not work; `attention`: it will not, or somebody waits. */
  readonly level: "attention" | "broken";
  readonly text: string;
}

const DAY = 86_400;

/** A single backup that is late is no concern: in periods. */
const BACKUP_AGE = 2;

/** A request that waits longer was overlooked. */
const PENDING_AGE = DAY;

/** What ends within so many days and was not renewed, although its holder should have by now. */
const EXPIRING_DAYS = 14;

/** A machine's clock may differ by this much, in seconds. */
const CLOCK_DIFFERENCE = 60;

/** @param now of this machine, Unix seconds */
export function concernsOf(status: ServerStatus, now: number): Concern[] {
  const difference = Math.abs(status.now - now);
  return [
    ...status.cas.flatMap((ca) => concernsOfCa(ca, status.now)),
    ...concernsOfBackup(status),
    ...status.jobs.flatMap((job) => concernsOfJob(job)),
    ...(difference > CLOCK_DIFFERENCE
      ? [attention(`the server's clock and this machine's differ by ${spanText(difference)}`)]
      : []),
  ];
}

function concernsOfCa({ name, issuers, crl, pending, expiring, expiredUnrenewed }: CaStatus, now: number): Concern[] {
  const who = name.toUpperCase();
  const mode = name === "cau" ? " --mode user" : "";
  const { oldest } = pending;
  const soon = expiring.filter(({ days }) => days <= EXPIRING_DAYS).toSorted((a, b) => b.days - a.days)[0];
  return [
    ...(issuers.some(({ phase }) => phase === "signing") ? [] : [broken(`${who} has no CA certificate that signs`)]),
    ...concernsOfCrl(who, crl, now),
    ...(oldest !== null && now - oldest > PENDING_AGE
      ? [attention(`${who}: a request waits since ${spanText(now - oldest)} (caucase csr list${mode})`)]
      : []),
    ...(soon !== undefined && soon.count > 0
      ? [attention(
        `${who}: ${counted(soon.count, "certificate")} not renewed, with ${soon.days} days left or less ` +
          `(caucase cert list --status expiring${mode})`,
      )]
      : []),
    ...(expiredUnrenewed > 0
      ? [attention(`${who}: ${counted(expiredUnrenewed, "certificate")} ended without a renewal`)]
      : []),
  ];
}

function concernsOfCrl(who: string, crl: CaStatus["crl"], now: number): Concern[] {
  // A CA that has signed nothing yet has none.
  if (crl === null) return [];
  if (crl.nextUpdate <= now) return [broken(`${who}: the CRL has ended ${spanText(now - crl.nextUpdate)} ago`)];
  const left = (crl.nextUpdate - now) / (crl.nextUpdate - crl.thisUpdate);
  return left < 0.4 ? [attention(`${who}: the CRL was to be replaced, and was not`)] : [];
}

function concernsOfBackup({ backup, now }: ServerStatus): Concern[] {
  if (!backup.enabled) return [attention("the server makes no backups (serve --backup-directory)")];
  if (backup.last === null) return [attention("no backup was made yet")];
  if (backup.file === null) return [broken("the newest backup cannot be read")];
  const longest = BACKUP_AGE * (backup.periodDays ?? 1) * DAY;
  return now - backup.last > longest ? [broken(`the last backup is ${spanText(now - backup.last)} old`)] : [];
}

function concernsOfJob({ name, error }: JobStatus): Concern[] {
  return error === null ? [] : [broken(`${name} failed: ${error}`)];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function attention(text: string): Concern {
  return { level: "attention", text };
}

function broken(text: string): Concern {
  return { level: "broken", text };
}
