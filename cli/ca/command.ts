/** The options of the commands of `caucase ca`. */
import { fingerprintOption } from "../ca_fingerprint.ts";
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

export const HTTPS_EXAMPLES = [
  [
    "What an ACME client needs to know the server, on a host that has no login:",
    "caucase ca https --ca-url http://ca.example.org --trust-store trust \\\n" +
    "  --out /etc/ssl/caucase-https.pem --fingerprint \\\n" +
    "  sha256:4b3ea0e17e0c4f39a36a71cb40dfc1c1bd07f64e2d5d1bb8d6f5a6b1a8a3c0de",
  ],
] as const;

export function caHttpsCommand() {
  return newUserVerb(
    "ca https",
    "Print the CA certificates of the HTTPS listener, PEM, after the CA for services vouched for them: for programs " +
      "that are no caucase and speak HTTPS with the server.",
    HTTPS_EXAMPLES,
  )
    .option(
      "--fingerprint <sha256:hex>",
      "begin an empty trust store only with the CA certificate of this fingerprint; `ca fingerprint` prints it",
      fingerprintOption,
    )
    .option(...SHARED.yes)
    .option("--out <path>", "write them to this file");
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
