/** What a server is told, and what it needs of the machine that it runs on. */
import type { RandomSource } from "../core/bytes.ts";
import type { Clock } from "../core/host/clock.ts";
import type { Log } from "../core/log.ts";
import type { AcmeOptions } from "./acme/acme_options.ts";
import type { CertificateAuthoritiesOptions } from "./certificate_authorities.ts";
import type { Limits } from "./http/limits.ts";
import type { KeyOperations } from "./keys/operations.ts";
import type { NotifyOptions } from "./notify/notifier.ts";
import type { OpsAddress } from "./ops/operations.ts";
import type { BuildInformation } from "./ops/server_metrics.ts";
import type { PublicAddresses } from "./public_endpoints.ts";
import type { Watcher } from "./watcher.ts";

export interface BackupOptions {
  readonly directory: string;
  /** From one backup to the next. */
  readonly periodDays: number;
  /** How many to keep, where not all. */
  readonly keep?: number;
}

export interface ServeOptions extends CertificateAuthoritiesOptions, PublicAddresses {
  readonly netloc: string;
  readonly db: string;
  readonly serverKey: string;
  readonly corsKeyStore: string;
  readonly corsWhitelist: readonly string[];
  readonly thresholdDays: number;
  /** How long the register keeps a certificate after its end. */
  readonly registerKeepDays: number;
  /** Without it, no backups. */
  readonly backup?: BackupOptions;
  readonly limits?: Partial<Limits>;
  /** Without it, nobody is notified. */
  readonly notify?: NotifyOptions;
  /** Where health and metrics are; without it, nowhere. */
  readonly opsListen?: OpsAddress;
  /** Without it, no ACME. */
  readonly acme?: AcmeOptions;
  /** Take the clock for right although the database has seen a later time. */
  readonly acceptClock?: boolean;
  /** Files and URLs that get each checkpoint of the audit log. */
  readonly auditWitnesses?: readonly string[];
}

/** What the server needs of the machine it runs on. */
export interface ServeHost {
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Of the program. */
  readonly version: string;
  /** What makes keys, signs and verifies: WebCrypto, unless given. */
  readonly keyOperations?: KeyOperations;
  /** Takes what the administrator should know. */
  readonly log: Log;
  /** Takes one line of the access log, without its end. */
  readonly accessLog: (line: string) => void;
  /** What runs, for metrics. */
  readonly build?: BuildInformation;
  /** Makes traces. */
  readonly tracer?: Watcher | undefined;
}
