/** `caucase serve`: runs both certificate authorities until a signal ends them. */
import { systemClock } from "../core/host/clock.ts";
import { randomBytes } from "../core/host/random.ts";
import { onStopSignals } from "../core/host/signals.ts";
import { type RunningServer, type ServeOptions, startServer } from "../server/serve.ts";
import { AccessLog, writeToStandardOutput } from "../server/http/access_log.ts";
import { EXIT } from "./exit_status.ts";
import { collect, countFromOne, days, keyBits, lifeSpanDays, port, wholeNumber } from "./options.ts";
import { newCommand, parseArguments } from "./subcommand.ts";
import { printError } from "./terminal.ts";

/** Runs the server. Resolves with the exit status after it was stopped. */
export async function serve(args: readonly string[]): Promise<number> {
  const options = readServeOptions(args);
  const stop = onStopSignals();
  const warn = (message: string) => printError(message);
  const accessLog = new AccessLog({ write: writeToStandardOutput, warn });
  try {
    const server = await startServer(options, {
      clock: systemClock,
      random: randomBytes,
      warn,
      accessLog: accessLog.add,
    });
    announce(server);
    await Promise.race([server.finished, aborted(stop.signal)]);
    await server.stop();
    return EXIT.ok;
  } finally {
    await accessLog.close();
    stop.remove();
  }
}

function announce({ addresses }: RunningServer): void {
  for (const { host, httpPort, httpsPort } of addresses) printError(`Listening on [${host}]:${httpPort}-${httpsPort}`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

function serveCommand() {
  return newCommand("serve", "Run a certificate authority for services and one for users.")
    .requiredOption("--netloc <host[:port]>", "how clients reach this server; goes into CA names and certificates")
    .option(
      "--base-port <port>",
      "port of HTTP; HTTPS is on the next, or on 443 for 80 (default: netloc's, else 80)",
      port,
    )
    .option("--bind <address>", "listen here instead of on all that netloc resolves to; repeatable", collect)
    .option("--db <path>", "the SQLite database", "caucase.sqlite")
    .option("--server-key <path>", "key and certificate for HTTPS, kept by the server", "server.key.pem")
    .option("--cors-key-store <path>", "keys that sign the consent for other origins, kept by the server", "cors.key")
    .option("--cors-whitelist <url...>", "origins that need no consent")
    .option("--threshold <days>", "renew the certificate for HTTPS with less than this left", days, 31)
    .option("--key-len <bits>", "RSA bits of new keys", keyBits, 2048)
    .option("--service-crt-validity <days>", "life span of certificates for services", lifeSpanDays, 93)
    .option("--user-crt-validity <days>", "life span of certificates for users", lifeSpanDays, 93)
    .option("--service-max-csr <n>", "pending requests for services, at most", wholeNumber, 50)
    .option("--user-max-csr <n>", "pending requests of users, at most", wholeNumber, 50)
    .option("--service-auto-approve-count <n>", "sign this many first requests for services unasked", wholeNumber, 0)
    .option("--user-auto-approve-count <n>", "sign this many first requests of users unasked", wholeNumber, 1)
    .option("--lock-auto-approve-count", "write both counts down for good, the first time")
    .option("--backup-directory <path>", "make backups in this folder, encrypted to the users of that time")
    .option("--backup-period <days>", "from one backup to the next", lifeSpanDays, 1)
    .option("--backup-keep <n>", "remove all but this many backups after a new one (default: keep all)", countFromOne);
}

/** @throws `EarlyExit` after help or a complaint */
function readServeOptions(args: readonly string[]): ServeOptions {
  const command = serveCommand();
  parseArguments(command, args);
  const given = command.opts();
  return {
    netloc: given.netloc,
    ...(given.basePort !== undefined && { basePort: given.basePort }),
    bind: given.bind ?? [],
    db: given.db,
    serverKey: given.serverKey,
    corsKeyStore: given.corsKeyStore,
    corsWhitelist: given.corsWhitelist ?? [],
    thresholdDays: given.threshold,
    keyBits: given.keyLen,
    service: {
      validityDays: given.serviceCrtValidity,
      maxPending: given.serviceMaxCsr,
      autoApproveCount: given.serviceAutoApproveCount,
    },
    user: {
      validityDays: given.userCrtValidity,
      maxPending: given.userMaxCsr,
      autoApproveCount: given.userAutoApproveCount,
    },
    lockAutoApproveCount: given.lockAutoApproveCount ?? false,
    ...(given.backupDirectory !== undefined && {
      backup: {
        directory: given.backupDirectory,
        periodDays: given.backupPeriod,
        ...(given.backupKeep !== undefined && { keep: given.backupKeep }),
      },
    }),
  };
}
