/** `caucase serve`: runs both certificate authorities until a signal ends them. */
import type { AcmePolicy } from "../core/acme/acme_settings.ts";
import { systemClock } from "../core/host/clock.ts";
import { configureLogging, systemLog as log } from "../core/host/log.ts";
import { randomBytes } from "../core/host/random.ts";
import { onReload, onStopSignals } from "../core/host/signals.ts";
import { parseReceivers } from "../core/notify/receiver.ts";
import { readAcmeOptions } from "../server/acme/acme_options.ts";
import { AccessLog } from "../server/http/access_log.ts";
import { AccessLogFile, STANDARD_OUTPUT } from "../server/http/access_log_output.ts";
import { chooseKeyOperations } from "../server/keys/choose_operations.ts";
import { loadTracer } from "../server/tracer.ts";
import { type RunningServer, startServer } from "../server/serve.ts";
import type { ServeOptions } from "../server/serve_options.ts";
import { EXIT, exitStatusOf } from "./exit_status.ts";
import { serveCommand } from "./serve/command.ts";
import { parseArguments } from "./subcommand.ts";
import { isScreen, printError } from "./terminal.ts";
import { VERSION } from "./version.ts";

/** Runs the server. Resolves with the exit status after it was stopped. */
export async function serve(args: readonly string[]): Promise<number> {
  // It starts no programs, and an attacker inside it must not either. Nothing gives this right back.
  Deno.permissions.revokeSync({ name: "run" });
  const { options, signer, logs } = readServeOptions(args);
  const stop = onStopSignals();
  await configureLogging(logs);
  const accessLog = openAccessLog(logs.access);
  const removeReload = onReload(() => accessLog?.reopen());
  try {
    const { operations: keyOperations, signer: chosen, tell: tellSigner } = await chooseKeyOperations(signer, log);
    // All libraries are loaded: whoever finds a way in shall not load another, nor read memory through pointers.
    Deno.permissions.revokeSync({ name: "ffi" });
    const server = await startServer(options, {
      clock: systemClock,
      random: randomBytes,
      version: VERSION,
      keyOperations,
      log,
      accessLog: accessLog?.add ?? (() => {}),
      build: { version: VERSION, signer: chosen },
      tracer: await loadTracer(),
    });
    await tellSigner();
    announce(server);
    // A person who starts a new CA sees what to do next; a log is no place for that.
    if (server.awaitsFirstUser && logs.format === "text" && isScreen("stderr")) {
      printError(firstUserHint(options.netloc));
    }
    await Promise.race([server.finished, aborted(stop.signal)]);
    await server.stop();
    return EXIT.ok;
  } catch (error) {
    // What reads the log is told there why it ends; a person is told as by every other command.
    if (logs.format !== "json") throw error;
    log.error("server.failed", { error });
    return exitStatusOf(error);
  } finally {
    await accessLog?.close();
    removeReload();
    stop.remove();
  }
}

/** Where it goes: a file's path, `-` for standard output, `off`. */
function openAccessLog(where: string): AccessLog | undefined {
  if (where === "off") return undefined;
  return new AccessLog({ output: where === "-" ? STANDARD_OUTPUT : new AccessLogFile(where), log });
}

function announce({ addresses }: RunningServer): void {
  for (const { host: address, httpPort, httpsPort } of addresses) {
    log.info("server.listening", { address, httpPort, httpsPort });
  }
}

/** The next commands to type, for a CA without users. `netloc` is checked: no shell finds anything special in it. */
function firstUserHint(netloc: string): string {
  return [
    "There is no user yet. The first request for a user certificate is signed at once; all others wait for a user.",
    "Become the first user, in another terminal:",
    "  openssl req -newkey rsa:2048 -nodes -subj /CN=YOUR-NAME -keyout user.pem -out user.csr.pem",
    `  caucase client --ca-url http://${netloc} --mode user --send-csr user.csr.pem`,
    `  caucase client --ca-url http://${netloc} --mode user --get-crt ID user.pem    # the ID that it printed`,
  ].join("\n");
}

/** Resolves at once when it came earlier, while the server started. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

type Given = ReturnType<ReturnType<typeof serveCommand>["opts"]>;

/** @throws `EarlyExit` after help or a complaint */
function readServeOptions(args: readonly string[]) {
  const command = serveCommand();
  parseArguments(command, args);
  const given = command.opts();
  const logs = { format: given.logFormat, level: given.logLevel, access: given.accessLog };
  const signer = { signer: given.signer, ...(given.libcrypto !== undefined && { libcrypto: given.libcrypto }) };
  return { options: serverOptions(given), signer, logs };
}

function serverOptions(given: Given): ServeOptions {
  return {
    netloc: given.netloc,
    ...(given.basePort !== undefined && { basePort: given.basePort }),
    bind: given.bind ?? [],
    db: given.db,
    serverKey: given.serverKey,
    corsKeyStore: given.corsKeyStore,
    corsWhitelist: given.corsWhitelist ?? [],
    thresholdDays: given.threshold,
    registerKeepDays: given.registerKeep,
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
    auditWitnesses: given.auditWitness ?? [],
    ...(given.opsListen !== undefined && { opsListen: given.opsListen }),
    ...(given.acme !== undefined && { acme: acmeOptions(given.acme, given) }),
    limits: {
      ...(given.maxConnections !== undefined && { connections: given.maxConnections }),
      ...(given.maxConnectionsPerAddress !== undefined && { connectionsPerAddress: given.maxConnectionsPerAddress }),
    },
    ...(given.notify !== undefined && {
      notify: {
        receivers: parseReceivers(given.notify, given.notifyFilter),
        ...(given.notifySecret !== undefined && { secretFile: given.notifySecret }),
      },
    }),
    ...(given.backupDirectory !== undefined && {
      backup: {
        directory: given.backupDirectory,
        periodDays: given.backupPeriod,
        ...(given.backupKeep !== undefined && { keep: given.backupKeep }),
      },
    }),
  };
}

function acmeOptions(policy: AcmePolicy, given: Given) {
  return readAcmeOptions({
    policy,
    eab: given.acmeEab,
    allow: given.acmeAllow,
    deny: given.acmeDeny,
    renewApproved: given.acmeRenewApproved,
    termsOfService: given.acmeTerms,
    website: given.acmeWebsite,
    accountsPerHour: given.acmeAccountsPerHour,
    pendingOrders: given.acmePendingOrders,
    identifiers: given.acmeIdentifiers,
    failures: given.acmeFailures,
    authorizationLifeDays: given.acmeAuthorizationLife,
    httpPort: given.acmeHttpPort,
    tlsPort: given.acmeTlsPort,
    resolvers: given.acmeResolver,
    allowAddresses: given.acmeAllowAddress,
    denyAddresses: given.acmeDenyAddress,
  });
}
