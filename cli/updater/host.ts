/** What an updater needs of the machine and the network: one place for tests to put others in. */
import type { RandomSource } from "../../core/bytes.ts";
import { type Clock, systemClock } from "../../core/host/clock.ts";
import { type FileSystem, hostFileSystem } from "../../core/host/durable_file.ts";
import { systemLog } from "../../core/host/log.ts";
import { randomBytes } from "../../core/host/random.ts";
import { generateRsaKey } from "../../core/host/generate_key.ts";
import { type PrivateKey } from "../../core/keys/private_key.ts";
import type { Log } from "../../core/log.ts";
import { ApiClient } from "../net/api_client.ts";
import { printLine } from "../terminal.ts";
import { type HookRun, runHookOnce } from "./hook.ts";

/** The part of the protocol that a holder uses. */
export type HolderApi = Pick<
  ApiClient,
  | "serverUrl"
  | "caCertificate"
  | "caChain"
  | "crls"
  | "submit"
  | "request"
  | "certificate"
  | "renew"
  | "reportInstallation"
>;

export interface HolderConnection {
  readonly caUrl: string;
  readonly ca: "cas" | "cau";
  readonly signal: AbortSignal;
  /** Milliseconds for all that is done with it; ten minutes unless given. */
  readonly timeLimit?: number;
}

export interface UpdaterHost {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly fileSystem: FileSystem;
  readonly log: Log;
  connect(to: HolderConnection): HolderApi;
  newKey(bits: number): Promise<PrivateKey>;
  /** @throws `CaucaseError` when the command fails or takes too long */
  runHook(run: HookRun): Promise<void>;
  /** Takes one line for standard output. */
  print(line: string): void;
}

/** No action at the server takes longer, also where it trickles: milliseconds. */
const LONGEST_ACTION = 10 * 60_000;

/** The machine and the network as they are. */
export function systemHost(): UpdaterHost {
  return {
    clock: systemClock,
    random: randomBytes,
    fileSystem: hostFileSystem,
    log: systemLog,
    connect: ({ caUrl, ca, signal, timeLimit = LONGEST_ACTION }) =>
      new ApiClient(caUrl, ca, { signal: AbortSignal.any([signal, AbortSignal.timeout(timeLimit)]) }),
    newKey: generateRsaKey,
    runHook: runHookOnce,
    print: printLine,
  };
}
