/** `caucase ca`: its commands, and what its page of the manual says. */
import type { CommandGroup } from "../command_group.ts";
import { EXIT_STATUS } from "../manual/prose.ts";
import { CONNECTION_ENVIRONMENT, CONNECTION_FILES } from "../profile/user_verb.ts";
import {
  caFingerprintCommand,
  caHttpsCommand,
  caRolloverPlanCommand,
  caShowCommand,
  FINGERPRINT_EXAMPLES,
  HTTPS_EXAMPLES,
  PLAN_EXAMPLES,
  SHOW_EXAMPLES,
} from "./command.ts";

export const caGroup: CommandGroup = {
  name: "ca",
  description: "The two CAs of a server: CAS for services, CAU for users. No user is needed.",
  prose: {
    description: [
      "What is shown is what this machine trusts, after it was brought up to date from the server.",
      "A CA certificate lives four times as long as the certificates that it signs. When half of that is left, its " +
      "successor is made; it signs one life of a certificate later, when every host that renews has fetched it. The " +
      "phases are `next` (made, does not sign yet), `signing`, and `leaving` (vouches for what it signed before).",
      "`fingerprint` prints that of the oldest valid CA certificate, which the server gives to newcomers: for " +
      "`login --fingerprint`, and for `--ca-fingerprint` of updaters.",
      "The HTTPS listener has a certificate of a CA of its own, which signs nothing else. `https` prints that CA for " +
      "programs of others, such as ACME clients. It has a successor from time to time: fetch it again now and then.",
    ],
    exitStatus: [EXIT_STATUS.done, EXIT_STATUS.error, EXIT_STATUS.usage],
    environment: CONNECTION_ENVIRONMENT,
    files: CONNECTION_FILES,
    examples: [["What others pin when they begin:", "caucase ca fingerprint"]],
    seeAlso: ["login", "status", "updater"],
  },
  verbs: [
    {
      name: "show",
      summary: "show CA certificates and CRLs",
      table: caShowCommand,
      examples: SHOW_EXAMPLES,
      load: async () => (await import("./show.ts")).caShow,
    },
    {
      name: "fingerprint",
      summary: "print what others pin when they begin",
      table: caFingerprintCommand,
      examples: FINGERPRINT_EXAMPLES,
      load: async () => (await import("./fingerprint.ts")).caFingerprintOf,
    },
    {
      name: "https",
      summary: "print the CA certificates of the HTTPS listener",
      table: caHttpsCommand,
      examples: HTTPS_EXAMPLES,
      load: async () => (await import("./https.ts")).caHttps,
    },
    {
      name: "rollover-plan",
      summary: "tell what happens to the CA certificates, and when",
      table: caRolloverPlanCommand,
      examples: PLAN_EXAMPLES,
      load: async () => (await import("./rollover_plan.ts")).caRolloverPlan,
    },
  ],
};
