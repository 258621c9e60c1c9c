/** Loads what answers those who run the server, where they ask for it: all others start sooner. */
import type { Clock } from "../../core/host/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Operations, OpsAddress } from "./operations.ts";
import type { BuildInformation } from "./server_metrics.ts";

const UNNAMED: BuildInformation = { version: "", signer: "" };

export async function loadOperations(
  listen: OpsAddress | undefined,
  { build = UNNAMED, clock, log }: { readonly build?: BuildInformation; readonly clock: Clock; readonly log: Log },
): Promise<Operations | undefined> {
  if (listen === undefined) return undefined;
  const { Operations } = await import("./operations.ts");
  return new Operations({ listen, build, clock, log });
}
