/** "Files, memory and backups": who may read what is kept, and what may be restored. */
import { without } from "./mutation.ts";
import type { Threat } from "./threat.ts";

const UMASK = { file: "tests/security/privilege_scene_test.ts", filter: "under umask 000" };
const NO_MORE_RIGHTS = { file: "tests/security/privilege_scene_test.ts", filter: "with no more rights" };
const EXECUTABLE = { file: "tests/security/privilege_scene_test.ts", filter: "an executable may neither" };
const BEING_WRITTEN = { file: "tests/security/privilege_temporary_test.ts", filter: "a private key that is being" };
const LOG_FORMAT = { file: "core/host/log_format_test.ts", filter: "never show a private key" };
const MEMORY = "tests/security/privilege_memory_test.ts";
const BACKUP_TEST = "core/backup/backup_test.ts";
const HOSTILE_BACKUP = "server/manage/hostile_backup_test.ts";
const DUMP_TEST = "core/backup/sql_dump_test.ts";
const AUDIT_TEST = "scripts/audit/audit_test.ts";

const PRIVATE_FILE = "server/storage/sqlite/database_file.ts";
const PREPARED_FILE = "core/host/prepared_file.ts";
const STREAM = "core/backup/authenticated_stream.ts";
const CONTAINER = "core/backup/container.ts";
const DUMP = "core/backup/sql_dump.ts";
const LOAD = "server/storage/sqlite/dump_loading.ts";

