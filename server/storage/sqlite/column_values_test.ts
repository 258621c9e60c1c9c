import assert from "node:assert/strict";
import { utf8 } from "../../../core/bytes.ts";
import { bothForms, fromSeconds, toBigInt, toBytes, toCount, toSeconds, toText } from "./column_values.ts";

Deno.test("toText() and toBytes() read BLOB and TEXT alike", () => {
  for (const value of ["PEM\r\n", utf8("PEM\r\n")]) {
    assert.equal(toText(value), "PEM\r\n");
    assert.deepEqual(toBytes(value), utf8("PEM\r\n"));
  }
  assert.deepEqual(bothForms("ab"), [utf8("ab"), "ab"]);
});

Deno.test("toCount() reads decimal digits, and what became of them when a number was bound", () => {
  for (const [text, value] of [["0", 0], ["1795426040", 1_795_426_040], ["1795426040.0", 1_795_426_040]] as const) {
    assert.equal(toCount(text), value);
    assert.equal(toCount(utf8(text)), value);
  }
});

Deno.test("toSeconds() and fromSeconds() hold whole seconds", () => {
  assert.equal(toSeconds(1_800_000_000n), 1_800_000_000);
  assert.equal(toSeconds(1.75), 1);
  assert.equal(fromSeconds(1_800_000_000.9), 1_800_000_000n);
});

Deno.test("Values of another kind are refused without being shown", () => {
  const secret = utf8("-----BEGIN RSA PRIVATE KEY-----");
  const reads: readonly [read: () => unknown, found: string][] = [
    [() => toText(null), "NULL"],
    [() => toText(Uint8Array.of(0xff)), "BLOB"],
    [() => toBytes(5n), "bigint"],
    [() => toBigInt(secret), "BLOB"],
    [() => toSeconds("secret"), "string"],
    [() => toCount("-5"), "string"],
    [() => toCount(secret), "BLOB"],
  ];
  for (const [read, found] of reads) {
    assert.throws(read, {
      code: "storage",
      message: new RegExp(`^the database holds ${found} where [a-z ]+ is expected$`),
    });
  }
});
