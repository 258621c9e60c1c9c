/** Backups: the header that anybody can write, the encrypted stream, and the SQL in it. */
import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import { type Bytes, concatBytes, utf8 } from "../../../core/bytes.ts";
import { openStream, sealStream, type StreamKeys } from "../../../core/backup/authenticated_stream.ts";
import { encodeBackupHeader, readBackupHeader } from "../../../core/backup/container.ts";
import { type DumpStatement, encodeDefinition, encodeRow, parseDump } from "../../../core/backup/sql_dump.ts";
import { allBytes, inChunks } from "../../../tests/support/streams.ts";
import { defineTarget } from "../target.ts";

/** With blocks as small as these a corpus of small files has some. */
export const BLOCK = 64;

export const STREAM_KEYS: StreamKeys = {
  hmacKey: new Uint8Array(32).fill(1),
  aesKey: new Uint8Array(32).fill(2),
  iv: new Uint8Array(16).fill(3),
};

const HEADER_WORDS = [
  ...["cipher", "name", "parameter", "key_list", "id", "key", "aes256_cbc_pkcs7_hmac_10M_sha256"],
  ...["rsa_oaep_sha1_mgf1_sha1", "00", "{", "}", "[", "]", '"', ",", ":"],
];

export const backupHeader = defineTarget({
  name: "backup-header",
  grammar: "text",
  words: HEADER_WORDS,
  codes: ["malformed"],
  read: readBackupHeader,
  check: checkHeader,
  grown: {
    "recipients": (size) => withPrefix(`{"cipher":{},"key_list":[${"{},".repeat(size / 3)}{}]}`),
    "layers": (size) => withPrefix("[".repeat(size / 2) + "]".repeat(size / 2)),
  },
});

/** The header's JSON alone: its prefix with the right size is put in front. */
export const backupHeaderJson = defineTarget({
  name: "backup-header-json",
  grammar: "json",
  words: HEADER_WORDS,
  codes: ["malformed"],
  read: (input) => readBackupHeader(withPrefix(new TextDecoder().decode(input))),
  check: checkHeader,
});

function checkHeader({ header }: ReturnType<typeof readBackupHeader>): void {
  assert.deepEqual(readBackupHeader(encodeBackupHeader(header)).header, header);
}

function withPrefix(json: string): Bytes {
  const text = utf8(json);
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, text.length, true);
  return concatBytes(utf8("caucase\0"), size, text);
}

const STREAM_CODES = ["malformed", "untrusted"] as const;

export const backupStream = defineTarget({
  name: "backup-stream",
  grammar: "bytes",
  codes: STREAM_CODES,
  read: open,
  check: sealsTo,
});

/** What is encrypted, in the clear: blocks and codes of an author who can only encrypt keys. */
export const backupBlocks = defineTarget({
  name: "backup-blocks",
  grammar: "bytes",
  codes: STREAM_CODES,
  read: (input) => open(encrypted(input)),
  check: (plain, input) => sealsTo(plain, encrypted(input)),
});

function encrypted(input: Uint8Array): Bytes {
  const cipher = createCipheriv("aes-256-cbc", STREAM_KEYS.aesKey, STREAM_KEYS.iv);
  return concatBytes(cipher.update(input), cipher.final());
}

function open(sealed: Uint8Array): Promise<Bytes> {
  return allBytes(openStream(inChunks(sealed, 50), STREAM_KEYS, BLOCK));
}

/** One plain text, one stream: whatever opens is what sealing it gives. */
async function sealsTo(plain: Uint8Array, sealed: Uint8Array): Promise<void> {
  const again = await allBytes(sealStream(inChunks(plain, 33), STREAM_KEYS, BLOCK));
  assert.equal(again.toHex(), sealed.toHex());
}

export const dump = defineTarget({
  name: "dump",
  grammar: "text",
  words: [
    ...[
      "BEGIN TRANSACTION;\0",
      "COMMIT;\0",
      "CREATE TABLE ",
      "CREATE INDEX ",
      "INSERT INTO ",
      " VALUES(",
      ");\0",
      "\0",
    ],
    ...[
      '"t"',
      "a",
      "NULL",
      "'x'",
      "X'00'",
      "-1",
      "1.5e+10",
      "9.0e+999",
      "9223372036854775807",
      "PRIMARY KEY",
      "UNIQUE",
    ],
    ...[
      "NOT NULL",
      "DEFAULT",
      "CHECK",
      "AS",
      "SELECT",
      "WITHOUT ROWID",
      "COLLATE NOCASE",
      "WHERE",
      "IS NULL",
      ",",
      "(",
      ")",
    ],
  ],
  codes: ["malformed"],
  // Pieces as large as the blocks of a backup, so that one statement has many and many have one.
  read: (input) => Array.fromAsync(parseDump(inChunks(input, 500))),
  check: (statements) => statements.forEach(checkStatement),
  grown: {
    "rows": (size) =>
      utf8(`BEGIN TRANSACTION;\0CREATE TABLE t (a);\0${'INSERT INTO "t" VALUES(1);\0'.repeat(size / 27)}COMMIT;\0`),
    "one text": (size) => row(`'${"x''".repeat(size / 3)}'`),
    "one number": (size) => row("9".repeat(size)),
    "one fraction": (size) => row(`1.${"9".repeat(size)}`),
    "one blob": (size) => row(`X'${"00".repeat(size / 2)}'`),
    "values": (size) => row("1,".repeat(size / 2) + "1"),
    "a definition": (size) =>
      utf8(`BEGIN TRANSACTION;\0CREATE TABLE t (${"a,".repeat(Math.min(32_000, size / 2))}b);\0COMMIT;\0`),
    "an open quote": (size) =>
      utf8(`BEGIN TRANSACTION;\0CREATE TABLE t ("${'""'.repeat(Math.min(32_000, size / 2))});\0`),
    "a quoted name": (size) => utf8(`BEGIN TRANSACTION;\0INSERT INTO "${'""'.repeat(size / 2)}" VALUES(1);\0`),
  },
});

function row(values: string): Bytes {
  return utf8(`BEGIN TRANSACTION;\0CREATE TABLE t (a);\0INSERT INTO "t" VALUES(${values});\0COMMIT;\0`);
}

/** What is read can be written, and is the same then. */
function checkStatement(statement: DumpStatement): void {
  if (statement.kind === "createTable" || statement.kind === "createIndex") {
    assert.deepEqual(encodeDefinition(statement.sql.slice(0, -1)), utf8(`${statement.sql}\0`));
  }
  if (statement.kind === "insert") {
    const { table, values } = statement;
    assert.deepEqual(encodeRow(table, values), encodeRow(table, structuredClone([...values])));
  }
}
