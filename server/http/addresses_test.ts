import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalAddress, resolveAddresses } from "./addresses.ts";

const HOSTS: Readonly<Record<string, readonly string[]>> = {
  "both.test": ["2001:db8::1", "192.0.2.1"],
  "again.test": ["192.0.2.1", "192.0.2.2"],
  "mapped.test": ["::ffff:192.0.2.1"],
  "all.test": ["0.0.0.0"],
  "nothing.test": [],
};

function lookup(host: string): Promise<readonly string[]> {
  const found = HOSTS[host];
  return found ? Promise.resolve(found) : Promise.reject(new Error(`ENOTFOUND ${host}`));
}

Deno.test("resolveAddresses() gives every numeric address once", async () => {
  const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
    [["both.test"], ["2001:db8::1", "192.0.2.1"]],
    [["both.test", "again.test"], ["2001:db8::1", "192.0.2.1", "192.0.2.2"]],
    [["mapped.test", "192.0.2.1"], ["192.0.2.1"]],
    [["[2001:DB8:0:0::1]", "2001:db8::1"], ["2001:db8::1"]],
    [["[::1]", "127.0.0.1"], ["::1", "127.0.0.1"]],
    [["fe80::1%eth0"], ["fe80::1%eth0"]],
    [[], []],
  ];
  for (const [hosts, expected] of cases) assert.deepEqual(await resolveAddresses(hosts, lookup), expected);
});

Deno.test("resolveAddresses() leaves out what a wildcard covers already", async () => {
  assert.deepEqual(await resolveAddresses(["::", "0.0.0.0", "both.test"], lookup), ["::"]);
  assert.deepEqual(await resolveAddresses(["both.test", "all.test"], lookup), ["2001:db8::1", "0.0.0.0"]);
});

Deno.test("resolveAddresses() fails as usage when a host has no address", async () => {
  await assert.rejects(resolveAddresses(["127.0.0.1", "unknown.test"], lookup), {
    code: "usage",
    message: "cannot resolve unknown.test: ENOTFOUND unknown.test",
  });
  await assert.rejects(resolveAddresses(["nothing.test"], lookup), {
    code: "usage",
    message: /resolves to no address/,
  });
});

Deno.test("resolveAddresses() asks the system when it is given no other lookup", async () => {
  const addresses = await resolveAddresses(["localhost"]);
  assert.ok(addresses.includes("127.0.0.1") || addresses.includes("::1"));
});

Deno.test("canonicalAddress() gives equal addresses one form", () => {
  fc.assert(fc.property(fc.ipV6(), (address) => {
    const canonical = canonicalAddress(address);
    assert.equal(canonicalAddress(canonical), canonical);
    assert.equal(canonicalAddress(address.toUpperCase()), canonical);
  }));
  fc.assert(fc.property(fc.ipV4(), (address) => {
    assert.equal(canonicalAddress(address), address);
    assert.equal(canonicalAddress(`::ffff:${address}`), address);
  }));
});
