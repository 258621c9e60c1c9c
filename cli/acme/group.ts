/** `caucase acme`: its commands, and what its page of the manual says. */
import type { CommandGroup } from "../command_group.ts";
import { EXIT_STATUS } from "../manual/prose.ts";
import { CONNECTION_ENVIRONMENT, CONNECTION_FILES } from "../profile/user_verb.ts";
import {
  ACCOUNT_EXAMPLES,
  accountDeactivateCommand,
  accountListCommand,
  ACCOUNTS_EXAMPLES,
  accountShowCommand,
  CREATE_EXAMPLES,
  DEACTIVATE_EXAMPLES,
  eabCreateCommand,
  eabListCommand,
  eabRevokeCommand,
  KEYS_EXAMPLES,
  REVOKE_EXAMPLES,
} from "./command.ts";

export const acmeGroup: CommandGroup = {
  name: "acme",
  description: "ACME: who may make accounts, and what accounts there are.",
  prose: {
    description: [
      "ACME clients (certbot, lego, Caddy and others) get certificates from a server that was started with `--acme`. " +
      "They are known by accounts, which they make themselves. With `--acme-eab required`, they need a key for that " +
      "(RFC 8555 calls it external account binding), which any user makes with `eab create`: clients take its id and " +
      "its secret, mostly as options that are called eab-kid and eab-hmac-key. It may narrow the names that its " +
      "accounts may order.",
      "The secret is shown once. The server keeps it apart from everything that it lists or tells.",
      "docs/acme.md has the lines for each client.",
    ],
    exitStatus: [
      EXIT_STATUS.done,
      ["1", "Something was refused, was not confirmed, or could not be reached."],
      EXIT_STATUS.usage,
    ],
    environment: CONNECTION_ENVIRONMENT,
    files: CONNECTION_FILES,
    examples: [[
      "A key for one account, and who has one:",
      "caucase acme eab create --uses 1\ncaucase acme account list",
    ]],
    seeAlso: ["cert", "csr", "login", "serve"],
  },
  verbs: [
    {
      name: "eab create",
      summary: "make a key for new accounts",
      table: eabCreateCommand,
      examples: CREATE_EXAMPLES,
      load: async () => (await import("./eab.ts")).eabCreate,
    },
    {
      name: "eab list",
      summary: "list these keys",
      table: eabListCommand,
      examples: KEYS_EXAMPLES,
      load: async () => (await import("./eab.ts")).eabList,
    },
    {
      name: "eab revoke",
      summary: "take them back",
      table: eabRevokeCommand,
      examples: REVOKE_EXAMPLES,
      load: async () => (await import("./eab.ts")).eabRevoke,
    },
    {
      name: "account list",
      summary: "list accounts",
      table: accountListCommand,
      examples: ACCOUNTS_EXAMPLES,
      load: async () => (await import("./account.ts")).accountList,
    },
    {
      name: "account show",
      summary: "show an account and its orders",
      table: accountShowCommand,
      examples: ACCOUNT_EXAMPLES,
      load: async () => (await import("./account.ts")).accountShow,
    },
    {
      name: "account deactivate",
      summary: "end an account",
      table: accountDeactivateCommand,
      examples: DEACTIVATE_EXAMPLES,
      load: async () => (await import("./account.ts")).accountDeactivate,
    },
  ],
};
