import assert from "node:assert/strict";
import fc from "fast-check";
import { joinBytes, utf8 } from "../../../core/bytes.ts";
import { CrlEntries, CrlEntryWriter } from "../../../core/x509/crl_entries.ts";
import { encodePage, type PageTexts } from "./revocation_page.ts";

function textsOf(serials: string, dates: string): PageTexts {
  return { serials: utf8(serials), dates: utf8(dates) };
}

Deno.test("encodePage() encodes what CrlEntries encodes", () => {
  const revocation = fc.record({
    serial: fc.bigInt(0n, 2n ** 159n - 1n),
    revocationDate: fc.integer({ min: 0, max: 2524607999 }),
  });
  fc.assert(fc.property(fc.array(revocation, { minLength: 1 }), (revocations) => {
    const writer = new CrlEntryWriter();
    const serials = revocations.map(({ serial }) => serial).join(";");
    const dates = revocations.map(({ revocationDate }) => revocationDate).join(";");
    assert.equal(encodePage(textsOf(serials, dates), revocations.length, writer), true);
    const expected = joinBytes(CrlEntries.NONE.with(revocations).pieces());
    assert.equal(joinBytes(writer.entries().pieces()).toHex(), expected.toHex());
  }));
});

Deno.test("encodePage() leaves what is not quite so to others", () => {
  const wrong = [
    "",
    "x",
    "1",
    "1;",
    "1;2;",
    ";1",
    "1;;2",
    "-1;2",
    "1;-2",
    "1.5;2",
    "1;2.5",
    "1e9;2",
    "1; 2",
    "1;2 ",
    "1;2;3",
    "1,2",
  ];
  const tooLarge = [...wrong, `1;${2n ** 159n}`, `1;${"0".repeat(49)}`];
  for (const serials of tooLarge) {
    assert.equal(encodePage(textsOf(serials, "1;2"), 2, new CrlEntryWriter()), false, serials);
  }
  for (const dates of [...wrong, "1;2524608000", "99999999999999999999;1"]) {
    assert.equal(encodePage(textsOf("1;2", dates), 2, new CrlEntryWriter()), false, dates);
  }
  assert.equal(encodePage(textsOf("1;2", "3;4"), 2, new CrlEntryWriter()), true);
});
