/** "Changing what is on record": what the audit log shows of those who can write to the database. */
import { without } from "./mutation.ts";
import type { Threat } from "./threat.ts";

const LOG_TEST = "server/audit/audit_log_test.ts";
const SERVER_TEST = "tests/transparency/audit_server_test.ts";
const CHECKPOINT_TEST = "core/audit/checkpoint_test.ts";

const VERIFICATION = "core/audit/verification.ts";
const TABLES = "server/storage/sqlite/audit_tables.ts";
const NOTE = "core/audit/note.ts";
const CHECKPOINT = "core/audit/checkpoint.ts";

export const AUDITING: readonly Threat[] = [
  {
    attack:
      "an operator with the database changes, removes or exchanges entries of the audit log, signs again, or puts " +
      "another database in its place: found against a checkpoint kept elsewhere",
    mutations: [
      without("the comparison with what was kept", { file: LOG_TEST, filter: "kept elsewhere" }, [
        VERIFICATION,
        "if (root !== undefined && equalBytes(root, kept.root)) return;",
        "return;",
      ]),
      without("the key of what was kept", { file: CHECKPOINT_TEST, filter: "another key" }, [
        NOTE,
        "if (own === undefined) {",
        "if (own === undefined && Date.now() > 0) return { text };\n  if (own === undefined) {",
      ]),
      without("every byte of a row", { file: LOG_TEST, filter: "zero byte" }, [
        TABLES,
        '"CAST(event AS BLOB) AS event, ',
        '"event, ',
      ]),
      without("the types of a row", { file: LOG_TEST, filter: "the type of a column" }, [
        TABLES,
        "if (types !== TYPES) {",
        'if (types === "") {',
      ]),
      without("one meaning of an entry's bytes", { file: CHECKPOINT_TEST, filter: "different rows" }, [
        "core/audit/entry.ts",
        "if ([ca, actor, event].some((value) => value.includes(NEWLINE))) throw foreignRow(id);",
        "",
      ]),
    ],
  },
  {
    attack: "a forged checkpoint, or one of another log, passes for one of this",
    mutations: [
      without("the signature", { file: CHECKPOINT_TEST, filter: "any byte changed" }, [
        NOTE,
        "if (isSigned(utf8(text), own.signature, verifier)) return { text };",
        "return { text };",
      ]),
      without("the log's name", { file: CHECKPOINT_TEST, filter: "another log" }, [
        CHECKPOINT,
        "if (origin !== verifier.name) throw",
        'if (origin === "") throw',
      ]),
    ],
  },
  {
    attack: "a server shows other entries or tiles than its checkpoint is of",
    mutations: [
      without(
        "the comparison with tiles and root",
        { file: LOG_TEST, filter: "a tile of another log" },
        [VERIFICATION, "if (recorded === undefined || !equalBytes(leaf, recorded)) changed.push(edge.size);", ""],
        [VERIFICATION, "if (!equalBytes(root, tree.root)) {", "if (tree.size < 0) {"],
        [VERIFICATION, "if (tile !== undefined) {", "if (tree.size < 0) {"],
      ),
    ],
  },
  {
    attack: "tiles in the database are changed, so that the server signs for entries that never were",
    mutations: [
      without("the check of the edge", { file: LOG_TEST, filter: "whose tiles were changed" }, [
        "server/audit/audit_log.ts",
        "if (tree.size === newest.size && equalBytes(edge.root(), tree.root)) return edge;",
        "if (tree.size === newest.size) return edge;",
      ]),
    ],
  },
  {
    attack: "a user tries out what they may do, and nobody sees it",
    mutations: [
      without("the record of refusals", { file: SERVER_TEST, filter: "what users were refused" }, [
        "server/caucase/site.ts",
        "await refusedActions.tell(error, arrival, { actor, now: call.now });",
        "",
      ]),
    ],
  },
  {
    attack: "a user fills the audit log, which is kept forever, with actions that are refused",
    mutations: [
      without("the bound", { file: "core/audit/refusal_budget_test.ts", filter: "thirty an hour" }, [
        "core/audit/refusal_budget.ts",
        "if (spent.recorded >= RECORDED_AT_MOST) {",
        "if (spent.recorded < 0) {",
      ]),
    ],
  },
  {
    attack: "somebody without a user's certificate reads the audit log",
    mutations: [
      without("the route's access", { file: SERVER_TEST, filter: "is for users, over HTTPS" }, [
        "core/protocol/routes.ts",
        'method: "GET", path, access: "user", secure: true, origins: "none"',
        'method: "GET", path, access: "anyone", secure: true, origins: "none"',
      ]),
    ],
  },
];
