import assert from "node:assert/strict";
import { newKey, testKey } from "../../tests/support/keys.ts";
import { allBytes, inChunks, untilError } from "../../tests/support/streams.ts";
import { concatBytes, utf8 } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import { decodePem } from "../pem.ts";
import { isPrivateKeyBlock, type PrivateKey, privateKeyFromPem } from "../keys/private_key.ts";
import { openBackup, sealBackup } from "./backup.ts";
import { MAX_HEADER_SIZE, PREFIX_SIZE, readBackupHeader } from "./container.ts";
import { type DumpStatement, encodeBegin, encodeCommit, encodeDefinition, encodeRow } from "./sql_dump.ts";

const BLOCK = 128;
const VECTORS = new URL("../../tests/vectors/backups/", import.meta.url);

function random(size: number) {
  return crypto.getRandomValues(new Uint8Array(size));
}

async function smallBackup(): Promise<Uint8Array> {
  return await sealed(dumpOfSize(3 * BLOCK + 10));
}

function dumpOfSize(size: number): Uint8Array {
  const frame = concatBytes(
    encodeBegin(),
    encodeDefinition("CREATE TABLE t (a)"),
    encodeRow("t", [""]),
    encodeCommit(),
  );
  const text = "x".repeat(size - frame.length);
  return concatBytes(encodeBegin(), encodeDefinition("CREATE TABLE t (a)"), encodeRow("t", [text]), encodeCommit());
}

async function sealed(dump: Uint8Array): Promise<Uint8Array> {
  const recipients = [(await testKey("RSA")).publicKey];
  return await allBytes(sealBackup(inChunks(dump), { recipients, random, blockSize: BLOCK }));
}

/** Statements that came before the end or the error. */
async function opened(bytes: Uint8Array, key?: PrivateKey): Promise<{ items: DumpStatement[]; error: unknown }> {
  try {
    const { statements } = await openBackup(inChunks(bytes), key ?? await testKey("RSA"), BLOCK);
    return await untilError(statements);
  } catch (error) {
    return { items: [], error };
  }
}

async function assertRefused(bytes: Uint8Array, what: string): Promise<CaucaseError> {
  const { items, error } = await opened(bytes);
  assert.ok(error instanceof CaucaseError, `${what}: ${error ?? `gave ${items.length} statements`}`);
  return error;
}

Deno.test("openBackup() reads a backup that the reference made, with the key of each of its users", async () => {
  for (const user of ["first", "second"]) {
    const pem = await Deno.readTextFile(new URL(`reference-0.9.17.${user}.pem`, VECTORS));
    const block = decodePem(pem).find(isPrivateKeyBlock);
    assert.ok(block);
    using file = await Deno.open(new URL("reference-0.9.17.sql.caucased", VECTORS));
    const { header, statements } = await openBackup(file.readable, await privateKeyFromPem(block));
    assert.equal(header.recipients.length, 2);
    const all = await Array.fromAsync(statements);
    assert.equal(all.filter(({ kind }) => kind === "createTable").length, 18);
    const rows = all.flatMap((statement) => statement.kind === "insert" ? [statement] : []);
    assert.deepEqual(rows.filter(({ table }) => table === "caucounter").map(({ values }) => values), [
      ["received_csr", 2n],
      ["crl_number", 1n],
    ]);
    assert.equal(rows.filter(({ table }) => table === "caucrt").length, 2);
    assert.equal(all.at(-1)?.kind, "commit");
  }
});

Deno.test("openBackup() reads what sealBackup() made, around the borders of blocks", async () => {
  for (const size of [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 5 * BLOCK - 1, 5 * BLOCK, 5 * BLOCK + 1]) {
    const { items, error } = await opened(await sealed(dumpOfSize(size)));
    assert.equal(error, undefined, `${size} bytes`);
    assert.deepEqual(items.map(({ kind }) => kind), ["begin", "createTable", "insert", "commit"], `${size} bytes`);
  }
});

Deno.test("openBackup() finds no dump in a container that is whole but has 0 bytes or 1", async () => {
  assert.match((await assertRefused(await sealed(new Uint8Array()), "empty")).message, /ends after 0 statements/);
  assert.match((await assertRefused(await sealed(utf8("B")), "one byte")).message, /ends within a statement$/);
});

Deno.test("sealBackup() uses other keys for each backup", async () => {
  const dump = dumpOfSize(BLOCK);
  const [first, second] = [await sealed(dump), await sealed(dump)];
  const { header, end } = readBackupHeader(first);
  const other = readBackupHeader(second);
  assert.notDeepEqual(header.iv, other.header.iv);
  assert.notDeepEqual(first.subarray(end), second.subarray(other.end));
});

