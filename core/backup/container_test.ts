import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, utf8 } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import {
  type BackupHeader,
  encodeBackupHeader,
  MAX_HEADER_SIZE,
  parseBackupHeader,
  PREFIX_SIZE,
  readBackupHeader,
  readHeaderSize,
  RSA_RECIPIENT_CIPHER,
  STREAM_CIPHER,
} from "./container.ts";

const KEY_ID = "0577d4fbfd45e968c0403448b6fc68718a1f0798";
const RECIPIENT = { id: KEY_ID, cipher: { name: RSA_RECIPIENT_CIPHER }, key: "5a".repeat(256) };
const HEADER = { cipher: { name: STREAM_CIPHER, parameter: "0f".repeat(16) }, key_list: [RECIPIENT] };

function prefix(size: number): Uint8Array {
  const bytes = concatBytes(utf8("caucase\0"), new Uint8Array(4));
  new DataView(bytes.buffer).setUint32(8, size, true);
  return bytes;
}

function backup(header: unknown): Uint8Array {
  const json = utf8(JSON.stringify(header));
  return concatBytes(prefix(json.length), json);
}

function bytesOf(min: number, max = min) {
  return fc.uint8Array({ minLength: min, maxLength: max }).map((bytes) => bytes.slice());
}

const headers: fc.Arbitrary<BackupHeader> = fc.record({
  iv: bytesOf(16),
  recipients: fc.uniqueArray(
    fc.record({
      keyId: bytesOf(20).map((bytes) => bytes.toHex()),
      cipher: fc.constant(RSA_RECIPIENT_CIPHER),
      encryptedKey: bytesOf(106, 2048),
    }, { noNullPrototype: true }),
    { selector: ({ keyId }) => keyId, minLength: 1, maxLength: 6 },
  ),
}, { noNullPrototype: true });

Deno.test("readBackupHeader() gives what encodeBackupHeader() was given, and where the rest begins", () => {
  fc.assert(fc.property(headers, bytesOf(0, 40), (header, rest) => {
    const encoded = encodeBackupHeader(header);
    const read = readBackupHeader(concatBytes(encoded, rest));
    assert.deepEqual(read, { header, end: encoded.length });
  }));
});

Deno.test("readBackupHeader() refuses a backup cut anywhere before its cipher text", () => {
  const encoded = encodeBackupHeader({
    iv: new Uint8Array(16),
    recipients: [{ keyId: KEY_ID, cipher: RSA_RECIPIENT_CIPHER, encryptedKey: new Uint8Array(256) }],
  });
  for (let size = 0; size < encoded.length; size++) {
    assert.throws(() => readBackupHeader(encoded.subarray(0, size)), {
      code: "malformed",
      message: new RegExp(`^backup ends after ${size} bytes`),
    });
  }
});

