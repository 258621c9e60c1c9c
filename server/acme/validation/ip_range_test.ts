import assert from "node:assert/strict";
import fc from "fast-check";
import { ipAddressToText, parseIpAddress } from "../../../core/x509/ip_address.ts";
import { CaucaseError } from "../../../core/errors.ts";
import { garbageText } from "../../../tests/support/garbage.ts";
import { isRefusal } from "../../../tests/support/refusals.ts";
import { isWithin, parseIpRange } from "./ip_range.ts";

function contains(range: string, address: string): boolean {
  return isWithin(parseIpAddress(address) ?? new Uint8Array(), parseIpRange(range));
}

Deno.test("isWithin() looks at as many bits as the range says", () => {
  for (
    const [range, inside, outside] of [
      ["10.0.0.0/8", "10.255.0.1", "11.0.0.0"],
      ["172.16.0.0/12", "172.31.255.255", "172.32.0.0"],
      ["192.0.2.128/25", "192.0.2.128", "192.0.2.127"],
      ["192.0.2.1", "192.0.2.1", "192.0.2.0"],
      ["fe80::/10", "febf::1", "fec0::"],
      ["2001:db8::/32", "2001:db8:ffff::", "2001:db9::"],
      ["0.0.0.0/0", "255.255.255.255", "::"],
      ["::/0", "ffff::", "0.0.0.0"],
      ["::1/128", "::1", "::2"],
    ] as const
  ) {
    assert.deepEqual([contains(range, inside), contains(range, outside)], [true, false], range);
  }
});

Deno.test("parseIpRange() refuses what is no range, and ranges that begin elsewhere than they say", () => {
  for (
    const text of ["", "/", "10.0.0.0/", "10.0.0.0/33", "::/129", "10/8", "a/8", "10.0.0.0/08", "10.0.0.0/-1", "::%1/9"]
  ) {
    assert.throws(() => parseIpRange(text), isRefusal("malformed"), text);
  }
  assert.throws(() => parseIpRange("10.1.2.3/8"), (error) => {
    return error instanceof CaucaseError && error.details.hint === "write 10.0.0.0/8";
  });
});

Deno.test("parseIpRange() reads each range that it says how to write, and refuses or reads any text", () => {
  const address = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
  );
  fc.assert(fc.property(address, fc.nat(128), (bytes, bits) => {
    fc.pre(bits <= 8 * bytes.length);
    const text = `${ipAddressToText(bytes)}/${bits}`;
    try {
      assert.ok(isWithin(bytes, parseIpRange(text)));
    } catch (error) {
      if (!(error instanceof CaucaseError)) throw error;
      const written = /^write (.*)$/.exec(error.details.hint ?? "")?.[1] ?? "";
      assert.ok(isWithin(bytes, parseIpRange(written)));
    }
  }));
  fc.assert(fc.property(garbageText(30), (text) => {
    try {
      parseIpRange(text);
    } catch (error) {
      assert.ok(error instanceof CaucaseError);
    }
  }));
});
