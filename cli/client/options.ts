/** The command line of `caucase client`. */
import { CaucaseError } from "../../core/errors.ts";
import { groupValues } from "../command_line.ts";
import { parseArguments } from "../subcommand.ts";
import { clientCommand } from "./command.ts";
import type { CrtAndKey, IdAndPath } from "./holder_actions.ts";

export type ClientOptions = ReturnType<typeof readClientOptions>;

/** @throws `EarlyExit` after help or a complaint; `usage` for ids in more than one list */
export function readClientOptions(args: readonly string[]) {
  const command = clientCommand();
  parseArguments(command, args);
  const given = command.opts();
  const options = {
    ...given,
    sendCsr: given.sendCsr ?? [],
    signCsr: given.signCsr ?? [],
    rejectCsr: given.rejectCsr ?? [],
    revokeOtherCrt: given.revokeOtherCrt ?? [],
    revokeSerial: given.revokeSerial ?? [],
    updateUser: given.updateUser ?? false,
    showCa: given.showCa ?? false,
    listCsr: given.listCsr ?? false,
    getCrt: idsAndPaths(given.getCrt),
    getCsr: idsAndPaths(given.getCsr),
    signCsrWith: idsAndPaths(given.signCsrWith),
    revokeCrt: crtsAndKeys(given.revokeCrt),
    renewCrt: crtsAndKeys(given.renewCrt),
  };
  requireOneDecision([options.signCsr, options.signCsrWith.map(({ id }) => id), options.rejectCsr]);
  return options;
}

function idsAndPaths(values: readonly string[] = []): IdAndPath[] {
  return groupValues(values, 2).map(([id = "", path = ""]) => ({ id, path }));
}

function crtsAndKeys(values: readonly string[] = []): CrtAndKey[] {
  return groupValues(values, 2).map(([crt = "", key = ""]) => ({ crt, key }));
}

/** An id in two of these lists is a typing error: nothing is done then, so that nothing has to be undone. */
function requireOneDecision(lists: readonly (readonly string[])[]): void {
  const ids = lists.flatMap((list) => [...new Set(list.map(withoutLeadingZeros))]);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice === undefined) return;
  const message = `request ${twice} is in more than one of --sign-csr, --sign-csr-with and --reject-csr`;
  throw new CaucaseError("unacceptable", message, { hint: "nothing was done" });
}

function withoutLeadingZeros(id: string): string {
  return id.replace(/^0+(?=\d)/, "");
}
