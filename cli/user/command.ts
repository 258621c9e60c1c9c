/** The options of `caucase user`, and what its page of the manual says besides. */
import type { CommandGroup } from "../command_group.ts";
import { EXIT_STATUS } from "../manual/prose.ts";
import { SHARED } from "../options.ts";
import { CONNECTION_ENVIRONMENT, CONNECTION_FILES, newUserVerb } from "../profile/user_verb.ts";
import { requestFingerprintOption } from "./fingerprint_option.ts";

const LIST_EXAMPLES = [["Who may approve:", "caucase user list"]] as const;

export function userListCommand() {
  return newUserVerb("user list", "List the users: whose certificate is valid.", LIST_EXAMPLES)
    .option("--all", "all certificates of users, also renewed, ended and revoked ones")
    .option(...SHARED.json);
}

const INVITE_EXAMPLES = [
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

const REVOKE_EXAMPLES = [["Somebody leaves:", "caucase user revoke Bob"]] as const;

export function userRevokeCommand() {
  return newUserVerb(
    "user revoke",
    "Show the valid certificates of a user, ask, and revoke them. This cannot be undone.",
    REVOKE_EXAMPLES,
  )
    .argument("<user>", "common name or subject of the user, as `user list` shows it")
    .option(...SHARED.yes);
}

export const userGroup: CommandGroup = {
  name: "user",
  description: "Users: who approves requests, and who is to be one.",
  prose: {
    description: [
      "A user is known by a certificate of the CA for users. Any user may make others, and revoke them.",
      "`invite` prints one command with the server's URL and the fingerprint of its CA, for the new user. That command " +
      "makes a key and a request, and prints the request's fingerprint, which the new user reads out over a channel " +
      "on which you recognise them: on the telephone, say. Only the request with that fingerprint is signed: the " +
      "first line of it is enough. So nobody can slip in another one under the same name.",
      "`list` and `revoke` read the server's register, which a server of the reference implementation does not have: " +
      "there, `cert revoke` works with the certificate in a file.",
    ],
    exitStatus: [
      EXIT_STATUS.done,
      ["1", "Something was refused, was not confirmed, or could not be reached."],
      EXIT_STATUS.usage,
    ],
    environment: CONNECTION_ENVIRONMENT,
    files: CONNECTION_FILES,
    examples: [["Bob is to be a user:", "caucase user invite Bob"]],
    seeAlso: ["cert", "csr", "login"],
  },
  verbs: [
    {
      name: "list",
      summary: "list the users",
      table: userListCommand,
      examples: LIST_EXAMPLES,
      load: async () => (await import("./list.ts")).userList,
    },
    {
      name: "invite",
      summary: "make somebody a user",
      table: userInviteCommand,
      examples: INVITE_EXAMPLES,
      load: async () => (await import("./invite.ts")).userInvite,
    },
    {
      name: "revoke",
      summary: "make somebody a user no longer",
      table: userRevokeCommand,
      examples: REVOKE_EXAMPLES,
      load: async () => (await import("./revoke.ts")).userRevoke,
    },
  ],
};
