/** `caucase ca fingerprint` */
import { CaucaseError } from "../../core/errors.ts";
import { unexpired } from "../../core/ca/lifecycle.ts";
import { caFingerprint } from "../ca_fingerprint.ts";
import { EXIT } from "../exit_status.ts";
import { caOf } from "../options.ts";
import { connect } from "../profile/connection.ts";
import { parseArguments } from "../subcommand.ts";
import { printLine } from "../terminal.ts";
import { caFingerprintCommand } from "./command.ts";

/** Prints the fingerprint of the oldest valid one, which the server gives to newcomers. Resolves with the status. */
export async function caFingerprintOf(args: readonly string[]): Promise<number> {
  const command = caFingerprintCommand();
  parseArguments(command, args);
  const { mode, ...connection } = command.opts();
  const server = await connect(connection);
  const [oldest] = unexpired(await server.authorities(caOf(mode)), server.now);
  if (oldest === undefined) throw new CaucaseError("untrusted", "no CA certificate of the server is valid");
  printLine(await caFingerprint(oldest));
  return EXIT.ok;
}
