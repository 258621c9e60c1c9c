/** The options of the commands of `caucase csr`. */
import { collect, modeOption, SHARED } from "../options.ts";
import { newUserVerb } from "../profile/user_verb.ts";

const MODE = modeOption().default("service" as const);

export const LIST_EXAMPLES = [["To see requests as they come:", "caucase csr list --watch"]] as const;

export function csrListCommand() {
  return newUserVerb("csr list", "List the requests that wait for a user's decision.", LIST_EXAMPLES)
    .addOption(MODE)
    .option("--watch", "go on, and show new ones as they come")
    .option(...SHARED.json);
}

export const SHOW_EXAMPLES = [["Everything that is asked for:", "caucase csr show 2229140326336282122"]] as const;

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

export const SIGN_EXAMPLES = [
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

export const REJECT_EXAMPLES = [["A request that nobody knows:", "caucase csr reject 2229140326336282122"]] as const;

export function csrRejectCommand() {
  return newUserVerb("csr reject", "Show requests, ask, and reject them.", REJECT_EXAMPLES)
    .argument("<request...>", "ids of requests; - reads them from standard input")
    .addOption(MODE)
    .option(...SHARED.yes);
}

export const SUBMIT_EXAMPLES = [
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
