/** The options of the commands of `caucase acme`. */
import { collect, countFromOne, days, SHARED } from "../options.ts";
import { newUserVerb } from "../profile/user_verb.ts";

export const CREATE_EXAMPLES = [
  [
    "For one account of one department, to be made within a week:",
    'caucase acme eab create --name "Bob, web" --allow "*.web.example.org" \\\n  --uses 1 --expires 7',
  ],
] as const;

export function eabCreateCommand() {
  return newUserVerb(
    "acme eab create",
    "Make a key with which ACME clients make accounts, and print its id and its secret: this once, and never again.",
    CREATE_EXAMPLES,
  )
    .option("--name <text>", "whom it is for; `list` shows it", "")
    .option(
      "--allow <pattern>",
      "names that its accounts may order: www.example.org, *.example.org, 10.0.0.0/8; as often as needed; all that " +
        "the server allows unless given",
      collect,
    )
    .option("--uses <n>", "how many accounts may be made with it; any number unless given", countFromOne)
    .option("--expires <days>", "no account can be made with it after that; never unless given", days)
    .option(...SHARED.json);
}

export const KEYS_EXAMPLES = [["Who may make accounts:", "caucase acme eab list"]] as const;

export function eabListCommand() {
  return newUserVerb("acme eab list", "List the keys for new accounts, without their secrets.", KEYS_EXAMPLES)
    .option("--all", "also revoked, expired and used ones")
    .option(...SHARED.json);
}

export const REVOKE_EXAMPLES = [
  ["No more accounts with that key:", "caucase acme eab revoke q3Zb1mVb0x8aYtqkXw9eLA"],
] as const;

export function eabRevokeCommand() {
  return newUserVerb(
    "acme eab revoke",
    "Revoke keys: no account can be made with them any more. Accounts that were made with them stay.",
    REVOKE_EXAMPLES,
  ).argument("<id...>", "ids of keys, as `eab list` shows them");
}

export const ACCOUNTS_EXAMPLES = [["Who gets certificates by ACME:", "caucase acme account list"]] as const;

export function accountListCommand() {
  return newUserVerb("acme account list", "List the ACME accounts.", ACCOUNTS_EXAMPLES)
    .option("--all", "also those that have ended")
    .option(...SHARED.json);
}

export const ACCOUNT_EXAMPLES = [
  ["What it ordered:", "caucase acme account show Zk3Vb0x8aYtqkXw9eLA1mQ"],
] as const;

export function accountShowCommand() {
  return newUserVerb("acme account show", "Show an account with its orders.", ACCOUNT_EXAMPLES)
    .argument("<account>", "id of the account")
    .option(...SHARED.json);
}

export const DEACTIVATE_EXAMPLES = [
  ["A host is gone:", "caucase acme account deactivate Zk3Vb0x8aYtqkXw9eLA1mQ"],
] as const;

export function accountDeactivateCommand() {
  return newUserVerb(
    "acme account deactivate",
    "Show an account, ask, and end it: it can do nothing any more, and requests of its orders are rejected. Its " +
      "certificates stay valid: `cert revoke` revokes them. This cannot be undone.",
    DEACTIVATE_EXAMPLES,
  )
    .argument("<account>", "id of the account")
    .option(...SHARED.yes);
}
