import { deepEqual, equal, match, notEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import type { Bytes } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import { type CorsKey, formatKeySet, KEY_LIFE, parseKeySet, renewKeySet, validKeys } from "./key_set.ts";

const NOW = 1_795_000_000;
const HALF = KEY_LIFE / 2;
const SECRET = "A".repeat(43);

function key(expires: number, secret = SECRET): CorsKey {
  return { expires, secret };
}

/** Different at every call, as randomness is. */
function counter(): (size: number) => Bytes {
  let calls = 0;
  return (size) => new Uint8Array(size).fill(++calls);
}

Deno.test("parseKeySet() reads pairs of expiry and key, newest first", () => {
  const text = `[[${NOW}, "${SECRET}"], [${NOW + 0.5}, "${"~ ".repeat(22)}"]]`;
  deepEqual(parseKeySet(text), [key(NOW + 0.5, "~ ".repeat(22)), key(NOW)]);
  deepEqual(parseKeySet("[]"), []);
});

Deno.test("parseKeySet() refuses anything else, and quotes nothing of it", () => {
  const secret = "SECRETsecretSECRETsecretSECRETsecretSECRETse";
  const cases = [
    ...["", "{}", "null", "[1]", "[[1]]", `[["1", "${secret}"]]`, `[[1, "${secret}", 2]]`, `[[null, "${secret}"]]`],
    ...[`[[1, "${secret.slice(0, 42)}"]]`, `[[1, "${secret}\\n"]]`, `[[1, "${secret}é"]]`, `[[1, "${secret}"`, secret],
    `[[1e999, "${secret}"]]`,
  ];
  for (const text of cases) {
    throws(() => parseKeySet(text), (error) => {
      ok(error instanceof CaucaseError && error.code === "malformed", text);
      ok(!JSON.stringify([error.message, error.details]).includes("SECRET"), text);
      return true;
    });
  }
});

Deno.test("formatKeySet() writes what parseKeySet() reads", () => {
  const secret = fc.string({ unit: "grapheme-ascii", minLength: 43 });
  const keys = fc.uniqueArray(fc.record({ expires: fc.integer(), secret }), { selector: ({ expires }) => expires });
  fc.assert(fc.property(keys, (set) => {
    deepEqual(parseKeySet(formatKeySet(set)), set.toSorted((a, b) => b.expires - a.expires));
  }));
  equal(formatKeySet([key(2), key(1)]), `[[1,"${SECRET}"],[2,"${SECRET}"]]\n`);
});

Deno.test("renewKeySet() makes a key for one year when there is none", () => {
  const [made, ...others] = renewKeySet([], { now: NOW, random: counter() });
  equal(made?.expires, NOW + KEY_LIFE);
  match(made?.secret ?? "", /^[A-Za-z0-9_-]{43}$/);
  deepEqual(others, []);
});

Deno.test("renewKeySet() adds a key when the newest has under half a year left, and drops the expired", () => {
  const cases: { name: string; left: number[]; kept: number[]; made: boolean }[] = [
    { name: "half a year left", left: [HALF], kept: [HALF], made: false },
    { name: "a second less", left: [HALF - 1], kept: [HALF - 1], made: true },
    { name: "old ones beside a new one", left: [KEY_LIFE, 1], kept: [KEY_LIFE, 1], made: false },
    { name: "one expired just now", left: [KEY_LIFE, 0], kept: [KEY_LIFE], made: false },
    { name: "all expired", left: [-1, -HALF], kept: [], made: true },
  ];
  for (const { name, left, kept, made } of cases) {
    const renewed = renewKeySet(left.map((seconds) => key(NOW + seconds)), { now: NOW, random: counter() });
    deepEqual(renewed.map(({ expires }) => expires - NOW), [...(made ? [KEY_LIFE] : []), ...kept], name);
  }
});

Deno.test("renewKeySet() gives the same object when nothing is due", () => {
  const keys = [key(NOW + KEY_LIFE), key(NOW + 1)];
  equal(renewKeySet(keys, { now: NOW, random: counter() }), keys);
  notEqual(renewKeySet(keys, { now: NOW + 1, random: counter() }), keys);
});

Deno.test("renewKeySet() over years keeps every key for a year and never more than three", () => {
  const random = counter();
  let keys: readonly CorsKey[] = [];
  const born = new Map<string, number>();
  for (let now = NOW; now < NOW + 10 * KEY_LIFE; now += 86_400) {
    keys = renewKeySet(keys, { now, random });
    for (const { secret } of keys) if (!born.has(secret)) born.set(secret, now);
    ok(keys.length <= 3);
    for (const [secret, since] of born) {
      equal(validKeys(keys, now).some((kept) => kept.secret === secret), now < since + KEY_LIFE);
    }
  }
  equal(born.size, 20);
});
