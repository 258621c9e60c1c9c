/** `caucase ca https` */
import { systemClock } from "../../core/host/clock.ts";
import { writeFileDurably } from "../../core/host/durable_file.ts";
import { EXIT } from "../exit_status.ts";
import { pinned } from "../login/pin.ts";
import { ApiClient } from "../net/api_client.ts";
import { ServerAuthentication } from "../net/server_authentication.ts";
import { caStoreIn } from "../profile/connection.ts";
import { connectionSettings } from "../profile/settings.ts";
import { parseArguments } from "../subcommand.ts";
import { printError, printText } from "../terminal.ts";
import { caHttpsCommand } from "./command.ts";

/** Prints the CA certificates of the HTTPS listener, or writes them to a file. Resolves with the exit status. */
export async function caHttps(args: readonly string[]): Promise<number> {
  const command = caHttpsCommand();
  parseArguments(command, args);
  const { fingerprint, yes = false, out, ...options } = command.opts();
  const settings = await connectionSettings(options);
  const cas = new ApiClient(settings.url.href, "cas");
  const pin = { fingerprint, isTrusting: yes, now: systemClock.now() };
  const authorities = await pinned(cas, caStoreIn(settings.trustStore, "cas"), pin);
  const server = new ServerAuthentication(cas, { authorities, required: true, warn: printError });
  const pem = (await server.anchors() ?? []).map((text) => `${text.trimEnd()}\n`).join("");
  if (out === undefined) printText(pem);
  else await writeFileDurably(out, pem);
  return EXIT.ok;
}
