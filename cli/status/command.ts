/** The options of `caucase status`, and what its page of the manual says besides. */
import { CONNECTION_OPTIONS, PLAIN_OPTIONS } from "../help.ts";
import type { Prose } from "../manual/prose.ts";
import { SHARED } from "../options.ts";
import { CONNECTION_ENVIRONMENT, CONNECTION_FILES } from "../profile/user_verb.ts";
import { newCommand } from "../subcommand.ts";

export function statusCommand() {
  return newCommand(
    "status",
    "Tell on one screen how a server does, and what needs a person. The exit status says the same.",
    statusManual,
  )
    .optionsGroup(CONNECTION_OPTIONS)
    .option(...SHARED.caUrl)
    .option(...SHARED.userKey)
    .option(...SHARED.trustStore)
    .optionsGroup(PLAIN_OPTIONS)
    .option(...SHARED.json);
}

export const statusManual: Prose = {
  description: [
    "Asks the server, as a user, how it does: the CAs and the phases of their certificates, CRLs, what waits for a " +
    "decision, what ends soon without having been renewed, backups, and the server's regular work with its last " +
    "errors. Below that stands what needs a person; nothing does where it says so.",
    "A server of the reference implementation, or an older one, cannot say: `caucase probe` checks it from outside.",
  ],
  exitStatus: [
    ["0", "All is well."],
    ["1", "Something needs attention, but works."],
    ["2", "Something is broken, or the server cannot be asked; or the command line is wrong."],
  ],
  environment: CONNECTION_ENVIRONMENT,
  files: CONNECTION_FILES,
  examples: [
    ["One screen:", "caucase status"],
    ["In a script:", "caucase status > /dev/null || echo look"],
  ],
  seeAlso: ["ca", "cert", "csr", "probe"],
};
