/** The site of caucase's own protocol, with all that it tells of. */
import type { AuditSource } from "../core/audit/verification.ts";
import type { BackupStatus } from "../core/protocol/server_status.ts";
import { openCorsKeyFile } from "./caucase/cors_key_file.ts";
import { createCorsPage } from "./caucase/cors_page.ts";
import { createCrossOrigin } from "./caucase/cross_origin.ts";
import { createOwnOrigins } from "./caucase/own_origins.ts";
import { createStatus } from "./caucase/server_status.ts";
import { createCaucaseSite } from "./caucase/site.ts";
import type { CertificateAuthorities } from "./certificate_authorities.ts";
import type { Site } from "./http/site.ts";
import type { JobReports } from "./jobs.ts";
import type { ServeOptions } from "./serve_options.ts";
import type { Setup } from "./setup.ts";
import type { SqliteStorage } from "./storage/sqlite/sqlite_storage.ts";

/** What the site tells of besides the CAs. */
export interface SiteSources {
  readonly setup: Setup;
  readonly storage: SqliteStorage;
  readonly reports: JobReports;
  readonly audit: AuditSource;
}

/** @throws `file` for keys of consent that cannot be had */
export async function createPublicSite(
  authorities: CertificateAuthorities,
  { setup: { options, netloc, host }, storage, reports, audit }: SiteSources,
): Promise<Site> {
  const { clock, random, log } = host;
  const keys = await openCorsKeyFile({ path: options.corsKeyStore, clock, random, log });
  const origins = { keys, own: createOwnOrigins(netloc.text), clock };
  return createCaucaseSite({
    authorities,
    httpCa: authorities.http_cas,
    crossOrigin: createCrossOrigin({ ...origins, whitelist: options.corsWhitelist }),
    corsPage: createCorsPage(origins),
    own: origins.own,
    events: (after, limit) => storage.events(after, limit),
    status: createStatus({
      version: host.version,
      database: "sqlite",
      authorities,
      jobs: () => reports.list(),
      backup: (now) => backupStatus(options, now),
    }),
    clock,
    audit,
    random,
    acme: storage.acme,
    recordRefused: (ca, refused, by) => storage.recordRefused(ca, refused, by),
  });
}

/** What reads backups is loaded where there are some. */
async function backupStatus({ backup }: ServeOptions, now: number): Promise<BackupStatus> {
  if (backup === undefined) return { enabled: false, periodDays: null, last: null, file: null };
  const { backupStatus } = await import("./backup/backup_status.ts");
  return await backupStatus(backup, now);
}
