/** The options of the commands of `caucase audit`. */
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { CaEvent } from "../../core/ca/events.ts";
import { timeFromText } from "../../core/utc_time.ts";
import { countFromOne, SHARED } from "../options.ts";
import { newUserVerb } from "../profile/user_verb.ts";

/** Kinds of entries, those that people look for first. */
const EVENT_KINDS = [
  ...["requested", "issued", "rejected", "revoked", "refused", "installed", "hook-failing", "hook-recovered"],
  ...["issuer-added", "issuers-dropped", "crl-renewed", "crl-imported", "clock-accepted", "restored"],
] as const satisfies readonly CaEvent["kind"][];

export const SHOW_EXAMPLES = [
  ["What was refused this year:", "caucase audit show --kind refused --since 2026-01-01"],
  ["What Bob did within a week:", "caucase audit show --by Bob --since 7d"],
  ["All that became of a certificate:", "caucase audit show --serial 2229140326336282122"],
] as const;

export function auditShowCommand() {
  return newUserVerb(
    "audit show",
    "Show what happened: the newest entries of the audit log, up to the newest checkpoint: that of a minute ago.",
    SHOW_EXAMPLES,
  )
    .option(
      "--by <user>",
      "what this user did, with any of their certificates; or a kind of author (user, server, holder), a serial " +
        "number, an address",
    )
    .option("--serial <serial>", "about this certificate", decimal)
    .addOption(new Option("--kind <kind>", "events of this kind").choices(EVENT_KINDS))
    .option("--since <time>", "from then on: 2026-11-28 or 2026-11-28T01:00:00Z, in UTC; or the last days: 7d", time)
    .option("--limit <n>", "at most so many", countFromOne, 100)
    .option(...SHARED.json);
}

export const VERIFY_EXAMPLES = [
  [
    "To keep a checkpoint, and to compare with it later:",
    "caucase audit verify --save kept\ncaucase audit verify --checkpoint kept --save kept",
  ],
  ["One entry, with its proof:", "caucase audit verify --entry 7"],
] as const;

export function auditVerifyCommand() {
  return newUserVerb(
    "audit verify",
    "Prove that no entry of the audit log was changed or removed, since a checkpoint that was kept.",
    VERIFY_EXAMPLES,
  )
    .argument("[folder]", "an exported log, instead of a server's")
    .option("--checkpoint <path>", "checkpoints that were kept: one, or the file of a witness")
    .option("--entry <id>", "show this entry, and prove that it is in the log", decimal)
    .option("--save <path>", "write the newest checkpoint there, when all is right");
}

export const EXPORT_EXAMPLES = [["A copy that other programs can check:", "caucase audit export audit-log"]] as const;

export function auditExportCommand() {
  return newUserVerb(
    "audit export",
    "Write the audit log into a folder, as C2SP tlog-tiles, and check it. A folder from before is brought up to date.",
    EXPORT_EXAMPLES,
  ).argument("<folder>", "where the files go");
}

function decimal(value: string): bigint {
  if (!/^\d{1,50}$/.test(value)) throw new InvalidArgumentError("It must be a decimal integer.");
  return BigInt(value);
}

function time(value: string): number {
  const [, days] = /^(\d{1,5})d$/.exec(value) ?? [];
  if (days !== undefined) return Math.floor(Date.now() / 1000) - Number(days) * 86_400;
  const found = timeFromText(/^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00:00Z` : value);
  if (found === undefined) throw new InvalidArgumentError("It must be like 2026-11-28, 2026-11-28T01:00:00Z or 7d.");
  return found;
}
