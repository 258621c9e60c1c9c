/** The options of `caucase ca`, and what its page of the manual says besides. */
import type { CommandGroup } from "../command_group.ts";
import { EXIT_STATUS } from "../manual/prose.ts";
import { modeOption, SHARED } from "../options.ts";
import { CONNECTION_ENVIRONMENT, CONNECTION_FILES, newUserVerb } from "../profile/user_verb.ts";

const MODE = modeOption().default("service" as const);

const SHOW_EXAMPLES = [["Both CAs, their certificates and CRLs:", "caucase ca show"]] as const;

export function caShowCommand() {
  return newUserVerb("ca show", "Show the CA certificates that are trusted, and their CRLs.", SHOW_EXAMPLES)
    .option(...SHARED.json);
}

const FINGERPRINT_EXAMPLES = [["What others pin when they begin:", "caucase ca fingerprint"]] as const;

export function caFingerprintCommand() {
  return newUserVerb(
    "ca fingerprint",
    "Print the fingerprint with which others can begin to trust this CA.",
    FINGERPRINT_EXAMPLES,
  )
    .addOption(MODE);
}

const PLAN_EXAMPLES = [["When the next CA certificate is made, and used:", "caucase ca rollover-plan"]] as const;

export function caRolloverPlanCommand() {
  return newUserVerb(
    "ca rollover-plan",
    "Tell what happens when: the next CA certificates, when they begin to sign, and when the old ones end.",
    PLAN_EXAMPLES,
  )
    .option(...SHARED.json);
}

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
      name: "rollover-plan",
      summary: "tell what happens to the CA certificates, and when",
      table: caRolloverPlanCommand,
      examples: PLAN_EXAMPLES,
      load: async () => (await import("./rollover_plan.ts")).caRolloverPlan,
    },
  ],
};
