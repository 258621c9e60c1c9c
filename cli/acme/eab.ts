/** `caucase acme eab create`, `list` and `revoke` */
import { SECONDS_PER_DAY } from "../../core/ca/lifecycle.ts";
import type { EabKeyEntry } from "../../core/protocol/eab_keys.ts";
import { timeToText } from "../../core/utc_time.ts";
import { EXIT } from "../exit_status.ts";
import { AcmeApi } from "../net/acme_api.ts";
import { acmeDirectoryUrl } from "../net/server_url.ts";
import { printJson } from "../output/json.ts";
import { type Column, factLines, tableLines } from "../output/table.ts";
import { dayText, relativeText } from "../output/times.ts";
import { connect, type Connection, requireUser } from "../profile/connection.ts";
import type { ConnectionOptions } from "../profile/settings.ts";
import { parseArguments } from "../subcommand.ts";
import { printError, printLine, screenWidth } from "../terminal.ts";
import { eabCreateCommand, eabListCommand, eabRevokeCommand } from "./command.ts";

/** The server, asked as the user about ACME. @throws `usage` where there is no user */
export async function acmeOf(options: ConnectionOptions): Promise<{ server: Connection; acme: AcmeApi }> {
  const server = await connect(options);
  requireUser(server);
  return { server, acme: new AcmeApi(server.apis.cas) };
}

/** Makes a key. Resolves with the exit status. */
export async function eabCreate(args: readonly string[]): Promise<number> {
  const command = eabCreateCommand();
  parseArguments(command, args);
  const { name, allow, uses, expires, json = false, ...connection } = command.opts();
  const { server, acme } = await acmeOf(connection);
  const { key, hmacKey } = await acme.createKey({
    ...{ name, allow: allow ?? null, uses: uses ?? null },
    expires: expires === undefined ? null : Math.floor(server.now + expires * SECONDS_PER_DAY),
  });
  const directory = acmeDirectoryUrl(server.settings.url).href;
  if (json) printJson({ directory, ...keyJson(key), hmacKey });
  else {
    for (const line of factLines([["server", directory], ["key id", key.id], ["HMAC key", hmacKey]])) printLine(line);
    printError("The HMAC key is shown this once. Most clients take these as --server, --eab-kid and --eab-hmac-key.");
  }
  return EXIT.ok;
}

/** Lists keys. Resolves with the exit status. */
export async function eabList(args: readonly string[]): Promise<number> {
  const command = eabListCommand();
  parseArguments(command, args);
  const { all = false, json = false, ...connection } = command.opts();
  const { server: { now }, acme } = await acmeOf(connection);
  const found = (await acme.keys()).filter((key) => all || statusOf(key, now) === "valid");
  if (json) printJson(found.map(keyJson));
  else if (found.length === 0) printError("no key can be used for a new account");
  else for (const line of tableLines(columnsAt(now), byAge(found), screenWidth())) printLine(line);
  return EXIT.ok;
}

/** Takes keys back. Resolves with the exit status. */
export async function eabRevoke(args: readonly string[]): Promise<number> {
  const command = eabRevokeCommand();
  parseArguments(command, args);
  const [ids] = command.processedArgs;
  const { acme } = await acmeOf(command.opts());
  for (const id of ids) {
    await acme.revokeKey(id);
    printLine(`revoked ${id}`);
  }
  return EXIT.ok;
}

function statusOf({ revokedAt, expires, usesLeft }: EabKeyEntry, now: number): string {
  if (revokedAt !== null) return "revoked";
  if (expires !== null && expires < now) return "expired";
  return usesLeft === 0 ? "used" : "valid";
}

function columnsAt(now: number): Column<EabKeyEntry>[] {
  return [
    { title: "ID", text: ({ id }) => id },
    { title: "NAME", text: ({ name }) => name || "-", isElastic: true },
    { title: "STATUS", text: (key) => statusOf(key, now) },
    { title: "USES LEFT", text: ({ usesLeft }) => usesLeft === null ? "any" : `${usesLeft}` },
    { title: "EXPIRES", text: ({ expires }) => expires === null ? "never" : relativeText(expires, now) },
    { title: "MADE", text: ({ createdAt }) => dayText(createdAt) },
    { title: "NAMES", text: ({ allow }) => allow?.join(", ") ?? "all", isElastic: true },
  ];
}

function byAge(keys: readonly EabKeyEntry[]): EabKeyEntry[] {
  return keys.toSorted((a, b) => a.createdAt - b.createdAt);
}

/** With the members of the protocol's message. */
function keyJson({ expires, createdAt, revokedAt, ...rest }: EabKeyEntry) {
  const text = (time: number | null) => time === null ? null : timeToText(time);
  return { ...rest, expires: text(expires), createdAt: timeToText(createdAt), revokedAt: text(revokedAt) };
}
