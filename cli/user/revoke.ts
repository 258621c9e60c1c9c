/** `caucase user revoke` */
import { CaucaseError } from "../../core/errors.ts";
import { serialRevocation } from "../../core/protocol/revocation.ts";
import { EXIT } from "../exit_status.ts";
import { foreignText } from "../output/foreign_text.ts";
import { requireSomebody, saysYes } from "../output/question.ts";
import { dayText } from "../output/times.ts";
import { connect, requireUser } from "../profile/connection.ts";
import { parseArguments } from "../subcommand.ts";
import { printError, printLine } from "../terminal.ts";
import { userRevokeCommand } from "./command.ts";
import { isGood } from "./people.ts";
import { certificatesOf } from "./user_certificates.ts";

/** Revokes all valid certificates of a user. Resolves with the exit status. */
export async function userRevoke(args: readonly string[]): Promise<number> {
  const command = userRevokeCommand();
  parseArguments(command, args);
  const { yes = false, ...connection } = command.opts();
  const [name] = command.processedArgs;
  if (!yes) requireSomebody();
  const server = await connect(connection);
  requireUser(server);
  // A renewed certificate stays valid beside its successor: all must go.
  const found = (await certificatesOf(server.apis.cau, name)).filter(isGood);
  if (found.length === 0) {
    throw new CaucaseError("not-found", `no user ${foreignText(name)} has a valid certificate`, {
      hint: "caucase user list shows the users",
    });
  }
  for (const { serial, subject, notAfter } of found) {
    printError(`${serial}  ${foreignText(subject)}, until ${dayText(notAfter)}`);
  }
  const what = found.length === 1 ? "this certificate" : `these ${found.length} certificates`;
  if (!yes && !await saysYes(`Revoke ${what} for good`)) {
    printError("nothing was revoked");
    return EXIT.error;
  }
  for (const { serial } of found) {
    await server.apis.cau.revoke(serialRevocation(serial));
    printLine(`revoked ${serial}`);
  }
  return EXIT.ok;
}
