import assert from "node:assert/strict";
import fc from "fast-check";
import { joinBytes, utf8 } from "../../../core/bytes.ts";
import { CrlEntries, CrlEntryWriter } from "../../../core/x509/crl_entries.ts";
import { encodePage } from "./revocation_page.ts";

Deno.test("encodePage() encodes what CrlEntries encodes", () => {
  const revocation = fc.record({
    serial: fc.bigInt(0n, 2n ** 159n - 1n),
    revocationDate: fc.integer({ min: 0, max: 2524607999 }),
  });
  fc.assert(fc.property(fc.array(revocation, { minLength: 1 }), (revocations) => {
    const writer = new CrlEntryWriter();
    const text = revocations.map(({ serial, revocationDate }) => `${revocationDate} ${serial}`).join(";");
    assert.equal(encodePage(utf8(text), revocations.length, writer), true);
    const expected = joinBytes(CrlEntries.NONE.with(revocations).pieces());
    assert.equal(joinBytes(writer.entries().pieces()).toHex(), expected.toHex());
  }));
});

Deno.test("encodePage() leaves what is not quite so to others", () => {
  const wrong = [
    "",
    "1",
    "1 ",
    " 1",
    "1 2;",
    "1 2;3",
    "1 2;3 ",
    ";1 2",
    "-1 2",
    "1 -2",
    "1.5 2",
    "1 2.5",
    "1e9 2",
    "1  2",
    "1 2x",
    "1 2 3",
    "2524608000 2",
    "99999999999999999999 2",
    `1 ${2n ** 159n}`,
    `1 ${"0".repeat(49)}`,
    "1 2;1 2\0",
  ];
  for (const text of wrong) {
    const pairs = text.split(";").length;
    assert.equal(encodePage(utf8(text), pairs, new CrlEntryWriter()), false, JSON.stringify(text));
  }
  assert.equal(encodePage(utf8("1 2;3 4"), 2, new CrlEntryWriter()), true);
  for (const count of [0, 1, 3]) assert.equal(encodePage(utf8("1 2;3 4"), count, new CrlEntryWriter()), false);
});
