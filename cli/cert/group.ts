/** `caucase cert`: its commands, and what its page of the manual says. */
import type { CommandGroup } from "../command_group.ts";
import { EXIT_STATUS } from "../manual/prose.ts";
import { CONNECTION_ENVIRONMENT, CONNECTION_FILES } from "../profile/user_verb.ts";
import {
  certGetCommand,
  certListCommand,
  certRenewCommand,
  certRevokeCommand,
  certShowCommand,
  GET_EXAMPLES,
  LIST_EXAMPLES,
  RENEW_EXAMPLES,
  REVOKE_EXAMPLES,
  SHOW_EXAMPLES,
} from "./command.ts";

export const certGroup: CommandGroup = {
  name: "cert",
  description: "Certificates: what the CA issued, and what became of it.",
  prose: {
    description: [
      "`list`, `show` and `get` read the server's register, which has every certificate until a year after its end. " +
      "A server of the reference implementation has none, and the commands say so. A certificate is `valid`; " +
      "`expiring` when it has 31 days left or less and was not renewed; `expired`; or `revoked`. " +
      "`current` are those that are valid or expiring and were not renewed: what their holders should use.",
      "Where `list` is about what ends, its last column tells why a certificate was not renewed, as far as its " +
      "holder reported: nothing ever, nothing since it was installed, or that its hook fails. `last seen` is when " +
      "the holder fetched the certificate or reported last.",
      "`list --has-ca` and `--lacks-ca` go by the same: an updater that was seen since a CA certificate was made has " +
      "fetched it. The last line, on standard error, counts.",
      "`show` follows renewals backwards and forwards: a host that renews has one chain, whoever approved its first " +
      "certificate.",
      "`get --request` is for holders: it needs no user, and ends with status 2 while the request waits.",
      "`renew` needs the certificate's own key, no user. Without `--threshold` it renews at once.",
      "`revoke` shows what it is about before it asks, and refuses without a terminal unless `--yes` is given. As a " +
      "user it revokes any certificate; a file with certificate and key is revoked by that key where there is no " +
      "user. The next CRL has it.",
      "`--mode user` is about the CA for users.",
    ],
    exitStatus: [
      EXIT_STATUS.done,
      ["1", "Something was refused, was not confirmed, or could not be reached."],
      ["2", "A request is still pending; or the command line is wrong, and nothing was done."],
    ],
    environment: CONNECTION_ENVIRONMENT,
    files: CONNECTION_FILES,
    examples: [
      ["What needs somebody soon:", "caucase cert list --status expiring"],
      ["Who approved it:", "caucase cert show www.example.org"],
    ],
    seeAlso: ["ca", "csr", "login", "user"],
  },
  verbs: [
    {
      name: "list",
      summary: "list certificates",
      table: certListCommand,
      examples: LIST_EXAMPLES,
      load: async () => (await import("./list.ts")).certList,
    },
    {
      name: "show",
      summary: "show a certificate, with its history",
      table: certShowCommand,
      examples: SHOW_EXAMPLES,
      load: async () => (await import("./show.ts")).certShow,
    },
    {
      name: "get",
      summary: "fetch a certificate",
      table: certGetCommand,
      examples: GET_EXAMPLES,
      load: async () => (await import("./get.ts")).certGet,
    },
    {
      name: "renew",
      summary: "renew a certificate, with a new key",
      table: certRenewCommand,
      examples: RENEW_EXAMPLES,
      load: async () => (await import("./renew.ts")).certRenew,
    },
    {
      name: "revoke",
      summary: "revoke certificates",
      table: certRevokeCommand,
      examples: REVOKE_EXAMPLES,
      load: async () => (await import("./revoke.ts")).certRevoke,
    },
  ],
};
