/** The group `caucase audit`, and what its page of the manual says. */
import type { CommandGroup } from "../command_group.ts";
import { EXIT_STATUS } from "../manual/prose.ts";
import { CONNECTION_ENVIRONMENT, CONNECTION_FILES } from "../profile/user_verb.ts";
import {
  auditExportCommand,
  auditShowCommand,
  auditVerifyCommand,
  EXPORT_EXAMPLES,
  SHOW_EXAMPLES,
  VERIFY_EXAMPLES,
} from "./command.ts";

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
