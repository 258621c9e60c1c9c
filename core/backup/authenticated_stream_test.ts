import assert from "node:assert/strict";
import { createDecipheriv, createHmac } from "node:crypto";
import fc from "fast-check";
import { allBytes, copies, inChunks, untilError } from "../../tests/support/streams.ts";
import { concatBytes, utf8 } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import { encryptCbc } from "./aes_cbc.ts";
import { BLOCK_SIZE, openStream, sealStream, type StreamKeys } from "./authenticated_stream.ts";

const KEYS: StreamKeys = {
  hmacKey: new Uint8Array(32).fill(1),
  aesKey: new Uint8Array(32).fill(2),
  iv: new Uint8Array(16).fill(3),
};
const BLOCK = 48;
const CODE = 32;

function pattern(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
}

function sealed(plain: Uint8Array, blockSize = BLOCK): Promise<Uint8Array> {
  return allBytes(sealStream(inChunks(plain), KEYS, blockSize));
}

function opened(encrypted: Uint8Array, blockSize = BLOCK) {
  return untilError(openStream(inChunks(encrypted), KEYS, blockSize));
}

/** Encrypts what no honest writer authenticates so. */
function encrypted(...parts: Uint8Array[]): Promise<Uint8Array> {
  return allBytes(encryptCbc(inChunks(concatBytes(...parts)), { key: KEYS.aesKey, iv: KEYS.iv }));
}

function codeOver(...parts: Uint8Array[]): Uint8Array {
  return createHmac("sha256", KEYS.hmacKey).update(concatBytes(...parts)).digest();
}

async function assertRefused(bytes: Uint8Array, code: string, message: RegExp): Promise<Uint8Array> {
  const { items, error } = await opened(bytes);
  assert.ok(error instanceof CaucaseError, String(error));
  assert.equal(error.code, code, error.message);
  assert.match(error.message, message);
  return concatBytes(...items);
}

Deno.test("sealStream() writes blocks, each followed by the code over all plain bytes so far", async () => {
  const plain = pattern(2 * BLOCK + 5);
  const decipher = createDecipheriv("aes-256-cbc", KEYS.aesKey, KEYS.iv);
  const stream = concatBytes(decipher.update(await sealed(plain)), decipher.final());
  const expected = [BLOCK, 2 * BLOCK, plain.length].map((end, index) =>
    concatBytes(plain.subarray(index * BLOCK, end), codeOver(plain.subarray(0, end)))
  );
  assert.deepEqual(stream, concatBytes(...expected));
});

Deno.test("openStream() gives back what sealStream() took, whatever the sizes of blocks and chunks", async () => {
  const cases = fc.tuple(
    fc.uint8Array({ maxLength: 300 }),
    fc.integer({ min: 1, max: 100 }),
    fc.integer({ min: 1, max: 90 }),
  );
  await fc.assert(fc.asyncProperty(cases, async ([plain, blockSize, chunk]) => {
    const bytes = await allBytes(sealStream(inChunks(plain, chunk), KEYS, blockSize));
    const blocks = await copies(openStream(inChunks(bytes, chunk), KEYS, blockSize));
    assert.deepEqual(concatBytes(...blocks), concatBytes(plain));
    assert.deepEqual(blocks.slice(0, -1).filter((block) => block.length !== blockSize), []);
  }));
});

Deno.test("openStream() gives back 0 and 1 bytes, and all sizes around the borders of blocks", async () => {
  for (const size of [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK - 1, 3 * BLOCK, 3 * BLOCK + 1]) {
    const { items, error } = await opened(await sealed(pattern(size)));
    assert.equal(error, undefined, `${size} bytes`);
    assert.deepEqual(concatBytes(...items), concatBytes(pattern(size)), `${size} bytes`);
    assert.equal(items.length, Math.ceil(size / BLOCK), `blocks of ${size} bytes`);
  }
});

Deno.test("openStream() works with the format's own block size, at its border", async () => {
  assert.equal(BLOCK_SIZE, 10_485_760);
  const plain = new Uint8Array(BLOCK_SIZE + 1).fill(0x61);
  const bytes = await allBytes(sealStream(inChunks(plain, 1 << 20), KEYS));
  assert.equal(bytes.length, BLOCK_SIZE + 1 + 2 * CODE + 15, "two blocks, padded to whole blocks of AES");
  const blocks = await copies(openStream(inChunks(bytes, 1 << 20), KEYS));
  assert.deepEqual(blocks.map(({ length }) => length), [BLOCK_SIZE, 1]);
  assert.ok(blocks.every((block) => block.every((byte) => byte === 0x61)));
});

