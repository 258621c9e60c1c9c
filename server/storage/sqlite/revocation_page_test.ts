import assert from "node:assert/strict";
import fc from "fast-check";
import { joinBytes, utf8 } from "../../../core/bytes.ts";
import { CrlEntries, CrlEntryWriter } from "../../../core/x509/crl_entries.ts";
import { encodePage } from "./revocation_page.ts";

function isRead(text: string, count: number): boolean {
  return encodePage(utf8(text), count, new CrlEntryWriter());
}

Deno.test("encodePage() encodes what CrlEntries encodes", () => {
  const revocation = fc.record({
    serial: fc.bigInt(0n, 2n ** 159n - 1n),
    revocationDate: fc.integer({ min: 0, max: 2524607999 }),
  });
  fc.assert(fc.property(fc.array(revocation), (revocations) => {
    const writer = new CrlEntryWriter();
    const rows = revocations.map(({ serial, revocationDate }) => `"${serial}":${revocationDate}`);
    assert.equal(encodePage(utf8(`{${rows.join(",")}}`), revocations.length, writer), true);
    const expected = joinBytes(CrlEntries.NONE.with(revocations).pieces());
    assert.equal(joinBytes(writer.entries().pieces()).toHex(), expected.toHex());
  }));
});

Deno.test("encodePage() leaves what is not quite so to others", () => {
  const serials = ["", "x", "-1", "1.5", "1e9", " 1", "1 ", '1\\"', `${2n ** 159n}`, "0".repeat(49)];
  for (const serial of serials) assert.equal(isRead(`{"${serial}":3,"2":4}`, 2), false, serial);
  const dates = ["", "x", "-1", "2.5", "1e9", '"3"', "null", "2524608000", "99999999999999999999"];
  for (const date of dates) assert.equal(isRead(`{"1":${date},"2":4}`, 2), false, date);
  const whole = '{"1":3,"2":4}';
  for (let end = 0; end < whole.length; end++) assert.equal(isRead(whole.slice(0, end), 2), false, whole.slice(0, end));
  for (const other of [`${whole} `, `${whole}}`, '{"1":3;"2":4}', '{"1":3 ,"2":4}', '["1":3,"2":4]', '{1:3,"2":4}']) {
    assert.equal(isRead(other, 2), false, other);
  }
  for (const [count, isAll] of [[0, false], [1, false], [2, true], [3, false]] as const) {
    assert.equal(isRead(whole, count), isAll, `${count}`);
  }
});
