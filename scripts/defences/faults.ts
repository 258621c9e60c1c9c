/** "Faults that must cost nothing": kills, full disks, damage, clocks, stops. */
import { type Edit, without } from "./mutation.ts";
import type { Threat } from "./threat.ts";

const FIRST_KILL = { file: "tests/fault/serve_first_kill_test.ts" };
const TWO_FILES = { file: "tests/fault/updater_kill_test.ts", filter: "in two files" };
const KILL = { file: "tests/fault/serve_kill_test.ts" };
const database = (filter: string) => ({ file: "tests/fault/serve_database_test.ts", filter });
const disk = (filter: string) => ({ file: "tests/fault/serve_disk_test.ts", filter });
const keyFiles = (filter: string) => ({ file: "tests/fault/serve_key_files_test.ts", filter });
const clock = (filter: string) => ({ file: "tests/fault/serve_clock_test.ts", filter });

const jobs = (filter: string) => ({ file: "server/jobs_test.ts", filter });
const CHECK_ITSELF = { file: "server/storage/sqlite/database_check_test.ts" };

const STORE = "server/storage/sqlite/revocation_store.ts";
const LOST = { file: "tests/fault/serve_database_test.ts", filter: "serve ends when its database is" };
const BEHIND = { file: "tests/fault/serve_clock_test.ts", filter: "behind from one start" };
const DURABLE_FILE = "core/host/durable_file.ts";
const CHECK = "server/storage/sqlite/database_check.ts";
const LIFECYCLE = "core/ca/lifecycle.ts";
const HTTPS = "server/tls/https_certificate.ts";

/** As a program does that opens the file and writes: a process can end in between. */
const QUEUE = "server/storage/sqlite/write_queue.ts";
const onDisk = (filter: string) => ({ file: "server/storage/sqlite/write_queue_test.ts", filter });

const IN_PLACE: Edit = [
  DURABLE_FILE,
  "  await using prepared = await prepareFile({ path, content, mode }, fileSystem);\n" +
  "  await prepared.replace();\n  await prepared.settle();",
  '  if (typeof content !== "string") throw new Error("not for streams");\n' +
  "  await Deno.writeTextFile(path, content.slice(0, 40), { mode: mode ?? 0o644 });\n" +
  "  await new Promise((resolve) => setTimeout(resolve, 1_000));\n" +
  "  await Deno.writeTextFile(path, content);",
];

