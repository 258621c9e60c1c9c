/** The options that all commands of users share. */
import { newVerb } from "../command_group.ts";
import { CONNECTION_OPTIONS, PLAIN_OPTIONS } from "../help.ts";
import type { Meaning } from "../manual/prose.ts";
import { SHARED } from "../options.ts";

/** The table of a command that talks to a server as a user; `name` has both words. */
export function newUserVerb(name: string, description: string, examples: readonly Meaning[]) {
  return newVerb(name, description, examples)
    .optionsGroup(CONNECTION_OPTIONS)
    .option(...SHARED.caUrl)
    .option(...SHARED.userKey)
    .option(...SHARED.trustStore)
    .optionsGroup(PLAIN_OPTIONS);
}

/** What the pages of all groups of such commands say of variables. */
export const CONNECTION_ENVIRONMENT: readonly Meaning[] = [
  ["CAUCASE_URL", "The server, where `--ca-url` is not given."],
  ["CAUCASE_USER_KEY", "The user's key and certificate, where `--user-key` is not given."],
  ["CAUCASE_TRUST_STORE", "The folder of CA certificates, where `--trust-store` is not given."],
  ["XDG_CONFIG_HOME", "Where the profile is, in `caucase/`; `~/.config` unless set."],
];

/** And of files. */
export const CONNECTION_FILES: readonly Meaning[] = [
  [
    "~/.config/caucase/config.json",
    "The profile: `url`, `userKey`, `trustStore`. `caucase login` writes it; options and variables win over it. Its " +
    "key and trust store are for its server alone.",
  ],
];
