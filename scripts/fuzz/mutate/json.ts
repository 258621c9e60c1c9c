/** Changes to JSON as values, those inside of its strings too: our signed messages are JSON in JSON, with PEM in it. */
import type { SeededRandom } from "../random.ts";
import { mutateText } from "./text.ts";

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const VALUES: readonly Json[] = [null, true, false, 0, -1, 1.5, 2 ** 53, 1e300, "", "0", "null", [], {}, [[]], {
  a: {},
}];
const DEEPEST = 5000;

/** `text` with some of its values changed; word by word where it is no JSON. */
export function mutateJson(text: string, words: readonly string[], random: SeededRandom): string {
  const value = parsed(text);
  if (value === undefined || random.oneIn(4)) return mutateText(text, words, random);
  const changed = JSON.stringify(mutateValue(value, words, random));
  return random.oneIn(12) ? withMemberTwice(changed, random) : changed;
}

function mutateValue(value: Json, words: readonly string[], random: SeededRandom): Json {
  if (typeof value === "string") return mutateString(value, words, random);
  if (Array.isArray(value)) return mutateArray(value, words, random);
  if (value !== null && typeof value === "object") return mutateObject(value, words, random);
  return random.pick(VALUES);
}

function mutateString(value: string, words: readonly string[], random: SeededRandom): Json {
  if (random.oneIn(8)) return random.pick(VALUES);
  return mutateJson(value, words, random);
}

function mutateArray(value: Json[], words: readonly string[], random: SeededRandom): Json {
  if (value.length === 0 || random.oneIn(8)) return replacement(value, random);
  const at = random.below(value.length);
  const item = value[at] ?? null;
  const copies = Array<Json>(random.size(20)).fill(item);
  const kinds = [value.toSpliced(at, 1), value.toSpliced(at, 0, ...copies), value.toReversed()];
  return random.oneIn(3) ? random.pick(kinds) : value.with(at, mutateValue(item, words, random));
}

function mutateObject(value: { [name: string]: Json }, words: readonly string[], random: SeededRandom): Json {
  const names = Object.keys(value);
  if (names.length === 0 || random.oneIn(8)) return replacement(value, random);
  const name = random.pick(names);
  const { [name]: member = null, ...others } = value;
  switch (random.below(5)) {
    case 0:
      return others;
    case 1:
      return { ...others, [random.pick(["__proto__", "toString", `${name} `, ...names, ...words])]: member };
    default:
      return { ...value, [name]: mutateValue(member, words, random) };
  }
}

function replacement(value: Json, random: SeededRandom): Json {
  if (!random.oneIn(4)) return random.pick([...VALUES, [value], { a: value }]);
  let nested = value;
  for (let depth = random.size(DEEPEST); depth > 0; depth--) nested = [nested];
  return nested;
}

/** JSON's text may name a member twice; a value cannot. */
function withMemberTwice(text: string, random: SeededRandom): string {
  const first = /^\{("[^"]*":(?:"(?:[^"\\]|\\.)*"|null|[0-9]+)),/.exec(text)?.[1];
  if (first === undefined) return text;
  return random.oneIn(2) ? `{${first},${text.slice(1)}` : `${text.slice(0, -1)},${first}}`;
}

function parsed(text: string): Json | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