export const KEEPING: readonly Threat[] = [
  {
    attack:
      "another user of the machine reads keys, databases or backups: under any umask, also while they are written",
    mutations: [
      without(
        "a private database",
        UMASK,
        [PRIVATE_FILE, "mode: 0o600 });", "mode: 0o644 });"],
        [PRIVATE_FILE, 'if (Deno.build.os !== "windows") await Deno.chmod(path, 0o600);', ""],
      ),
      without("private files", UMASK, [
        PREPARED_FILE,
        "losses = await setRights(file, old, mode);",
        "await file.setMode(0o644);",
      ]),
      without(
        "private files from the first byte on",
        BEING_WRITTEN,
        [PREPARED_FILE, "asUsual ? 0o644 : 0o600", "0o644"],
        [PREPARED_FILE, "if (!asUsual) losses = await setRights(file, old, mode);", ""],
        [
          PREPARED_FILE,
          "await file.sync();",
          "if (!asUsual) losses = await setRights(file, old, mode);\n      await file.sync();",
        ],
      ),
    ],
  },
  {
    attack: "another user of the machine adds a CA certificate to a folder of trusted ones",
    mutations: [
      without("a folder of its owner's", UMASK, ["core/host/durable_file.ts", "mode: 0o755", "mode: 0o777"]),
    ],
  },
  {
    attack: "a secret in a log, an error message, an argument or another file",
    inWords: "all code that handles keys, such as",
    mutations: [
      without("the last net of the log", LOG_FORMAT, [
        "core/host/log_format.ts",
        '    "[private key]",\n',
        '    "$&",\n',
      ]),
      without("silence about keys", NO_MORE_RIGHTS, [
        "server/tls/https_certificate.ts",
        "const keyPem = privateKeyToPem(key);\n    await write",
        "const keyPem = privateKeyToPem(key);\n    console.error(keyPem);\n    await write",
      ]),
    ],
  },
  {
    attack: "injected code that uses more rights than the program needs",
    mutations: [
      without("rights that are given up", EXECUTABLE, [
        "cli/serve.ts",
        'Deno.permissions.revokeSync({ name: "run" });',
        "",
      ]),
      without("rights that are refused", EXECUTABLE, [
        "scripts/compile/permissions.ts",
        '"--deny-sys",',
        '"--allow-sys",',
      ]),
      without("modesty, asking what the machine is called", NO_MORE_RIGHTS, [
        "cli/serve.ts",
        "const { options, signer, logs } = readServeOptions(args);\n",
        "const { options, signer, logs } = readServeOptions(args);\n  Deno.hostname();\n",
      ]),
    ],
  },
  {
    attack: "injected code that asks an open CA for its key",
    mutations: [
      without("keys that cannot be exported", { file: MEMORY, filter: "cannot be exported again" }, [
        "core/keys/private_key.ts",
        'parameters, false, ["sign"]',
        'parameters, true, ["sign"]',
      ]),
      without("CA certificates that keep no key", { file: MEMORY, filter: "cannot show its private key" }, [
        "core/ca/issuer.ts",
        "this.messageSigner = key.messageSigner;",
        "this.messageSigner = key.messageSigner;\n    Object.assign(this, { key });",
      ], [
        "server/keys/pem_keys.ts",
        "publicKey: key.publicKey,",
        "...{ key }, publicKey: key.publicKey,",
      ]),
    ],
  },
  {
    attack: "reading a backup without a user's key, or changing a byte of it",
    mutations: [
      without(
        "encryption",
        { file: BACKUP_TEST, filter: "that the reference made" },
        [
          STREAM,
          "return encryptCbc(withCodes(plain, new PrefixCode(hmacKey), blockSize), { key: aesKey, iv });",
          "return withCodes(plain, new PrefixCode(hmacKey), blockSize);",
        ],
        [STREAM, "piecesOf(decryptCbc(encrypted, { key: aesKey, iv }), blockSize", "piecesOf(encrypted, blockSize"],
      ),
      without("the codes of blocks", { file: BACKUP_TEST, filter: "a body with a byte changed" }, [
        STREAM,
        "if (!timingSafeEqual(code.current(), piece.subarray(-CODE_SIZE))) {",
        "if (false) {",
      ]),
      without("the codes of blocks, in a restore", { file: HOSTILE_BACKUP, filter: "with one byte changed" }, [
        STREAM,
        "if (!timingSafeEqual(code.current(), piece.subarray(-CODE_SIZE))) {",
        "if (false) {",
      ]),
      without("a largest header", { file: BACKUP_TEST, filter: "lies about its length" }, [
        CONTAINER,
        "if (size === 0 || size > MAX_HEADER_SIZE) throw",
        "if (false) throw",
      ]),
    ],
  },
  {
    attack: "a backup that holds SQL outside its format",
    mutations: [
      without("the list of statements", { file: DUMP_TEST, filter: "every statement that is not of the format" }, [
        DUMP,
        'throw malformed("it is none of BEGIN, CREATE, INSERT and COMMIT");',
        'return { kind: "createTable", name: "", sql };',
      ]),
      without("the list of statements, in a restore", { file: HOSTILE_BACKUP, filter: "that holds ATTACH" }, [
        DUMP,
        'throw malformed("it is none of BEGIN, CREATE, INSERT and COMMIT");',
        'return { kind: "createTable", name: "", sql };',
      ]),
      without("the grammar of definitions", { file: HOSTILE_BACKUP, filter: "that holds a trigger" }, [
        DUMP,
        'if (sql.startsWith("CREATE ")) return { ...parseDefinition(sql), sql };',
        'if (sql.startsWith("CREATE ")) return { kind: "createTable", name: "", sql };',
      ]),
      without("the end of a statement", { file: HOSTILE_BACKUP, filter: "two statements in one" }, [
        DUMP,
        'if (reader.offset < sql.length) throw malformed("there is more than one statement");',
        "",
      ]),
      without("a look at what SQLite says", { file: HOSTILE_BACKUP, filter: "a row too wide" }, [
        LOAD,
        "if (refusal !== undefined) throw",
        "if (false) throw",
      ]),
    ],
  },
  {
    attack: "a dependency that was changed, or that has an unexpected licence or a known weakness",
    alsoIn: ["deno.lock"],
    alsoShownBy: [{ task: "audit" }],
    mutations: [
      without("the demand of a hash", { file: AUDIT_TEST, filter: "not pinned" }, [
        "scripts/audit/lock_file.ts",
        "/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity)",
        "true",
      ]),
      without("the list of licences", { file: AUDIT_TEST, filter: "every other package" }, [
        "scripts/audit/rules.ts",
        "if (!ALLOWED_LICENCES.includes(licence)) {",
        "if (false) {",
      ]),
      without("what is said of weaknesses", { file: AUDIT_TEST, filter: "tells weaknesses" }, [
        "scripts/audit/advisories.ts",
        'return { kind: "found", report: said.trim() };',
        'return { kind: "none" };',
      ]),
    ],
  },
];
