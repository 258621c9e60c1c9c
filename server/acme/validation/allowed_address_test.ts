import assert from "node:assert/strict";
import fc from "fast-check";
import { type Bytes, concatBytes } from "../../../core/bytes.ts";
import { ipAddressToText } from "../../../core/x509/ip_address.ts";
import { garbageText } from "../../../tests/support/garbage.ts";
import { policyOf } from "../../../tests/support/validation.ts";
import { addressBreach, canonicalIp, listensEverywhere, PRIVATE_RANGES } from "./allowed_address.ts";
import { parseIpRange } from "./ip_range.ts";

const STRICT = policyOf({ allow: [] });

const REFUSED: Record<string, string[]> = {
  "a loopback address": ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"],
  "an unspecified address": ["0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0"],
  "a link-local address": ["169.254.0.1", "fe80::1", "febf::1", "::ffff:169.254.3.4"],
  "a metadata address": [
    ...["169.254.169.254", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "100.100.100.200", "192.0.0.192"],
    ...["168.63.129.16", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"],
  ],
  "a multicast address": ["224.0.0.1", "239.255.255.255", "ff02::1"],
  "a broadcast address": ["255.255.255.255"],
  "a reserved address": ["240.0.0.1", "192.0.0.8", "::10.0.0.1", "::2"],
  "a translated address": ["64:ff9b:1::1"],
  // What embeds 127.0.0.1: NAT64, 6to4, Teredo's server and client, ISATAP, IPv4-translated.
  "stands for what is a loopback address": [
    ...["64:ff9b::127.0.0.1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:0:102:304::80ff:fffe"],
    ...["2a00::5efe:127.0.0.1", "fd00::200:5efe:7f00:1", "::ffff:0:127.0.0.1"],
  ],
};

for (const [what, addresses] of Object.entries(REFUSED)) {
  Deno.test(`addressBreach() refuses ${what}`, () => {
    for (const address of addresses) assert.ok(addressBreach(address, 80, STRICT)?.endsWith(what), address);
  });
}

const PRIVATE = ["10.0.0.1", "172.16.3.4", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd12:3456::1", "fec0::1"];
const PUBLIC = ["8.8.8.8", "172.32.0.1", "2a00:1450::1", "64:ff9b::8.8.8.8", "2002:808:808::1", "::ffff:8.8.8.8"];

Deno.test("addressBreach() lets public and private addresses pass; private ones can be denied", () => {
  for (const address of [...PUBLIC, ...PRIVATE]) assert.equal(addressBreach(address, 80, STRICT), undefined, address);
  const denying = { ...STRICT, deny: PRIVATE_RANGES };
  for (const address of PUBLIC) assert.equal(addressBreach(address, 80, denying), undefined, address);
  for (const address of [...PRIVATE, "64:ff9b::10.0.0.1"]) {
    assert.match(addressBreach(address, 80, denying) ?? "", /told/);
  }
});

Deno.test("addressBreach() lets pass what is allowed, but not what hides in it or is denied too", () => {
  const policy = policyOf({ allow: ["127.0.0.1", "fe80::/10", "64:ff9b::/96", "::1"], deny: ["fe80::7"] });
  for (const address of ["127.0.0.1", "::1", "fe80::1", "64:ff9b::127.0.0.1"]) {
    assert.equal(addressBreach(address, 80, policy), undefined, address);
  }
  assert.match(addressBreach("64:ff9b::127.0.0.2", 80, policy) ?? "", /stands for what is a loopback/);
  assert.match(addressBreach("fe80::7", 80, policy) ?? "", /told to keep out/);
});

Deno.test("addressBreach() refuses what is not numeric, or has a zone or brackets with one", () => {
  for (const address of ["", "localhost", "fe80::1%eth0", "::1%1", "127.1", "0x7f.0.0.1", "127.0.0.01", "1.2.3.4 "]) {
    assert.equal(addressBreach(address, 80, policyOf({ allow: ["::/0", "0.0.0.0/0"] })), "is not an address", address);
  }
});

Deno.test("addressBreach() refuses the server's own listeners, whatever is allowed", () => {
  const allow = ["0.0.0.0/0", "::/0"];
  const own = [{ address: "192.0.2.1", port: 80 }, { address: "fe80::1%eth0", port: 80 }];
  const policy = policyOf({ allow, own });
  for (const address of ["192.0.2.1", "::ffff:192.0.2.1", "64:ff9b::192.0.2.1", "fe80::1"]) {
    assert.match(addressBreach(address, 80, policy) ?? "", /listens itself/, address);
  }
  assert.equal(addressBreach("192.0.2.1", 81, policy), undefined);
  assert.equal(addressBreach("192.0.2.2", 80, policy), undefined);
});

Deno.test("addressBreach() takes a listener at all addresses for one at each of the machine's", () => {
  for (const address of ["0.0.0.0", "::"]) {
    const ofThisMachine = () => ["192.0.2.1", "fe80::1%eth0"];
    const policy = policyOf({ allow: ["0.0.0.0/0", "::/0"], own: [{ address, port: 80 }], ofThisMachine });
    for (const here of ["192.0.2.1", "fe80::1", "127.0.0.1", "127.9.9.9", "0.0.0.0", "::", "::1"]) {
      assert.match(addressBreach(here, 80, policy) ?? "", /listens itself/, here);
      assert.equal(addressBreach(here, 81, policy), undefined, here);
    }
    assert.equal(addressBreach("192.0.2.2", 80, policy), undefined);
    assert.deepEqual([listensEverywhere(80, policy), listensEverywhere(81, policy)], [true, false]);
  }
});

const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => new Uint8Array(bytes));
const prefixed = (prefix: string) => (address: Bytes) => concatBytes(Uint8Array.fromHex(prefix), address);

/** Each is another way to write an IPv4 address. */
const EMBEDDINGS: Record<string, (address: Bytes) => Bytes> = {
  "IPv4-mapped": prefixed("00000000000000000000ffff"),
  "IPv4-translated": prefixed("0000000000000000ffff0000"),
  "NAT64": prefixed("0064ff9b0000000000000000"),
  "6to4": (address) => concatBytes(Uint8Array.of(0x20, 2), address, new Uint8Array(10)),
  "Teredo's client": (address) => prefixed("20010000080808080000ffff")(address.map((byte) => byte ^ 0xff)),
  "ISATAP": prefixed("2a0000000000000000005efe"),
};

for (const [name, embed] of Object.entries(EMBEDDINGS)) {
  Deno.test(`addressBreach() refuses an address as ${name} whenever it refuses it as IPv4`, () => {
    fc.assert(fc.property(ipv4, fc.constantFrom(...REFUSED_FIRST_BYTES), fc.boolean(), (bytes, first, isRefused) => {
      const address = isRefused ? concatBytes(Uint8Array.of(first), bytes.subarray(1)) : bytes;
      const alone = addressBreach(ipAddressToText(address), 80, STRICT) !== undefined;
      assert.equal(addressBreach(ipAddressToText(embed(address)), 80, STRICT) !== undefined, alone);
    }));
  });
}

const REFUSED_FIRST_BYTES = [0, 127, 224, 239, 240, 255];

Deno.test("addressBreach() never throws, and lets nothing but addresses pass", () => {
  const open = policyOf({ allow: ["0.0.0.0/0", "::/0"] });
  fc.assert(fc.property(garbageText(40), (text) => {
    if (addressBreach(text, 80, open) === undefined) assert.ok(canonicalIp(text) !== undefined);
  }));
});

Deno.test("canonicalIp() is the same for equal addresses", () => {
  assert.equal(canonicalIp("::ffff:192.0.2.1"), "192.0.2.1");
  assert.equal(canonicalIp("2001:DB8:0:0::1"), "2001:db8::1");
  assert.equal(canonicalIp("fe80::1%eth0"), undefined);
  assert.deepEqual(parseIpRange("10.0.0.0/8").bits, 8);
});
