/** `caucase status`: how a server does, on one screen. */
import { CaucaseError } from "../core/errors.ts";
import { writeServerStatus } from "../core/protocol/server_status.ts";
import { EXIT } from "./exit_status.ts";
import { printJson } from "./output/json.ts";
import { connect, requireUser } from "./profile/connection.ts";
import { concernsOf } from "./status/judge.ts";
import { statusCommand } from "./status/command.ts";
import { statusLines } from "./status/screen.ts";
import { parseArguments } from "./subcommand.ts";
import { printLine, reportError } from "./terminal.ts";

/** What the exit status is when something is broken, or nobody can tell. */
const BROKEN = 2;
const ATTENTION = 1;

/** Tells how the server does. Resolves with the exit status. */
export async function status(args: readonly string[]): Promise<number> {
  const command = statusCommand();
  parseArguments(command, args);
  const { json = false, ...connection } = command.opts();
  try {
    const server = await connect(connection);
    const user = requireUser(server);
    const told = await server.apis.cas.status();
    const concerns = concernsOf(told, server.now);
    const about = { url: server.url, concerns, ownKey: user.certificate.publicKey.keyId };
    if (json) printJson({ ...JSON.parse(writeServerStatus(told)), concerns });
    else for (const line of statusLines(told, about)) printLine(line);
    if (concerns.some(({ level }) => level === "broken")) return BROKEN;
    return concerns.length > 0 ? ATTENTION : EXIT.ok;
  } catch (error) {
    // A wrong command line is told apart by its hint.
    if (!(error instanceof CaucaseError) || error.code === "usage") throw error;
    reportError(error);
    return BROKEN;
  }
}