Deno.test("openBackup() refuses another key, and a backup to nobody is not made", async () => {
  const { error } = await opened(await smallBackup(), await newKey("RSA"));
  assert.ok(error instanceof CaucaseError && error.code === "unacceptable");
  await assert.rejects(allBytes(sealBackup(inChunks(utf8("x")), { recipients: [], random })), { code: "unacceptable" });
});

Deno.test("openBackup() refuses a backup cut off anywhere", async () => {
  const bytes = await smallBackup();
  const { end } = readBackupHeader(bytes);
  // Within the body not at all bytes: authenticated_stream_test.ts does that without RSA.
  for (let size = 0; size < bytes.length; size += size < end ? 1 : 5) {
    await assertRefused(bytes.subarray(0, size), `cut at ${size}`);
  }
});

Deno.test("openBackup() refuses bytes added at the end", async () => {
  const bytes = await smallBackup();
  for (const size of [1, 15, 16, 48, 1000]) {
    await assertRefused(concatBytes(bytes, new Uint8Array(size)), `${size} more bytes`);
  }
});

Deno.test("openBackup() refuses a header with any byte changed", async () => {
  const bytes = await smallBackup();
  const { end } = readBackupHeader(bytes);
  for (let index = 0; index < end; index++) await assertRefused(flipped(bytes, index, 1), `byte ${index}`);
});

Deno.test("openBackup() refuses a header with any bit changed, or reads the same as before", async () => {
  const bytes = await smallBackup();
  const { end } = readBackupHeader(bytes);
  const { items: unchanged } = await opened(bytes);
  for (let index = 0; index < end; index += 3) {
    const mask = 1 << (index % 8);
    const { items, error } = await opened(flipped(bytes, index, mask));
    // The case of a hexadecimal digit says nothing.
    if (error === undefined) assert.deepEqual(items, unchanged, `byte ${index}, mask ${mask}`);
    else assert.ok(error instanceof CaucaseError, String(error));
  }
});

Deno.test("openBackup() refuses a body with a byte changed", async () => {
  const bytes = await smallBackup();
  const { end } = readBackupHeader(bytes);
  for (let index = end; index < bytes.length; index += 5) {
    await assertRefused(flipped(bytes, index, 0x80), `byte ${index}`);
  }
});

Deno.test("openBackup() refuses a header that lies about its length, without waiting for so many bytes", async () => {
  const bytes = await smallBackup();
  const { end } = readBackupHeader(bytes);
  const actual = end - PREFIX_SIZE;
  const cases: [size: number, message: RegExp][] = [
    [0, /says that its header has 0 bytes$/],
    [1, /the header is not JSON$/],
    [actual - 1, /the header is not JSON$/],
    [actual + 1, /the header is not/],
    [bytes.length, /within its header of \d+ bytes$/],
    [MAX_HEADER_SIZE, /within its header of \d+ bytes$/],
    [MAX_HEADER_SIZE + 1, /says that its header has 16777217 bytes$/],
    [2 ** 32 - 1, /says that its header has 4294967295 bytes$/],
  ];
  for (const [size, message] of cases) {
    const lying = bytes.slice();
    new DataView(lying.buffer).setUint32(8, size, true);
    assert.match((await assertRefused(lying, `${size}`)).message, message);
  }
});

Deno.test("openBackup() refuses ciphers that it does not know", async () => {
  const bytes = await smallBackup();
  const text = new TextDecoder("latin1").decode(bytes);
  for (const name of ["aes256_cbc_pkcs7_hmac_10M_sha256", "rsa_oaep_sha1_mgf1_sha1"]) {
    const start = text.indexOf(name);
    const changed = concatBytes(
      bytes.subarray(0, start),
      utf8("x".repeat(name.length)),
      bytes.subarray(start + name.length),
    );
    assert.match((await assertRefused(changed, name)).message, /is not a cipher that is known$/);
  }
});

Deno.test("openBackup() closes its source when the header is refused, and when the statements are not read to their end", async () => {
  const bytes = await smallBackup();
  for (const content of [utf8("-----BEGIN CERTIFICATE-----"), bytes]) {
    const source = watched(content);
    try {
      const { statements } = await openBackup(source, await testKey("RSA"), BLOCK);
      for await (const statement of statements) {
        assert.equal(statement.kind, "begin");
        break;
      }
    } catch (error) {
      assert.ok(error instanceof CaucaseError, String(error));
    }
    assert.ok(source.isClosed());
  }
});

function flipped(bytes: Uint8Array, index: number, mask: number): Uint8Array {
  const changed = bytes.slice();
  changed[index] = (changed[index] ?? 0) ^ mask;
  return changed;
}

/** A stream that tells whether it was ended. */
function watched(bytes: Uint8Array): AsyncIterable<Uint8Array> & { isClosed(): boolean } {
  let closed = false;
  async function* chunks() {
    try {
      yield* inChunks(bytes, 10);
    } finally {
      closed = true;
    }
  }
  return Object.assign(chunks(), { isClosed: () => closed });
}
