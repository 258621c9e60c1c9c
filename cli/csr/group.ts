/** `caucase csr`: its commands, and what its page of the manual says. */
import type { CommandGroup } from "../command_group.ts";
import { EXIT_STATUS } from "../manual/prose.ts";
import { CONNECTION_ENVIRONMENT, CONNECTION_FILES } from "../profile/user_verb.ts";
import {
  csrListCommand,
  csrRejectCommand,
  csrShowCommand,
  csrSignCommand,
  csrSubmitCommand,
  LIST_EXAMPLES,
  REJECT_EXAMPLES,
  SHOW_EXAMPLES,
  SIGN_EXAMPLES,
  SUBMIT_EXAMPLES,
} from "./command.ts";

export const csrGroup: CommandGroup = {
  name: "csr",
  description: "Certificate signing requests: what waits for a decision, and the decision.",
  prose: {
    description: [
      "Requests wait until a user signs or rejects them. `sign` shows each request before it asks: subject, every " +
      "name, the kind of its key, which extensions the profile will leave out or change, when and from where it " +
      "came, and its fingerprint (SHA-256 of its DER), which the sender can compare. Where there is no terminal, " +
      "`sign` and `reject` refuse unless `--yes` is given.",
      "With `--subject`, `--dns` or `--ip`, the certificate gets these instead of what was asked for: `--dns` and " +
      "`--ip` together replace all names of subjectAltName. The other extensions of the request stay.",
      "`--mode user` is about the CA for users.",
    ],
    exitStatus: [
      EXIT_STATUS.done,
      ["1", "Something was refused, was not confirmed, or could not be reached."],
      EXIT_STATUS.usage,
    ],
    environment: CONNECTION_ENVIRONMENT,
    files: CONNECTION_FILES,
    examples: [
      ["What waits, a look at it, and the decision:", "caucase csr list\ncaucase csr sign 2229140326336282122"],
    ],
    seeAlso: ["ca", "cert", "login", "user"],
  },
  verbs: [
    {
      name: "list",
      summary: "list the requests that wait",
      table: csrListCommand,
      examples: LIST_EXAMPLES,
      load: async () => (await import("./list.ts")).csrList,
    },
    {
      name: "show",
      summary: "show requests, with all that they ask for",
      table: csrShowCommand,
      examples: SHOW_EXAMPLES,
      load: async () => (await import("./show.ts")).csrShow,
    },
    {
      name: "sign",
      summary: "sign requests, after a look at each",
      table: csrSignCommand,
      examples: SIGN_EXAMPLES,
      load: async () => (await import("./decide.ts")).csrSign,
    },
    {
      name: "reject",
      summary: "reject requests",
      table: csrRejectCommand,
      examples: REJECT_EXAMPLES,
      load: async () => (await import("./decide.ts")).csrReject,
    },
    {
      name: "submit",
      summary: "send requests",
      table: csrSubmitCommand,
      examples: SUBMIT_EXAMPLES,
      load: async () => (await import("./submit.ts")).csrSubmit,
    },
  ],
};
