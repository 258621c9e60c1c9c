/** What cannot be left out of issuing: CPU milliseconds of each operation, with nothing of ours around it. */
import { fileURLToPath } from "node:url";
import { runCommand } from "../../tests/support/process.ts";

export interface Costs {
  /** The CA's signature: RSA-2048, PKCS#1 v1.5. */
  readonly signature: number;
  /** A request's own signature, its key's import included: RSA-2048, PKCS#1 v1.5. */
  readonly requestVerification: number;
  /** A holder's signature below a message, its key's import included: RSA-2048, PSS. */
  readonly holderVerification: number;
  /** The CA's signature in the holder's certificate: RSA-2048, PKCS#1 v1.5. */
  readonly certificateVerification: number;
  /** One row in one transaction, synchronised, in a write-ahead log. */
  readonly commit: number;
  /** How often in a second this disk keeps what was written (`fdatasync`), one time after the other. */
  readonly synchronisations: number;
}

const WORKER = fileURLToPath(new URL("cost_worker.ts", import.meta.url));

/** Measures for `seconds` each, in a process of its own. */
export async function measureCosts(seconds: number): Promise<Costs> {
  const command = [Deno.execPath(), "run", "--allow-all", WORKER, String(seconds)];
  const { status, out, err } = await runCommand(command, { cwd: "." });
  if (status !== 0) throw new Error(`the costs could not be measured: ${err}`);
  return JSON.parse(out);
}

/** What issuing one certificate for an RSA-2048 request cannot do without. */
export function leastForIssuing({ signature, requestVerification, commit }: Costs): number {
  return signature + requestVerification + commit;
}

/** What renewing one cannot do without: it verifies the old certificate and the holder's message as well. */
export function leastForRenewing(costs: Costs): number {
  return leastForIssuing(costs) + costs.holderVerification + costs.certificateVerification;
}
