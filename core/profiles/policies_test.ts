import assert from "node:assert/strict";
import { derInteger, derOid, derSequence, derUtf8String } from "../der/writer.ts";
import {
  AUTO_SIGNED_POLICY,
  isAutoSigned,
  isCaucasePolicy,
  isOldCaucasePolicy,
  parsePolicies,
  policiesExtension,
  toCurrentArc,
} from "./policies.ts";

const ARC = "1.3.6.1.4.1.37476.9000.70.0";
const OLD_ARC = "2.25.285541874270823339875695650038637483517";

const ARCS: Record<string, { ours: boolean; current?: string; mark?: boolean }> = {
  [ARC]: { ours: true },
  [`${ARC}.0`]: { ours: true, mark: true },
  [`${ARC}.0.1`]: { ours: true },
  [`${ARC}.1`]: { ours: true },
  "1.3.6.1.4.1.37476.9000.70.1": { ours: false },
  "1.3.6.1.4.1.37476.9000.700": { ours: false },
  "1.3.6.1.4.1.37476.9000.70": { ours: false },
  [OLD_ARC]: { ours: true, current: ARC },
  [`${OLD_ARC}.0`]: { ours: true, current: `${ARC}.0`, mark: true },
  [`${OLD_ARC}.0.7`]: { ours: true, current: `${ARC}.0.7` },
  [`${OLD_ARC}0`]: { ours: false },
  "2.25.285541874270823339875695650038637483516": { ours: false },
  "2.25": { ours: false },
  "2.5.29.32.0": { ours: false },
};

for (const [oid, { ours, current = oid, mark = false }] of Object.entries(ARCS)) {
  Deno.test(`${oid} is ${ours ? "" : "not "}a caucase policy${mark ? ", the auto-signed mark" : ""}`, () => {
    assert.equal(isCaucasePolicy(oid), ours);
    assert.equal(isOldCaucasePolicy(oid), ours && current !== oid);
    assert.equal(toCurrentArc({ oid, qualifiers: undefined }).oid, current);
    const certificate = { extensions: [policiesExtension([{ oid, qualifiers: undefined }], false)] };
    assert.equal(isAutoSigned(certificate), mark);
  });
}

Deno.test("isAutoSigned() is false without policies", () => assert.equal(isAutoSigned({ extensions: [] }), false));

Deno.test("isAutoSigned() names the extension when it is malformed", () => {
  const extension = { ...policiesExtension([], true), value: Uint8Array.of(5, 0) };
  assert.throws(() => isAutoSigned({ extensions: [extension] }), { code: "malformed", message: /certificatePolicies/ });
});

Deno.test("the auto-signed mark has the bytes that the reference writes", () => {
  assert.equal(
    policiesExtension([AUTO_SIGNED_POLICY], false).value.toHex(),
    "30423040060d2b0601040182a464c628460000302f302d06082b0601050507020230210c1f" +
      "4175746f2d7369676e65642063617563617365206365727469666963617465",
  );
});

Deno.test("parsePolicies() gives back what policiesExtension() wrote, qualifiers byte for byte", () => {
  const policies = [AUTO_SIGNED_POLICY, { oid: `${OLD_ARC}.0`, qualifiers: undefined }, {
    oid: "1.2.3",
    qualifiers: undefined,
  }];
  const { value } = policiesExtension(policies, true);
  assert.equal(policiesExtension(parsePolicies(value), true).value.toHex(), value.toHex());
});

Deno.test("parsePolicies() takes an empty list", () => assert.deepEqual(parsePolicies(derSequence()), []));

function policyWith(...qualifiers: Uint8Array[]): Uint8Array {
  return derSequence(derSequence(derOid("1.2.3"), derSequence(...qualifiers)));
}

const REFUSED: Record<string, Uint8Array> = {
  "a policy that is no sequence": derSequence(derOid("1.2.3")),
  "a policy without an identifier": derSequence(derSequence()),
  "qualifiers that are no list": derSequence(derSequence(derOid("1.2.3"), derInteger(1))),
  "an empty list of qualifiers": policyWith(),
  "a qualifier without a value": policyWith(derSequence(derOid("1.2.3"))),
  "a qualifier of two values": policyWith(derSequence(derOid("1.2.3"), derInteger(1), derInteger(1))),
  "a CPS pointer that is no IA5String": policyWith(derSequence(derOid("1.3.6.1.5.5.7.2.1"), derUtf8String("a"))),
  "a user notice that is no sequence": policyWith(derSequence(derOid("1.3.6.1.5.5.7.2.2"), derUtf8String("a"))),
  "garbage inside a user notice": policyWith(
    derSequence(derOid("1.3.6.1.5.5.7.2.2"), Uint8Array.of(0x30, 2, 0x0c, 5)),
  ),
  // …70.0 with its last component written as 0x80 0x00: it must not pass for another arc.
  "a component that is not minimal": derSequence(derSequence(Uint8Array.fromHex("060d2b0601040182a464c628468000"))),
  "bytes after its end": Uint8Array.fromHex("300000"),
};

for (const [label, value] of Object.entries(REFUSED)) {
  Deno.test(`parsePolicies() refuses ${label}`, () => assert.throws(() => parsePolicies(value), { code: "malformed" }));
}
