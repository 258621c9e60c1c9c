import assert from "node:assert/strict";
import type { Actor } from "../../../core/ca/actor.ts";
import type { CaEvent, Origin } from "../../../core/ca/events.ts";
import { isRefusal } from "../../../tests/support/refusals.ts";
import {
  actorFromText,
  actorToText,
  eventFromText,
  eventToText,
  oneOf,
  originFromText,
  originToText,
} from "./own_tables.ts";

/** No double holds it. */
const LARGE = 2n ** 159n + 1n;

const ACTORS: readonly Actor[] = [
  { kind: "user", issuer: "ab", serial: LARGE },
  { kind: "holder", serial: LARGE },
  { kind: "account", id: "1" },
  { kind: "anonymous", address: "::1" },
  { kind: "server" },
  { kind: "operator" },
];

const ORIGINS: readonly Origin[] = [
  { kind: "automatic" },
  { kind: "approved" },
  { kind: "renewal", of: LARGE },
  { kind: "restore", of: LARGE },
  { kind: "server" },
];

const EVENTS: readonly CaEvent[] = [
  { kind: "requested", id: 2n ** 62n + 1n, key: "ab" },
  { kind: "issued", serial: LARGE, issuer: "ab", id: 1n, origin: { kind: "renewal", of: LARGE }, notAfter: 2 },
  { kind: "revoked", serial: LARGE, crlNumber: 2n ** 60n + 1n },
  { kind: "clock-accepted" },
  { kind: "crl-number-raised", crlNumber: 2n ** 60n },
  { kind: "admission-opened", amount: 3 },
];

Deno.test("actors, origins and events come back from their texts, integers of any size too", () => {
  for (const actor of ACTORS) assert.deepEqual(actorFromText(actorToText(actor)), actor);
  for (const origin of ORIGINS) assert.deepEqual(originFromText(originToText(origin)), origin);
  for (const event of EVENTS) assert.deepEqual(eventFromText(eventToText(event)), event);
});

Deno.test("a text that another program put there is refused, and never taken for one of ours", () => {
  for (const text of ["", "{", "null", "{}", '{"kind":"somebody"}', '{"kind":"holder","serial":1}']) {
    for (const read of [actorFromText, originFromText, eventFromText]) {
      assert.throws(() => read(text), isRefusal("storage"), text);
    }
  }
  assert.equal(oneOf(["cas", "cau"], "cau"), "cau");
  for (const value of ["CAS", "", null, 1n]) assert.throws(() => oneOf(["cas", "cau"], value), isRefusal("storage"));
});
