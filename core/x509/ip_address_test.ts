import assert from "node:assert/strict";
import fc from "fast-check";
import { ipAddressToText, parseIpAddress } from "./ip_address.ts";

const ADDRESSES: Record<string, string> = {
  "127.0.0.1": "7f000001",
  "255.255.255.255": "ffffffff",
  "::": "0".repeat(32),
  "::1": "0".repeat(31) + "1",
  "[::1]": "0".repeat(31) + "1",
  "1::": "0001" + "0".repeat(28),
  "2001:DB8::ff00:42": "20010db80000000000000000ff000042",
  "1:2:3:4:5:6:7:8": "00010002000300040005000600070008",
  "1:2:3:4:5:6:7::": "00010002000300040005000600070000",
  "::ffff:192.0.2.1": "00000000000000000000ffffc0000201",
};

for (const [text, hex] of Object.entries(ADDRESSES)) {
  Deno.test(`parseIpAddress() reads ${text}`, () => assert.equal(parseIpAddress(text)?.toHex(), hex));
}

const OTHERS = [
  ...[
    "",
    "localhost",
    "1.2.3",
    "1.2.3.4.5",
    "256.0.0.1",
    "01.2.3.4",
    "1.2.3.4 ",
    "0x7f.0.0.1",
    "[127.0.0.1]",
    "1.2..3",
  ],
  ...[
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4::5:6:7:8",
    "12345::",
    "g::",
    "fe80::1%eth0",
  ],
  ...["[::1", "::1]", "1.2.3.4::", "::1.2.3", ":1", "1:"],
];

for (const text of OTHERS) {
  Deno.test(`parseIpAddress() finds no address in ${JSON.stringify(text)}`, () => {
    assert.equal(parseIpAddress(text), undefined);
  });
}

Deno.test("ipAddressToText() is read back by parseIpAddress()", () => {
  const sizes = fc.constantFrom(4, 16).chain((size) => fc.uint8Array({ minLength: size, maxLength: size }));
  fc.assert(fc.property(sizes, (bytes) => {
    assert.equal(parseIpAddress(ipAddressToText(bytes))?.toHex(), bytes.toHex());
  }));
});

Deno.test("ipAddressToText() shortens IPv6 as RFC 5952 does", () => {
  assert.equal(ipAddressToText(Uint8Array.fromHex("20010db8000000000000000000010000")), "2001:db8::1:0");
});
