/** `caucase csr sign` and `caucase csr reject`: a look, a question, the decision. */
import { CaucaseError } from "../../core/errors.ts";
import { decimalId } from "../client/holder_actions.ts";
import { ClientOutcome } from "../client/session.ts";
import { caOf } from "../options.ts";
import { requireSomebody, saysYes } from "../output/question.ts";
import { connect, type Connection, requireUser } from "../profile/connection.ts";
import type { PublicCa } from "../../core/protocol/routes.ts";
import { parseArguments } from "../subcommand.ts";
import { printError, printLine } from "../terminal.ts";
import { alreadySigned, oneRequest, type ShownRequest } from "./asking.ts";
import { csrRejectCommand, csrSignCommand } from "./command.ts";
import { requestLines } from "./facts.ts";
import { namedIds } from "./ids.ts";
import { otherNames, type Template, withOtherNames } from "./other_names.ts";

/** Signs requests. Resolves with the exit status. */
export async function csrSign(args: readonly string[]): Promise<number> {
  const command = csrSignCommand();
  parseArguments(command, args);
  const { mode, yes = false, subject, dns, ip, ...connection } = command.opts();
  const wanted = otherNames({ subject, dns, ip });
  const ids = await namedIds(command.processedArgs[0]);
  if (!yes) requireSomebody();
  const ca = caOf(mode);
  const server = await connect(connection);
  requireUser(server);
  const api = server.apis[ca];
  return await decide({ server, ca, ids, yes }, {
    question: "Sign",
    done: "signed",
    async change(asked) {
      return wanted === undefined ? undefined : await withOtherNames(asked, wanted);
    },
    act: (id, template) => api.sign(id, template),
  });
}

/** Rejects requests. Resolves with the exit status. */
export async function csrReject(args: readonly string[]): Promise<number> {
  const command = csrRejectCommand();
  parseArguments(command, args);
  const { mode, yes = false, ...connection } = command.opts();
  const ids = await namedIds(command.processedArgs[0]);
  if (!yes) requireSomebody();
  const ca = caOf(mode);
  const server = await connect(connection);
  requireUser(server);
  return await decide({ server, ca, ids, yes }, {
    question: "Reject",
    done: "rejected",
    change: () => Promise.resolve(undefined),
    act: (id) => server.apis[ca].reject(id),
  });
}

interface Decisions {
  readonly server: Connection;
  readonly ca: PublicCa;
  readonly ids: readonly string[];
  /** Whether nobody is asked. */
  readonly yes: boolean;
}

interface Decision {
  /** `Sign` */
  readonly question: string;
  /** `signed` */
  readonly done: string;
  /** A template whose content takes the place of what is asked for; undefined for none. */
  change(asked: ShownRequest): Promise<Template | undefined>;
  act(id: string, template: Uint8Array | undefined): Promise<void>;
}

/** One that fails, or is declined, does not keep the others from being asked about. */
async function decide({ server, ca, ids, yes }: Decisions, { question, done, change, act }: Decision): Promise<number> {
  const outcome = new ClientOutcome();
  await outcome.forEach(ids, {
    name: (id) => `request ${id}`,
    async action(id) {
      const asked = await oneRequest(server.apis[ca], ca, decimalId(id));
      if (asked.isSigned) throw new CaucaseError("refused", alreadySigned(id));
      const template = await change(asked);
      const { details } = template?.shown ?? asked;
      if (!yes) {
        for (const line of requestLines(details, server.now)) printError(line);
        if (!await saysYes(`${question} request ${id}`)) {
          printError(`request ${id}: left as it is`);
          return outcome.failed();
        }
      }
      await act(id, template?.csr);
      printLine(`${done} ${id}`);
    },
  });
  return outcome.status;
}
