/** The options of the commands of `caucase user`. */
import { SHARED } from "../options.ts";
import { newUserVerb } from "../profile/user_verb.ts";
import { requestFingerprintOption } from "./fingerprint_option.ts";

export const LIST_EXAMPLES = [["Who may approve:", "caucase user list"]] as const;

export function userListCommand() {
  return newUserVerb("user list", "List the users: whose certificate is valid.", LIST_EXAMPLES)
    .option("--all", "all certificates of users, also renewed, ended and revoked ones")
    .option(...SHARED.json);
}

export const INVITE_EXAMPLES = [
  ["Bob is to be a user:", "caucase user invite Bob"],
  [
    "In two steps, without waiting in between:",
    "caucase user invite Bob --no-wait\n" +
    "caucase user invite Bob --fingerprint \\\n" +
    "  2d81c02ea5f8169ed9eb60680ba9b8b0a49dcd1b1c7f6d385ead295d89ff5869",
  ],
] as const;

export function userInviteCommand() {
  return newUserVerb(
    "user invite",
    "Print what a new user runs, wait for their request, compare the fingerprint that they read out, and sign.",
    INVITE_EXAMPLES,
  )
    .argument("<name>", "common name of the new user")
    .option(
      "--fingerprint <sha256:hex>",
      "what the new user read out: sign the request that has it, without asking",
      requestFingerprintOption,
    )
    .option("--no-wait", "print what the new user runs, and end");
}

export const REVOKE_EXAMPLES = [["Somebody leaves:", "caucase user revoke Bob"]] as const;

export function userRevokeCommand() {
  return newUserVerb(
    "user revoke",
    "Show the valid certificates of a user, ask, and revoke them. This cannot be undone.",
    REVOKE_EXAMPLES,
  )
    .argument("<user>", "common name or subject of the user, as `user list` shows it")
    .option(...SHARED.yes);
}
