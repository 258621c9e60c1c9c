import assert from "node:assert/strict";
import fc from "fast-check";
import { isRefusal } from "../../tests/support/refusals.ts";
import {
  dnsIdentifier,
  identifiersKey,
  ipIdentifier,
  isWildcard,
  sameIdentifiers,
  sortedIdentifiers,
  withoutWildcard,
} from "./identifier.ts";
import { isAllowed, matchesAny, readNamePatterns } from "./name_pattern.ts";
import { readOrderedNames } from "./ordered_names.ts";
import { AcmeProblem, type ProblemType } from "./problem.ts";

const anything = { allow: [undefined], deny: [] };
const names = fc.array(
  fc.oneof(
    fc.domain().map((name) => dnsIdentifier(name)),
    fc.domain().map((name) => dnsIdentifier(`*.${name}`)),
    fc.ipV4().map(ipIdentifier),
    fc.ipV6().map(ipIdentifier),
  ).filter((one) => one !== undefined),
  { minLength: 1, maxLength: 8 },
);

function refused(written: { type: string; value: string }[], type: ProblemType): void {
  const isIt = (error: unknown) => error instanceof AcmeProblem && error.type === type;
  assert.throws(() => readOrderedNames(written, { most: 3, rules: anything }), isIt, JSON.stringify(written));
}

Deno.test("dnsIdentifier() takes names of A-labels in any case, and nothing else", () => {
  assert.deepEqual(dnsIdentifier("WWW.Example.ORG"), { type: "dns", value: "www.example.org" });
  for (const good of ["localhost", "xn--bcher-kva.example", "*.example.org", "_acme.example.org", "a".repeat(63)]) {
    assert.equal(dnsIdentifier(good)?.value, good);
  }
  const bad = [
    ...["", ".", "a.", ".a", "a..b", "a b", "bücher.example", "*", "*.", "a.*.b", "*.*.a", "**.a", "a/b", "a:80"],
    ...["-a.b", "a-.b", `${"a".repeat(64)}.b`, `${"a.".repeat(127)}ab`, "10.0.0.1", "a.1", "a.0x7f", "::1", "a\0.b"],
  ];
  for (const name of bad) assert.equal(dnsIdentifier(name), undefined, name);
});

Deno.test("ipIdentifier() gives each address one text", () => {
  assert.equal(ipIdentifier("2001:DB8:0::0:1")?.value, "2001:db8::1");
  assert.equal(ipIdentifier("10.0.0.1")?.value, "10.0.0.1");
  for (const bad of ["", "[::1]", "10.0.0", "010.0.0.1", "fe80::1%eth0", "10.0.0.1/8", "host"]) {
    assert.equal(ipIdentifier(bad), undefined, bad);
  }
  fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
    const once = ipIdentifier(text);
    assert.ok(once);
    assert.deepEqual(ipIdentifier(once.value), once);
  }));
});

Deno.test("no identifier is both a name and an address", () => {
  fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain(), fc.string()), (text) => {
    assert.ok(dnsIdentifier(text) === undefined || ipIdentifier(text) === undefined);
  }));
});

Deno.test("names compare in any order and any number of times", () => {
  fc.assert(fc.property(names, (list) => {
    assert.ok(sameIdentifiers(list, [...list, ...list].reverse()));
    assert.equal(identifiersKey(sortedIdentifiers(list)), identifiersKey(list));
    assert.deepEqual(sortedIdentifiers(sortedIdentifiers(list)), sortedIdentifiers(list));
    for (const one of list) assert.equal(isWildcard(withoutWildcard(one)), false);
  }));
  assert.equal(sameIdentifiers([{ type: "dns", value: "a" }], [{ type: "dns", value: "a.b" }]), false);
});

Deno.test("readOrderedNames() gives names sorted, each once, and says what is wrong with others", () => {
  const dns = (value: string) => ({ type: "dns", value });
  const taken = readOrderedNames([dns("b.A"), { type: "ip", value: "::1" }, dns("a.a"), dns("B.a")], {
    most: 4,
    rules: anything,
  });
  assert.deepEqual(taken.map(({ value }) => value), ["a.a", "b.a", "::1"]);
  refused([], "malformed");
  refused([dns("a"), dns("b"), dns("c"), dns("d")], "malformed");
  refused([dns("10.0.0.1")], "malformed");
  refused([{ type: "email", value: "a@b" }], "unsupportedIdentifier");
  refused([dns("a b"), { type: "email", value: "a@b" }], "compound");
  const rules = { allow: [["*.example.org"]], deny: [] };
  try {
    readOrderedNames([dns("a.b"), dns("c.d"), dns("x.example.org")], { most: 9, rules });
    assert.fail("it took names that may not be ordered");
  } catch (error) {
    if (!(error instanceof AcmeProblem)) throw error;
    assert.equal(error.type, "rejectedIdentifier");
    assert.deepEqual(error.problem.subproblems?.map((one) => one.identifier?.value), ["a.b", "c.d"]);
  }
});

Deno.test("patterns are names, names below one, addresses and networks", () => {
  const matches = (pattern: string, text: string) => {
    const identifier = ipIdentifier(text) ?? dnsIdentifier(text);
    return identifier !== undefined && matchesAny(readNamePatterns([pattern]), identifier);
  };
  const cases: [string, string, boolean][] = [
    ["host.example.org", "HOST.example.org", true],
    ["host.example.org", "a.host.example.org", false],
    ["*.Example.org", "a.b.example.org", true],
    ["*.example.org", "*.example.org", true],
    ["*.example.org", "*.a.example.org", true],
    ["*.example.org", "example.org", false],
    ["*.example.org", "badexample.org", false],
    ["example.org", "*.example.org", false],
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.0.0.0/8", "a00::1", false],
    ["192.0.2.128/25", "192.0.2.127", false],
    ["192.0.2.128/25", "192.0.2.200", true],
    ["0.0.0.0/0", "1.2.3.4", true],
    ["fd00::/8", "fdab::1", true],
    ["10.0.0.1", "10.0.0.1", true],
    ["2001:db8:0::1", "2001:db8::1", true],
    ["10.0.0.1/32", "10.0.0.2", false],
  ];
  for (const [pattern, text, expected] of cases) assert.equal(matches(pattern, text), expected, `${pattern} ${text}`);
  for (const bad of ["", "*", "10.0.0.0/33", "10.0.0.0/", "a b", "*.*.a", "fd00::/129", "10.0.0.0/-1"]) {
    assert.throws(() => readNamePatterns([bad]), isRefusal("malformed"), bad);
  }
});

Deno.test("isAllowed() wants each list to have a name, and no denied name inside a wildcard", () => {
  const allowed = (text: string, allow: readonly (readonly string[] | undefined)[], deny: readonly string[] = []) => {
    const identifier = dnsIdentifier(text);
    assert.ok(identifier);
    return isAllowed({ allow, deny }, identifier);
  };
  assert.equal(allowed("a.example.org", [undefined]), true);
  assert.equal(allowed("a.example.org", [["*.example.org"], undefined]), true);
  assert.equal(allowed("a.example.org", [["*.example.org"], ["b.example.org"]]), false);
  assert.equal(allowed("a.example.org", [[]]), false);
  assert.equal(allowed("a.example.org", [undefined], ["a.example.org"]), false);
  assert.equal(allowed("*.example.org", [undefined], ["a.example.org"]), false);
  assert.equal(allowed("*.example.org", [undefined], ["a.b.example.org"]), true);
});
