/** The options of the commands of `caucase ca`. */
import { modeOption, SHARED } from "../options.ts";
import { newUserVerb } from "../profile/user_verb.ts";

const MODE = modeOption().default("service" as const);

export const SHOW_EXAMPLES = [["Both CAs, their certificates and CRLs:", "caucase ca show"]] as const;

export function caShowCommand() {
  return newUserVerb("ca show", "Show the CA certificates that are trusted, and their CRLs.", SHOW_EXAMPLES)
    .option(...SHARED.json);
}

export const FINGERPRINT_EXAMPLES = [["What others pin when they begin:", "caucase ca fingerprint"]] as const;

export function caFingerprintCommand() {
  return newUserVerb(
    "ca fingerprint",
    "Print the fingerprint with which others can begin to trust this CA.",
    FINGERPRINT_EXAMPLES,
  )
    .addOption(MODE);
}

export const PLAN_EXAMPLES = [["When the next CA certificate is made, and used:", "caucase ca rollover-plan"]] as const;

export function caRolloverPlanCommand() {
  return newUserVerb(
    "ca rollover-plan",
    "Tell what happens when: the next CA certificates, when they begin to sign, and when the old ones end.",
    PLAN_EXAMPLES,
  )
    .option(...SHARED.json);
}
