import assert from "node:assert/strict";
import fc from "fast-check";
import { decodePem, encodePem } from "../pem.ts";
import { forStorage, storedBlocks } from "./stored_pem.ts";

const label = fc.constantFrom("CERTIFICATE", "X509 CRL", "PRIVATE KEY");
const pem = fc.record({
  label,
  der: fc.uint8Array({ minLength: 1, maxLength: 200 }),
  text: fc.constantFrom("", "text\n", "\n"),
});

Deno.test("storedBlocks() finds what decodePem() finds, as it stands there", () => {
  const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
  fc.assert(fc.property(fc.array(pem), lineEnd, (blocks, end) => {
    const text = blocks.map((block) => block.text + encodePem(block.label, block.der)).join("").replaceAll("\n", end);
    const found = storedBlocks(text, "CERTIFICATE");
    const expected = decodePem(text).filter((block) => block.label === "CERTIFICATE");
    assert.deepEqual(found.map(({ der }) => der), expected.map(({ der }) => der));
    assert.deepEqual(found.map(({ raw }) => forStorage(raw)), expected.map((block) => block.text));
    for (const { raw } of found) assert.ok(text.includes(raw));
  }));
});

Deno.test("storedBlocks() refuses what is malformed, of another label too", () => {
  const good = encodePem("CERTIFICATE", Uint8Array.of(1, 2, 3));
  for (const text of [good.slice(0, -3), good + "-----BEGIN X509 CRL-----\n", good.replace("\nA", "\n*")]) {
    assert.throws(() => storedBlocks(text, "CERTIFICATE"), { code: "malformed" });
  }
});

Deno.test("storedBlocks() keeps the width of lines and blanks at their ends", () => {
  const raw = "-----BEGIN CERTIFICATE-----\nAQ  \nID\t\n-----END CERTIFICATE-----";
  assert.deepEqual(storedBlocks(`${raw}  \n`, "CERTIFICATE"), [{ raw, der: Uint8Array.of(1, 2, 3) }]);
});
