/** The program: a table of subcommands, each from its arguments to an exit status. */
import { EXIT, exitStatusOf } from "./cli/exit_status.ts";
import { EarlyExit, type Subcommand } from "./cli/subcommand.ts";
import { reportError } from "./cli/terminal.ts";
import { overview } from "./cli/overview.ts";

/** Loaded when asked for: nobody waits for code that the subcommand does not need. */
const SUBCOMMANDS: Readonly<Record<string, () => Promise<Subcommand>>> = {
  serve: async () => (await import("./cli/serve.ts")).serve,
  client: async () => (await import("./cli/client.ts")).client,
  updater: async () => (await import("./cli/updater.ts")).updater,
  probe: async () => (await import("./cli/probe.ts")).probe,
  rerequest: async () => (await import("./cli/rerequest.ts")).rerequest,
  manage: async () => (await import("./cli/manage.ts")).manage,
  "key-id": async () => (await import("./cli/key_id.ts")).keyId,
};

async function main(args: readonly string[]): Promise<number> {
  const [name = "", ...rest] = args;
  const load = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
  try {
    if (load !== undefined) return await (await load())(rest);
    overview(args);
    return EXIT.usage;
  } catch (error) {
    if (error instanceof EarlyExit) return error.status;
    reportError(error);
    return exitStatusOf(error);
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
