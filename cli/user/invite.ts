/** `caucase user invite` */
import { CaucaseError } from "../../core/errors.ts";
import { systemClock } from "../../core/host/clock.ts";
import type { PendingDetails } from "../../core/protocol/pending_details.ts";
import { unexpired } from "../../core/ca/lifecycle.ts";
import { caFingerprint } from "../ca_fingerprint.ts";
import { pendingRequests } from "../csr/asking.ts";
import { requestLines } from "../csr/facts.ts";
import { EXIT } from "../exit_status.ts";
import { spokenFingerprint } from "../output/fingerprint.ts";
import { foreignText } from "../output/foreign_text.ts";
import { connect, type Connection, requireUser } from "../profile/connection.ts";
import { parseArguments } from "../subcommand.ts";
import { askLine, canAsk, printError, printLine } from "../terminal.ts";
import { userInviteCommand } from "./command.ts";
import { commonNameIn } from "./people.ts";

/** Seconds between two looks at what waits. */
const POLL_INTERVAL = 3;

/** Makes somebody a user. Resolves with the exit status. */
export async function userInvite(args: readonly string[]): Promise<number> {
  const command = userInviteCommand();
  parseArguments(command, args);
  const { fingerprint, wait, ...connection } = command.opts();
  const [name] = command.processedArgs;
  if (wait && fingerprint === undefined && !canAsk()) {
    throw new CaucaseError("usage", "this asks for a fingerprint, and there is no terminal to ask at", {
      hint: "--fingerprint gives it; --no-wait prints what the new user runs",
    });
  }
  const server = await connect(connection);
  requireUser(server);
  if (fingerprint !== undefined) return await signSpoken(server, name, fingerprint);
  printLine(`${foreignText(name)} runs, on their own machine:\n`);
  printLine(`  ${await loginLine(server, name)}\n`);
  if (!wait) return EXIT.ok;
  printError("Waiting for the request (Ctrl-C ends this; a request that comes later is signed by the same command) …");
  return await signCompared(server, name);
}

/** What the new user types: the fingerprint is that of the CA certificate which the server gives to newcomers. */
async function loginLine(server: Connection, name: string): Promise<string> {
  const [oldest] = unexpired(await server.authorities("cas"), server.now);
  if (oldest === undefined) throw new CaucaseError("untrusted", "no CA certificate of the server is valid");
  return `caucase login ${quoted(server.url)} --fingerprint ${await caFingerprint(oldest)} --request ${quoted(name)}`;
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
  return /^[\w.:/@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Requests of that name, oldest first. */
async function requestsOf({ apis }: Connection, name: string): Promise<PendingDetails[]> {
  return (await pendingRequests(apis.cau, "cau")).filter(({ subject }) => commonNameIn(subject) === name);
}

/** Signs the request with that fingerprint, which must wait already. @throws `not-found` */
async function signSpoken(server: Connection, name: string, fingerprint: string): Promise<number> {
  const waiting = await requestsOf(server, name);
  const found = waiting.find((one) => one.fingerprint.startsWith(fingerprint));
  if (found !== undefined) return await sign(server, found);
  const others = waiting.length === 0 ? "" : `; ${waiting.length} with another one`;
  throw new CaucaseError("not-found", `no request of ${foreignText(name)} with that fingerprint waits${others}`, {
    hint: "caucase csr list --mode user shows what waits",
  });
}

/** Waits for requests, and asks for the fingerprint of each that comes, until one is right. */
async function signCompared(server: Connection, name: string): Promise<number> {
  for (let seen = 0;;) {
    const waiting = await requestsOf(server, name);
    if (waiting.length > seen) {
      for (const one of waiting) for (const line of requestLines(one, systemClock.now())) printError(line);
      const typed = await askLine(`What does ${foreignText(name)} read out (the first line is enough)? `);
      const spoken = spokenFingerprint(typed);
      const found = spoken === undefined ? undefined : waiting.find((one) => one.fingerprint.startsWith(spoken));
      if (found !== undefined) return await sign(server, found);
      if (typed === "") return notSigned();
      printError("That is not the fingerprint of any request above: nothing was signed.");
      printError("Try again, or end with an empty line. If it stays different, somebody else sent the request.");
      seen = 0;
      continue;
    }
    seen = waiting.length;
    await systemClock.sleepUntil(systemClock.now() + POLL_INTERVAL);
  }
}

function notSigned(): number {
  printError("nothing was signed");
  return EXIT.error;
}

async function sign({ apis }: Connection, { id, subject }: PendingDetails): Promise<number> {
  await apis.cau.sign(`${id}`);
  printLine(`signed ${id}: ${foreignText(subject)} is a user now`);
  return EXIT.ok;
}
