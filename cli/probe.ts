/** `caucase probe`: checks a server from outside. */
import { systemClock } from "../core/host/clock.ts";
import { EXIT } from "./exit_status.ts";
import { probeServer } from "./probe/checks.ts";
import { probeCommand } from "./probe/command.ts";
import type { ProbeFinding } from "./probe/finding.ts";
import { askServer } from "./probe/server.ts";
import { parseServerUrl } from "./net/server_url.ts";
import { parseArguments } from "./subcommand.ts";
import { printError, printLine } from "./terminal.ts";

/** Probes the server that the command line names. Resolves with the exit status. */
export async function probe(args: readonly string[]): Promise<number> {
  const command = probeCommand();
  parseArguments(command, args);
  const [text] = command.processedArgs;
  const { json = false } = command.opts();
  const url = parseServerUrl(text, "URL");
  const findings = await probeServer(askServer(url), systemClock.now());
  const works = findings.every(({ level }) => level !== "error");
  if (json) printLine(JSON.stringify({ url: url.href, works, findings }));
  else for (const finding of findings) printFinding(finding);
  return works ? EXIT.ok : EXIT.error;
}

function printFinding({ check, level, message }: ProbeFinding): void {
  const line = `${level}: ${check}: ${message}`;
  if (level === "ok") printLine(line);
  else printError(line);
}
