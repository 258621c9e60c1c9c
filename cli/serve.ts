/** `caucase serve`: runs both certificate authorities until a signal ends them. */
import { systemClock } from "../core/host/clock.ts";
import { randomBytes } from "../core/host/random.ts";
import { onStopSignals } from "../core/host/signals.ts";
import { type RunningServer, type ServeOptions, startServer } from "../server/serve.ts";
import { AccessLog, writeToStandardOutput } from "../server/http/access_log.ts";
import { EXIT } from "./exit_status.ts";
import { serveCommand } from "./serve/command.ts";
import { parseArguments } from "./subcommand.ts";
import { printError } from "./terminal.ts";

/** Runs the server. Resolves with the exit status after it was stopped. */
export async function serve(args: readonly string[]): Promise<number> {
  // It starts no programs: neither shall an attacker who found a way in. Nothing gives this back.
  Deno.permissions.revokeSync({ name: "run" });
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

/** Resolves at once when it came earlier, while the server started. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
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
    acceptClock: given.acceptClock ?? false,
    limits: {
      ...(given.maxConnections !== undefined && { connections: given.maxConnections }),
      ...(given.maxConnectionsPerAddress !== undefined && { connectionsPerAddress: given.maxConnectionsPerAddress }),
    },
    ...(given.backupDirectory !== undefined && {
      backup: {
        directory: given.backupDirectory,
        periodDays: given.backupPeriod,
        ...(given.backupKeep !== undefined && { keep: given.backupKeep }),
      },
    }),
  };
}