Deno.test("readBackupHeader() only ever throws CaucaseError when bytes of a header are changed", () => {
  const encoded = backup(HEADER);
  const changes = fc.array(fc.tuple(fc.nat(encoded.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 });
  fc.assert(fc.property(changes, (list) => {
    const changed = encoded.slice();
    for (const [index, value] of list) changed[index] = value;
    try {
      readBackupHeader(changed);
    } catch (error) {
      assert.ok(error instanceof CaucaseError && error.code === "malformed", String(error));
    }
  }));
});

Deno.test("readBackupHeader() names the key identifiers that the reference lists for its own backup", async () => {
  const vectors = new URL("../../tests/vectors/backups/", import.meta.url);
  const { header } = readBackupHeader(await Deno.readFile(new URL("reference-0.9.17.sql.caucased", vectors)));
  const listed = (await Deno.readTextFile(new URL("reference-0.9.17.key_ids", vectors))).trim().split("\n");
  assert.deepEqual(header.recipients.map(({ keyId }) => keyId), listed);
  assert.deepEqual(header.recipients.map(({ encryptedKey }) => encryptedKey.length), [256, 256]);
});

Deno.test("readHeaderSize() refuses what is no backup, and sizes that no header has", () => {
  const cases: [name: string, bytes: Uint8Array, message: string][] = [
    ["another file", utf8("-----BEGIN CERTIFICATE-----\n"), "not a backup of caucase"],
    ["another short file", utf8("no"), "not a backup of caucase"],
    ["an empty file", new Uint8Array(), "backup ends after 0 bytes, before its header"],
    ["the magic alone", prefix(0).subarray(0, 8), "backup ends after 8 bytes, before its header"],
    ["no header", prefix(0), "backup says that its header has 0 bytes"],
    ["one byte too many", prefix(MAX_HEADER_SIZE + 1), `backup says that its header has ${MAX_HEADER_SIZE + 1} bytes`],
    ["the largest number", prefix(2 ** 32 - 1), "backup says that its header has 4294967295 bytes"],
  ];
  for (const [name, bytes, message] of cases) {
    assert.throws(() => readHeaderSize(bytes), { code: "malformed", message }, name);
  }
  assert.equal(readHeaderSize(prefix(MAX_HEADER_SIZE)), MAX_HEADER_SIZE);
});

Deno.test("readHeaderSize() reads little-endian, also from the middle of a larger buffer", () => {
  const bytes = concatBytes(Uint8Array.of(9, 9, 9), prefix(0x1234)).subarray(3);
  assert.deepEqual([...bytes.subarray(8, PREFIX_SIZE)], [0x34, 0x12, 0, 0]);
  assert.equal(readHeaderSize(bytes), 0x1234);
});

Deno.test("parseBackupHeader() says what is wrong with a header, in words that are not the header's", () => {
  const { cipher, key_list } = HEADER;
  const withRecipient = (changes: object) => ({ cipher, key_list: [{ ...RECIPIENT, ...changes }] });
  const withCipher = (changes: object) => ({ cipher: { ...cipher, ...changes }, key_list });
  const shape = "is missing or not what it should be";
  const cases: [header: unknown, message: string][] = [
    [[], `cipher in the header ${shape}`],
    [null, `the header ${shape}`],
    [{ key_list }, `cipher in the header ${shape}`],
    [{ cipher }, `key_list in the header ${shape}`],
    [{ cipher, key_list: {} }, `key_list in the header ${shape}`],
    [{ cipher, key_list: [] }, "key_list in the header is empty: no key opens this backup"],
    [{ cipher, key_list: ["\x1b[31m"] }, `key_list.0 in the header ${shape}`],
    [withCipher({ name: "rot13\x1b[31m" }), "cipher.name in the header is not a cipher that is known"],
    [withCipher({ parameter: "00" }), "cipher.parameter in the header is not 32 hexadecimal digits"],
    [withCipher({ parameter: 7 }), "cipher.parameter in the header is not 32 hexadecimal digits"],
    [withRecipient({ id: "zz".repeat(20) }), "key_list.0.id in the header is not 40 hexadecimal digits"],
    [withRecipient({ cipher: { name: "none" } }), "key_list.0.cipher.name in the header is not a cipher that is known"],
    [withRecipient({ key: "00".repeat(105) }), "key_list.0.key in the header is not 212 to 4096 hexadecimal digits"],
    [withRecipient({ key: "0".repeat(301) }), "key_list.0.key in the header is not 212 to 4096 hexadecimal digits"],
    [withRecipient({ key: "00".repeat(2049) }), "key_list.0.key in the header is not 212 to 4096 hexadecimal digits"],
    [
      { cipher, key_list: [RECIPIENT, { ...RECIPIENT, id: KEY_ID.toUpperCase() }] },
      "the header has a key identifier twice",
    ],
  ];
  for (const [header, message] of cases) {
    const parse = () => parseBackupHeader(utf8(JSON.stringify(header)));
    assert.throws(parse, { code: "malformed", message: `backup: ${message}` });
  }
});

Deno.test("parseBackupHeader() refuses bytes that are not UTF-8 or not JSON", () => {
  assert.throws(() => parseBackupHeader(Uint8Array.of(0xff)), { code: "malformed", message: /not text/ });
  assert.throws(() => parseBackupHeader(utf8("{")), { code: "malformed", message: "backup: the header is not JSON" });
  const deep = utf8("[".repeat(1_000_000));
  assert.throws(() => parseBackupHeader(deep), { code: "malformed" });
});

Deno.test("parseBackupHeader() leaves aside members that it does not know, and takes upper-case digits", () => {
  const header = { ...HEADER, made: "today", key_list: [{ ...RECIPIENT, id: KEY_ID.toUpperCase(), name: "me" }] };
  const { recipients } = parseBackupHeader(utf8(JSON.stringify(header)));
  assert.deepEqual(recipients.map(({ keyId }) => keyId), [KEY_ID]);
});

Deno.test("encodeBackupHeader() refuses a header that nobody could open or read", () => {
  const recipient = { keyId: KEY_ID, cipher: RSA_RECIPIENT_CIPHER, encryptedKey: new Uint8Array(256) } as const;
  const iv = new Uint8Array(16);
  const cases: [string, BackupHeader][] = [
    ["no recipient", { iv, recipients: [] }],
    ["a short IV", { iv: iv.subarray(1), recipients: [recipient] }],
    ["a recipient twice", { iv, recipients: [recipient, recipient] }],
    ["a bad key identifier", { iv, recipients: [{ ...recipient, keyId: "me" }] }],
  ];
  for (const [name, header] of cases) assert.throws(() => encodeBackupHeader(header), { code: "malformed" }, name);
});
