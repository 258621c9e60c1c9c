/** `caucase csr submit` */
import { CaucaseError } from "../../core/errors.ts";
import { FILE_LIMIT } from "../../core/host/durable_file.ts";
import { fileError } from "../../core/host/file_error.ts";
import { csrFromFile } from "../../core/x509/csr.ts";
import { requireCsrFile } from "../client/holder_actions.ts";
import { ClientOutcome } from "../client/session.ts";
import { caOf } from "../options.ts";
import { connect } from "../profile/connection.ts";
import { parseArguments } from "../subcommand.ts";
import { printLine, readStandardInput } from "../terminal.ts";
import { csrSubmitCommand } from "./command.ts";

/** Sends requests, each with its id on a line. Resolves with the exit status. */
export async function csrSubmit(args: readonly string[]): Promise<number> {
  const command = csrSubmitCommand();
  parseArguments(command, args);
  const { mode, ...connection } = command.opts();
  const server = await connect(connection);
  const outcome = new ClientOutcome();
  await outcome.forEach(command.processedArgs[0], {
    name: (path) => path,
    async action(path) {
      const csr = path === "-" ? await requestFromInput() : await requireCsrFile(path);
      printLine(`${await server.apis[caOf(mode)].submit(csr)} ${path}`);
    },
  });
  return outcome.status;
}

async function requestFromInput(): Promise<Uint8Array> {
  const bytes = await readStandardInput(FILE_LIMIT);
  try {
    return (await csrFromFile(bytes)).pem;
  } catch (error) {
    if (error instanceof CaucaseError) throw fileError("use", "standard input", error);
    throw error;
  }
}
