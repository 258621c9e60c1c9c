/** `caucase cert get` */
import { CaucaseError } from "../../core/errors.ts";
import { writeFileDurably } from "../../core/host/durable_file.ts";
import { certificateFromPem } from "../../core/x509/certificate.ts";
import { EXIT } from "../exit_status.ts";
import { caOf } from "../options.ts";
import { connect, requireUser } from "../profile/connection.ts";
import { parseArguments } from "../subcommand.ts";
import { printBytes, printText } from "../terminal.ts";
import { certGetCommand } from "./command.ts";

/** Fetches a certificate. Resolves with the exit status. */
export async function certGet(args: readonly string[]): Promise<number> {
  const command = certGetCommand();
  parseArguments(command, args);
  const { mode, out, der = false, ...connection } = command.opts();
  const [serial] = command.processedArgs;
  if (!/^\d+$/.test(serial)) throw new CaucaseError("usage", "the serial number must be a decimal integer");
  const server = await connect(connection);
  requireUser(server);
  const pem = await server.apis[caOf(mode)].registeredPem(serial);
  if (pem === undefined) {
    throw new CaucaseError("not-found", `the register has no certificate with the serial number ${serial}`);
  }
  const content = der ? (await certificateFromPem(pem)).der : pem;
  if (out !== undefined) await writeFileDurably(out, content);
  else if (typeof content === "string") printText(content);
  else printBytes(content);
  return EXIT.ok;
}