Deno.test("openStream() refuses a stream cut off anywhere, and gives out only whole blocks before", async () => {
  const plain = pattern(3 * BLOCK);
  const bytes = await sealed(plain);
  for (let size = 0; size < bytes.length; size++) {
    const { items, error } = await opened(bytes.subarray(0, size));
    assert.ok(error instanceof CaucaseError, `cut at ${size}`);
    const given = concatBytes(...items);
    assert.deepEqual(given, concatBytes(plain.subarray(0, given.length)));
    assert.equal(given.length % BLOCK, 0);
  }
});

Deno.test("openStream() refuses a stream with any byte changed, and gives out nothing of the changed block", async () => {
  const plain = pattern(2 * BLOCK + 10);
  const bytes = await sealed(plain);
  for (let index = 0; index < bytes.length; index++) {
    const changed = bytes.slice();
    changed[index] = (changed[index] ?? 0) ^ 0x01;
    const { items, error } = await opened(changed);
    assert.ok(error instanceof CaucaseError, `byte ${index}`);
    const given = concatBytes(...items);
    assert.deepEqual(given, concatBytes(plain.subarray(0, given.length)), `byte ${index}`);
    assert.ok(given.length <= index, `byte ${index}`);
  }
});

Deno.test("openStream() refuses blocks that are swapped, repeated, left out or from elsewhere", async () => {
  const blocks = [0, 1, 2].map((index) => pattern(3 * BLOCK).subarray(index * BLOCK, (index + 1) * BLOCK));
  const pieces = blocks.map((block, index) => concatBytes(block, codeOver(...blocks.slice(0, index + 1))));
  const [first, second, third] = pieces;
  assert.ok(first && second && third);
  const alone = concatBytes(pattern(BLOCK), codeOver(pattern(BLOCK)));
  const cases: [name: string, pieces: Uint8Array[], number: number][] = [
    ["swapped", [first, third, second], 2],
    ["swapped at the start", [second, first, third], 1],
    ["repeated", [first, second, second, third], 3],
    ["left out", [first, third], 2],
    ["the first one left out", [second, third], 1],
    ["a code over its own block alone", [first, alone], 2],
  ];
  assert.equal((await opened(await encrypted(first, second, third))).error, undefined);
  for (const [name, parts, number] of cases) {
    const given = await assertRefused(await encrypted(...parts), "untrusted", new RegExp(`^block ${number} of`));
    assert.equal(given.length, (number - 1) * BLOCK, name);
  }
});

Deno.test("openStream() refuses a last block that is empty or has no room for its code", async () => {
  const block = pattern(BLOCK);
  const whole = concatBytes(block, codeOver(block));
  await assertRefused(await encrypted(whole, codeOver(block)), "malformed", /cut off within its block 2$/);
  await assertRefused(await encrypted(whole, new Uint8Array(31)), "malformed", /cut off within its block 2$/);
  await assertRefused(await encrypted(codeOver()), "malformed", /cut off within its block 1$/);
});

Deno.test("openStream() refuses padding that is not right in every byte", async () => {
  const plain = utf8("x");
  const content = concatBytes(plain, codeOver(plain));
  const cases: [name: string, padding: number[]][] = [
    ["of zeros", Array(15).fill(0)],
    ["of one wrong byte", [14, ...Array(14).fill(15)]],
    ["longer than a block", Array(15).fill(17)],
    ["of which only the length is right", [...Array(14).fill(0), 15]],
  ];
  for (const [name, padding] of cases) {
    const bytes = await encrypted(content, Uint8Array.from(padding));
    const unpadded = bytes.subarray(0, -16);
    const { error } = await opened(unpadded);
    assert.ok(error instanceof CaucaseError && /padding is wrong$/.test(error.message), `${name}: ${error}`);
  }
});

Deno.test("openStream() refuses other keys", async () => {
  const bytes = await sealed(pattern(100));
  for (const name of ["hmacKey", "aesKey", "iv"] as const) {
    const keys = { ...KEYS, [name]: KEYS[name].map((byte) => byte ^ 1) };
    const { items, error } = await untilError(openStream(inChunks(bytes), keys, BLOCK));
    assert.ok(error instanceof CaucaseError, name);
    assert.deepEqual(items, [], name);
  }
});
