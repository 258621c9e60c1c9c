import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8 } from "../../../core/bytes.ts";
import { encodePem } from "../../../core/pem.ts";
import { derInteger, derOctetString, derSequence } from "../../../core/der/writer.ts";
import { commonNameDer } from "../../../core/x509/name.ts";
import { SeededRandom } from "../random.ts";
import type { Grammar } from "../target.ts";
import { encodeNodes, parseNodes } from "./der.ts";
import { mutate } from "./mutator.ts";

const DER = derSequence(derInteger(5), derOctetString(derSequence(commonNameDer("x"))));

const PARENTS: Record<Grammar, Uint8Array> = {
  bytes: DER,
  der: DER,
  pem: utf8(encodePem("X", DER)),
  json: utf8('{"payload":"{\\"a\\":[1,null,{\\"b\\":\\"c\\"}]}","digest":null}'),
  text: utf8("CREATE TABLE t (a, b);"),
};

for (const [grammar, input] of Object.entries(PARENTS) as [Grammar, Uint8Array][]) {
  Deno.test(`mutate() makes many different inputs of one by the grammar of ${grammar}, and none too large`, () => {
    const random = new SeededRandom(grammar);
    const children = Array.from(
      { length: 500 },
      () => mutate({ grammar, words: ["w"] }, { input, other: input }, random),
    );
    assert.ok(new Set(children.map((child) => child.toHex())).size > 250);
    assert.ok(children.every(({ length }) => length <= 128 * 1024));
  });

  Deno.test(`mutate() makes the same of the same by the grammar of ${grammar}`, () => {
    const made = () => {
      const random = new SeededRandom("seed");
      return Array.from({ length: 50 }, () => mutate({ grammar }, { input, other: input }, random).toHex());
    };
    assert.deepEqual(made(), made());
  });

  Deno.test(`mutate() by the grammar of ${grammar} copes with anything`, () => {
    const random = new SeededRandom("anything");
    fc.assert(fc.property(fc.uint8Array(), fc.uint8Array(), (one, other) => {
      mutate({ grammar }, { input: one, other }, random);
    }));
  });
}

Deno.test("parseNodes() sees into strings, and encodeNodes() gives back what it took", () => {
  const nodes = parseNodes(DER) ?? [];
  assert.equal(nodes[0]?.children?.[1]?.children?.[0]?.children?.length, 1);
  assert.equal(encodeNodes(nodes).toHex(), DER.toHex());
});

Deno.test("most of what mutate() makes of DER is DER", () => {
  const random = new SeededRandom("der");
  const children = Array.from({ length: 200 }, () => mutate({ grammar: "der" }, { input: DER, other: DER }, random));
  assert.ok(children.filter((child) => parseNodes(child) !== undefined).length > 120);
});

Deno.test("SeededRandom gives other numbers for another seed, all of them below the limit, evenly", () => {
  const [one, other] = [new SeededRandom("1"), new SeededRandom("2")];
  assert.notDeepEqual(one.bytes(16), other.bytes(16));
  const counts = new Map<number, number>();
  for (let i = 0; i < 10_000; i++) {
    const number = one.below(10);
    counts.set(number, (counts.get(number) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].toSorted(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.ok(counts.values().every((count) => count > 850 && count < 1150));
});
