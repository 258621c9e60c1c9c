/** The options of `caucase audit`, and what its page of the manual says besides. */
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { timeFromText } from "../../core/protocol/wire_values.ts";
import type { CommandGroup } from "../command_group.ts";
import { EXIT_STATUS } from "../manual/prose.ts";
import { countFromOne, SHARED } from "../options.ts";
import { CONNECTION_ENVIRONMENT, CONNECTION_FILES, newUserVerb } from "../profile/user_verb.ts";

const SHOW_EXAMPLES = [
  ["What was refused this year:", "caucase audit show --kind refused --since 2026-01-01"],
  ["All that became of a certificate:", "caucase audit show --serial 2229140326336282122"],
] as const;

export function auditShowCommand() {
  return newUserVerb("audit show", "Show what happened: the newest entries of the audit log.", SHOW_EXAMPLES)
    .option("--actor <text>", "of this kind of author (user, server), this serial number or this address")
    .option("--serial <serial>", "about this certificate", decimal)
    .option("--kind <text>", "events of this kind: requested, issued, revoked, refused")
    .option("--since <time>", "from then on: 2026-11-28 or 2026-11-28T01:00:00Z, in UTC", time)
    .option("--limit <n>", "at most so many", countFromOne, 100)
    .option(...SHARED.json);
}

const VERIFY_EXAMPLES = [
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

const EXPORT_EXAMPLES = [["A copy that other programs can check:", "caucase audit export audit-log"]] as const;

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
  const found = timeFromText(/^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00:00Z` : value);
  if (found === undefined) throw new InvalidArgumentError("It must be like 2026-11-28 or 2026-11-28T01:00:00Z.");
  return found;
}

export const auditGroup: CommandGroup = {
  name: "audit",
  description: "The audit log: what happened, and the proof that nobody changed it.",
  prose: {
    description: [
      "The server keeps an entry of everything that was requested, issued, rejected, revoked, renewed, imported and " +
      "restored, and of what users were refused: time, author, address, object. Each minute it signs a checkpoint of " +
      "all entries so far. With a checkpoint that was kept elsewhere, `verify` proves that all entries of then are " +
      "still there, byte for byte; without one, it proves only that the log agrees with itself. `show` reads up to " +
      "the newest checkpoint.",
      "After a restore of a backup the log continues that of the backup, and has an entry that says so: checkpoints " +
      "from between the backup and the restore do not fit any more, and `verify` says why.",
      "An exported folder has the form of C2SP tlog-tiles: programs of others can check it. docs/audit-log.md " +
      "describes the entries.",
    ],
    exitStatus: [
      EXIT_STATUS.done,
      ["1", "Something was changed or removed, or could not be read."],
      EXIT_STATUS.usage,
    ],
    environment: CONNECTION_ENVIRONMENT,
    files: CONNECTION_FILES,
    examples: [["What happened last, and whether the log is right:", "caucase audit show\ncaucase audit verify"]],
    seeAlso: ["login", "manage", "serve", "status"],
  },
  verbs: [
    {
      name: "show",
      summary: "show entries",
      table: auditShowCommand,
      examples: SHOW_EXAMPLES,
      load: async () => (await import("./show.ts")).auditShow,
    },
    {
      name: "verify",
      summary: "prove that no entry was changed or removed",
      table: auditVerifyCommand,
      examples: VERIFY_EXAMPLES,
      load: async () => (await import("./verify.ts")).auditVerify,
    },
    {
      name: "export",
      summary: "write the log into a folder",
      table: auditExportCommand,
      examples: EXPORT_EXAMPLES,
      load: async () => (await import("./export.ts")).auditExport,
    },
  ],
};
