/** Faults are planted: a search that would not find them finds nothing elsewhere either. */
import assert from "node:assert/strict";
import { utf8 } from "../../core/bytes.ts";
import { malformed } from "../../core/errors.ts";
import { DerReader, openDer } from "../../core/der/reader.ts";
import { TAG } from "../../core/der/tags.ts";
import { derInteger, derOctetString, derSequence } from "../../core/der/writer.ts";
import { Coverage } from "./coverage.ts";
import { Search } from "./search.ts";
import { defineTarget, type Grammar, type Target } from "./target.ts";

interface Planted {
  readonly grammar: Grammar;
  readonly seed: Uint8Array;
  readonly read: (input: Uint8Array) => void;
}

const PLANTED: Record<string, Planted> = {
  "a number in DER in DER that is too large": {
    grammar: "der",
    seed: derSequence(derInteger(1), derOctetString(derSequence(derInteger(5)))),
    read(input) {
      const outer = openDer(input, TAG.SEQUENCE, "it");
      outer.integer();
      const inner = openDer(outer.expect(TAG.OCTET_STRING).content, TAG.SEQUENCE, "it");
      if (inner.integer() >= 2n ** 63n) throw new RangeError("planted");
    },
  },
  "a member in JSON in JSON that is no text": {
    grammar: "json",
    seed: utf8(JSON.stringify({ payload: JSON.stringify({ name: "x" }) })),
    read(input) {
      const payload: unknown = parsed(
        String((parsed(new TextDecoder().decode(input)) as { payload?: unknown })?.payload),
      );
      if (typeof payload === "object" && payload !== null && "name" in payload) {
        String(payload.name).trim.call(payload.name);
      }
    },
  },
  "a word of the language in the wrong place": {
    grammar: "text",
    seed: utf8("BEGIN a b COMMIT"),
    read(input) {
      if (/a\s+COMMIT/.test(new TextDecoder().decode(input))) throw new TypeError("planted");
    },
  },
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed("no JSON");
  }
}

function searchFor({ grammar, seed, read }: Planted, coverage?: Coverage): Search {
  const target: Target = defineTarget({
    name: "planted",
    grammar,
    codes: ["malformed"],
    words: ["COMMIT"],
    read,
    check() {},
  });
  return new Search(target, { seed: "1", corpus: [{ name: "seed", bytes: new Uint8Array(seed) }], coverage });
}

for (const [name, planted] of Object.entries(PLANTED)) {
  Deno.test(`Search finds ${name}`, async () => {
    const search = searchFor(planted);
    assert.deepEqual(await search.begin(), []);
    let findings = await search.go(100);
    // As long as it takes on a machine however slow: the seed decides after how many inputs.
    for (let round = 0; findings.length === 0 && round < 200; round++) findings = await search.go(100);
    assert.match(findings[0]?.defect ?? "", /planted|TypeError/);
  });
}

Deno.test("Coverage tells what ran since it was asked last", async () => {
  using coverage = await Coverage.start();
  assert.ok(coverage, "this runtime counts");
  const ran = async (input: Uint8Array) => {
    await coverage.take();
    new DerReader(input, "it").optional(TAG.INTEGER);
    return await coverage.take();
  };
  const [empty, one] = [await ran(new Uint8Array()), await ran(derInteger(1))];
  assert.ok(empty.size > 0 && empty.isSubsetOf(one) === false || one.size > empty.size);
  assert.ok([...one].some((block) => block.startsWith("core/der/cursor.ts:")));
  assert.ok(![...await coverage.take()].some((block) => block.startsWith("core/der/reader.ts:")));
});
