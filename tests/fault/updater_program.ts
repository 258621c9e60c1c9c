/**
 * `caucase updater` as a process of its own, on a machine that is told by the environment (see `Machine`) what time it
 * shows and at which step it kills itself. Keys are on P-256: an RSA key takes a third of a second.
 */
import { updater } from "../../cli/updater.ts";
import type { HolderApi, HolderConnection, UpdaterHost } from "../../cli/updater/host.ts";
import { systemHost } from "../../cli/updater/host.ts";
import { newKey } from "../support/keys.ts";
import { FaultyFileSystem } from "./faulty_file_system.ts";

/** The value of this variable is JSON of a `Machine`. */
export const MACHINE = "CAUCASE_TEST_MACHINE";

export interface Machine {
  /** What the clock shows at the start, Unix seconds. */
  readonly now: number;
  /** The step before which (in the midst of which, for a write) the process ends. */
  readonly killAt?: number;
  /** Where the steps are listed, one a line, when it ends by itself. */
  readonly stepsPath?: string;
}

/** A host whose changes to files, calls to the server and hooks are the steps of `files`. */
export function hostOf({ now }: Machine, files: FaultyFileSystem): UpdaterHost {
  const host = systemHost();
  const ahead = now - host.clock.now();
  return {
    ...host,
    fileSystem: files,
    clock: {
      now: () => host.clock.now() + ahead,
      sleepUntil: (time, signal) => host.clock.sleepUntil(time - ahead, signal),
    },
    connect: (to) => connect(host, to, files),
    newKey: () => newKey("P-256"),
    runHook: async (run) => {
      await files.step("hook", () => host.runHook(run));
      await files.step("end of the hook", () => Promise.resolve());
    },
  };
}

/** Each call is two steps: it is sent, it was answered. */
function connect(host: UpdaterHost, to: HolderConnection, files: FaultyFileSystem): HolderApi {
  const api = host.connect(to);
  const call = async <T>(name: keyof HolderApi, action: () => Promise<T>): Promise<T> => {
    const answer = await files.step(`send ${name}`, action);
    return await files.step(`answer to ${name}`, () => Promise.resolve(answer));
  };
  return {
    serverUrl: api.serverUrl,
    caCertificate: () => call("caCertificate", () => api.caCertificate()),
    caChain: () => call("caChain", () => api.caChain()),
    crls: () => call("crls", () => api.crls()),
    submit: (csr) => call("submit", () => api.submit(csr)),
    request: (id) => call("request", () => api.request(id)),
    certificate: (id) => call("certificate", () => api.certificate(id)),
    reportInstallation: (serial, message) => call("reportInstallation", () => api.reportInstallation(serial, message)),
    renew: (message) => call("renew", () => api.renew(message)),
  };
}

if (import.meta.main) {
  const machine: Machine = JSON.parse(Deno.env.get(MACHINE) ?? "");
  const { killAt, stepsPath } = machine;
  const files = new FaultyFileSystem(killAt === undefined ? undefined : { step: killAt, kind: "SIGKILL" }, 100_000);
  const status = await updater(Deno.args, hostOf(machine, files));
  if (stepsPath !== undefined) await Deno.writeTextFile(stepsPath, files.steps.join("\n"));
  Deno.exit(status);
}
