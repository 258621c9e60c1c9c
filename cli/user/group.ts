/** `caucase user`: its commands, and what its page of the manual says. */
import type { CommandGroup } from "../command_group.ts";
import { EXIT_STATUS } from "../manual/prose.ts";
import { CONNECTION_ENVIRONMENT, CONNECTION_FILES } from "../profile/user_verb.ts";
import {
  INVITE_EXAMPLES,
  LIST_EXAMPLES,
  REVOKE_EXAMPLES,
  userInviteCommand,
  userListCommand,
  userRevokeCommand,
} from "./command.ts";

export const userGroup: CommandGroup = {
  name: "user",
  description: "Users: who approves requests, and who is to be one.",
  prose: {
    description: [
      "A user is known by a certificate of the CA for users. Any user may make others, and revoke them.",
      "`invite` prints one command with the server's URL and the fingerprint of its CA, for the new user. That " +
      "command makes a key and a request, and prints the request's fingerprint, which the new user reads out over " +
      "a channel on which you recognise them: on the telephone, say. Only the request with that " +
      "fingerprint is signed: the first line of it is enough. So nobody can slip in another one under the same name.",
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
