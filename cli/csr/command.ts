/** The options of `caucase csr`, and what its page of the manual says besides. */
import type { CommandGroup } from "../command_group.ts";
import { EXIT_STATUS } from "../manual/prose.ts";
import { collect, modeOption, SHARED } from "../options.ts";
import { CONNECTION_ENVIRONMENT, CONNECTION_FILES, newUserVerb } from "../profile/user_verb.ts";

const MODE = modeOption().default("service" as const);

const LIST_EXAMPLES = [["To see requests as they come:", "caucase csr list --watch"]] as const;

export function csrListCommand() {
  return newUserVerb("csr list", "List the requests that wait for a user's decision.", LIST_EXAMPLES)
    .addOption(MODE)
    .option("--watch", "go on, and show new ones as they come")
    .option(...SHARED.json);
}

const SHOW_EXAMPLES = [["Everything that is asked for:", "caucase csr show 2229140326336282122"]] as const;

export function csrShowCommand() {
  return newUserVerb(
    "csr show",
    "Show requests: every name, the key, and what the profile will change.",
    SHOW_EXAMPLES,
  )
    .argument("<request...>", "ids of requests; - reads them from standard input")
    .addOption(MODE)
    .option("--pem", "print the requests themselves, as PEM")
    .option(...SHARED.json);
}

const SIGN_EXAMPLES = [
  ["After a look at it:", "caucase csr sign 2229140326336282122"],
  ["With another name:", "caucase csr sign 2229140326336282122 --dns www.example.org"],
  ["All that wait, in a script:", "caucase csr list --json | jq -r '.[].id' |\n  caucase csr sign - --yes"],
] as const;

export function csrSignCommand() {
  return newUserVerb(
    "csr sign",
    "Show requests, ask, and sign them. The holder of a certificate may use every name in it.",
    SIGN_EXAMPLES,
  )
    .argument("<request...>", "ids of requests; - reads them from standard input")
    .addOption(MODE)
    .option(...SHARED.yes)
    .optionsGroup("Sign with other names than those that are asked for:")
    .option("--subject <name>", "with this subject, like CN=host,O=Example")
    .option("--dns <name>", "with this DNS name, instead of all names; repeatable", collect)
    .option("--ip <address>", "with this IP address, instead of all names; repeatable", collect);
}

const REJECT_EXAMPLES = [["A request that nobody knows:", "caucase csr reject 2229140326336282122"]] as const;

export function csrRejectCommand() {
  return newUserVerb("csr reject", "Show requests, ask, and reject them.", REJECT_EXAMPLES)
    .argument("<request...>", "ids of requests; - reads them from standard input")
    .addOption(MODE)
    .option(...SHARED.yes);
}

const SUBMIT_EXAMPLES = [
  [
    "Key and request from openssl:",
    "openssl req -newkey rsa:2048 -nodes -subj /CN=www.example.org \\\n" +
    "  -keyout www.pem -out www.csr.pem\n" +
    "caucase csr submit www.csr.pem",
  ],
] as const;

export function csrSubmitCommand() {
  return newUserVerb("csr submit", "Send requests; prints the id of each. Anybody may.", SUBMIT_EXAMPLES)
    .argument("<csr...>", "files with a request; - is standard input")
    .addOption(MODE);
}

export const csrGroup: CommandGroup = {
  name: "csr",
  description: "Certificate signing requests: what waits for a decision, and the decision.",
  prose: {
    description: [
      "Requests wait until a user signs or rejects them. `sign` shows each request before it asks: subject, every " +
      "name, the kind of its key, which extensions the profile will leave out or change, when and from where it came, " +
      "and its fingerprint (SHA-256 of its DER), which the sender can compare. Where there is no terminal, `sign` and " +
      "`reject` refuse unless `--yes` is given.",
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
