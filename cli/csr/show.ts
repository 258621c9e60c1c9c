/** `caucase csr show` */
import { writePendingDetails } from "../../core/protocol/pending_details.ts";
import { ClientOutcome } from "../client/session.ts";
import { decimalId } from "../client/holder_actions.ts";
import { caOf } from "../options.ts";
import { printJson } from "../output/json.ts";
import { connect } from "../profile/connection.ts";
import { parseArguments } from "../subcommand.ts";
import { printError, printLine, printText } from "../terminal.ts";
import { alreadySigned, oneRequest } from "./asking.ts";
import { csrShowCommand } from "./command.ts";
import { requestLines } from "./facts.ts";
import { namedIds } from "./ids.ts";

/** Shows requests. Resolves with the exit status. */
export async function csrShow(args: readonly string[]): Promise<number> {
  const command = csrShowCommand();
  parseArguments(command, args);
  const { mode, pem = false, json = false, ...connection } = command.opts();
  const ca = caOf(mode);
  const ids = await namedIds(command.processedArgs[0]);
  const server = await connect(connection);
  const outcome = new ClientOutcome();
  const shown: unknown[] = [];
  await outcome.forEach(ids, {
    name: (id) => `request ${id}`,
    async action(id) {
      const { details, csrPem, isSigned } = await oneRequest(server.apis[ca], ca, decimalId(id));
      if (json) return void shown.push(JSON.parse(writePendingDetails(details)));
      if (pem) return printText(csrPem);
      if (shown.push(id) > 1) printLine("");
      for (const line of requestLines(details, server.now)) printLine(line);
      if (isSigned) printError(`request ${id}: ${alreadySigned(id)}`);
    },
  });
  if (json) printJson(shown);
  return outcome.status;
}