export const FAULTS: readonly Threat[] = [
  {
    attack: "kill -9 at any moment: nothing that was answered is lost, and no CRL number names two contents",
    mutations: [
      without("the commit before the answer", KILL, [
        QUEUE,
        "      const tell = this.#commit(writes);\n" +
        "      if (this.#synchronise === undefined || !writes.some(({ isAwaited }) => isAwaited)) {\n" +
        "        this.#acknowledge(tell);\n" +
        '        ended?.("done");\n' +
        "      } else this.#keep(writes, { tell, synchronise: this.#synchronise, ended });",
        "      if (!this.database.isTransaction) {\n" +
        '        this.database.run("BEGIN IMMEDIATE");\n' +
        '        setTimeout(() => this.database.run("COMMIT"), 400);\n' +
        "      }\n" +
        "      for (const write of writes) write.attempt(false)();",
      ]),
      without("a CRL number for each revocation", KILL, [
        STORE,
        'this.transactions.values.increase("crl_number");\n      this.transactions.record({ kind: "revoked"',
        'this.transactions.values.counter("crl_number");\n      this.transactions.record({ kind: "revoked"',
      ]),
    ],
  },
  {
    attack: "a loss of power after an answer, or a disk that fails to keep what was written",
    mutations: [
      without("the disk before the answer", onDisk("acknowledges when the disk has it"), [
        QUEUE,
        "      } else this.#keep(writes, { tell, synchronise: this.#synchronise, ended });",
        "      } else {\n        this.#keep(writes, { tell: [], synchronise: this.#synchronise, ended });\n" +
        "        this.#acknowledge(tell);\n      }",
      ]),
      without("the disk before what others may read", onDisk("settled() waits"), [
        QUEUE,
        "    await this.#batch?.done;\n    if (this.#failure",
        "    if (this.#failure",
      ]),
      without("an end after a failure", onDisk("refuses what the disk may not have"), [
        QUEUE,
        "      this.#failure = lostWrites(this.database.path, cause);\n" +
        "      this.#place.giveUp(this.#failure);\n      throw this.#failure;",
        "      throw lostWrites(this.database.path, cause);",
      ]),
    ],
  },
  {
    attack: "kill -9 during the first start, between a key and its certificate",
    mutations: [
      without("files that are replaced as a whole", FIRST_KILL, IN_PLACE),
      without("the completion of a change that was cut short", TWO_FILES, [
        "core/host/key_pair_change.ts",
        "return withFolderLock(paths.keyPath, async () => await finishChange(await locate(paths, fileSystem), fileSystem));",
        'return Promise.resolve("none");',
      ]),
    ],
  },
  {
    attack: "damage in the database while a backup is made of it: none appears that lacks what is behind",
    mutations: [
      without("the row that comes last", { file: "server/storage/sqlite/snapshot_test.ts", filter: "is damaged" }, [
        "server/storage/sqlite/database.ts",
        "if (done) throw unreadable(this.path);",
        "if (done) return;",
      ]),
    ],
  },
  {
    attack: "a full disk under the database, keys or logs",
    mutations: [
      without("what to do about it", disk("serve answers 500 where its disk is full"), [
        "server/storage/sqlite/database.ts",
        "throw storageError(error, this.path);",
        "throw error;",
      ]),
      without("an access log that is taken up again", disk("while its access log is on a full disk"), [
        "server/http/access_log.ts",
        "if (!this.#broken) this.#retry = setTimeout(() => this.#startWriting(), this.#options.retryMs);",
        "this.#broken = true;",
      ]),
      without("indifference to standard error", disk("neither of its outputs"), [
        "core/host/log.ts",
        "  writeAll(Deno.stderr, line);",
        "  queueMicrotask(() => writeAll(Deno.stderr, line));",
      ]),
    ],
  },
  {
    attack: "a database that is damaged, cut off, locked, read-only, of a newer version or of another program",
    mutations: [
      without("a look through it", database("with a damaged page"), [
        CHECK,
        'if (database.get("PRAGMA quick_check(1)")?.["quick_check"] !== "ok") throw damaged(database.path);',
        "",
      ]),
      without("a look at its tables", CHECK_ITSELF, [
        CHECK,
        "if (tables.length > 0 && !tables.some(isOurTable)) throw",
        "if (false) throw",
      ]),
      without("a look at its version", CHECK_ITSELF, [
        CHECK,
        "if (version === 0 || version === RESTORED_MARK) return;",
        "if (version >= 0) return;",
      ]),
      without("words for SQLite's codes", database("locked by another program"), [
        "server/storage/sqlite/storage_error.ts",
        "REASONS[primaryCode(error)] ?? [error.message, undefined]",
        "[error.message, undefined]",
      ]),
    ],
  },
  {
    attack: "key files that are damaged, swapped or open to other users",
    mutations: [
      without("a look at whose certificate it is", keyFiles("somebody else's"), [
        HTTPS,
        "if (await ca.issuers.issuerOf(identity.certificate, now) !== undefined) return identity;",
        "if (identity !== undefined) return identity;",
      ], [HTTPS, "return await this.options.ca.issuers.issuerOf(certificate, now) !== undefined;", "return true;"]),
      without("a place for what is spoilt", keyFiles("truncated"), [
        HTTPS,
        "if (!(await Deno.stat(path)).isFile) log",
        "if (path) log",
      ]),
      without("their closing", keyFiles("closes key files to others"), [
        "server/secret_file.ts",
        "await Deno.chmod(path, OWNER_ONLY).catch",
        "await Promise.resolve().catch",
      ]),
    ],
  },
  {
    attack: "a clock that is behind what the database has seen",
    mutations: [
      without("a look before each certificate", BEHIND, [
        "core/ca/issuers.ts",
        "has no CA certificate to sign with`);\n    await this.stores.requireSigning(now);",
        "has no CA certificate to sign with`);",
      ]),
      without("a look before each new CRL", BEHIND, [
        "core/ca/crl_publisher.ts",
        "await this.stores.requireSigning(now);",
        "",
      ]),
      without("what was recorded", BEHIND, [
        "core/ca/store_rules.ts",
        "if (later === undefined ||",
        "if (later !== undefined ||",
      ]),
    ],
  },
  {
    attack: "a database that is deleted, moved away or replaced while the server runs",
    mutations: [
      without("a look at the file", LOST, [
        "server/storage/sqlite/file_place.ts",
        "if (found?.dev === this.#file.dev && found.ino === this.#file.ino) return undefined;",
        "if (found !== this.#file) return undefined;",
      ]),
      without("the end of the server", LOST, [
        "server/storage/sqlite/file_place.ts",
        "this.#lost.resolve(error);",
        "",
      ]),
    ],
  },
  {
    attack: "a clock that jumps by a day or ten years, and back",
    mutations: [
      without("distrust of a CA from the future", clock("ten years ahead while it runs"), [
        LIFECYCLE,
        "return newest(usable.filter((issuer) => issuer.notBefore <= now)) ?? newest(usable);",
        "return newest(usable);",
      ]),
      without("distrust of a CRL from the future", clock("ten years ahead while it runs"), [
        LIFECYCLE,
        "thisUpdate === undefined || now < thisUpdate || now >= crlRenewalDueAt",
        "thisUpdate === undefined || now >= crlRenewalDueAt",
      ]),
      without("care with what a wrong clock would delete", clock("ten years ahead while it runs"), [
        LIFECYCLE,
        "return thisUpdate !== undefined && now - thisUpdate < lifeSpan ? now : undefined;",
        "return now;",
      ]),
      without("jobs that look at the clock again", jobs("set back while a job runs"), [
        "server/jobs.ts",
        "if (clock.now() < now - SET_BACK) continue;",
        "",
      ]),
      without("jobs that wake by themselves", jobs("looks again within the hour"), [
        "server/jobs.ts",
        "Math.min(await job.run(now), now + LONGEST_SLEEP)",
        "await job.run(now)",
      ]),
    ],
  },
  {
    attack: "a stop under load",
    mutations: [
      without("time for what was begun", {
        file: "tests/fault/serve_start_stop_test.ts",
        filter: "gets SIGTERM under load",
      }, [
        "server/http/listener.ts",
        "pool.closeSoon();",
        "pool.destroyAll();",
      ]),
      without("an orderly end", { file: "tests/fault/serve_start_stop_test.ts", filter: "gets SIGTERM under load" }, [
        "cli/serve.ts",
        "await server.stop();",
        "Deno.exit(EXIT.ok);",
      ]),
    ],
  },
  {
    attack: "taking over another CA, stopped halfway",
    mutations: [
      without("one transaction", { file: "server/storage/sqlite/take_over_test.ts", filter: "changes nothing" }, [
        "server/storage/sqlite/take_over.ts",
        "  const imported = importCrls(",
        '  for (const sql of ["RELEASE part", "COMMIT", "BEGIN IMMEDIATE", "SAVEPOINT part"]) Reflect.get(tables.issuers, "database").run(sql);\n' +
        "  const imported = importCrls(",
      ]),
    ],
  },
];
