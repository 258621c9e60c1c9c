import { deepEqual, equal, ok } from "node:assert/strict";
import type { CorsKey } from "./key_set.ts";
import type { OriginPolicy } from "../protocol/routes.ts";
import { type Judgement, judgeOrigin, type OriginQuestion } from "./policy.ts";
import { signConsent } from "./token.ts";

const NOW = 1_795_000_000;
const KEY: CorsKey = { expires: NOW + 1000, secret: "first key, of 43 printable characters or so." };
const FOO = "https://foo.example";
const CLEARED = "cors=; Path=/; Max-Age=0; SameSite=None; Secure";
const POLICIES: readonly OriginPolicy[] = ["any", "consent", "none"];
const settings = { whitelist: new Set(["http://white.example", "moz-extension://id"]), keys: [KEY], now: NOW };

function judge(question: Partial<OriginQuestion>): Judgement | Promise<Judgement> {
  const standard = { origin: FOO, sentTo: "https://ca.example:8010", policy: "consent", cookie: undefined } as const;
  return judgeOrigin({ ...standard, ...question }, settings);
}

async function cookie(tokens: Record<string, string | Promise<string>>): Promise<string> {
  const entries = await Promise.all(Object.entries(tokens).map(async ([origin, token]) => [origin, await token]));
  return `cors=${encodeURIComponent(JSON.stringify(Object.fromEntries(entries)))}`;
}

Deno.test("judgeOrigin() sees no other origin when scheme, host and port are those of the request", async () => {
  const cases: [string, string, boolean][] = [
    ["https://ca.example:8010", "https://ca.example:8010", true],
    ["http://ca.example:80", "http://ca.example", true],
    ["https://ca.example:8010", "https://ca.example", false],
    ["http://ca.example:8010", "https://ca.example:8010", false],
    ["https://other.example:8010", "https://ca.example:8010", false],
  ];
  for (const [origin, sentTo, own] of cases) {
    for (const policy of POLICIES) equal((await judge({ origin, sentTo, policy })).kind === "own", own, origin);
  }
  equal((await judge({ sentTo: undefined })).kind, "undecided");
});

Deno.test("judgeOrigin() decides by the route's policy", async () => {
  const kinds = async (origin: string) => {
    const judgements = await Promise.all(POLICIES.map((policy) => judge({ origin, policy })));
    return judgements.map(({ kind }) => kind);
  };
  deepEqual(await kinds(FOO), ["allowed", "undecided", "refused"]);
  deepEqual(await kinds("null"), ["allowed", "refused", "refused"]);
  deepEqual(await kinds("http://WHITE.example:80"), ["allowed", "allowed", "refused"]);
  deepEqual(await kinds("moz-extension://id"), ["allowed", "allowed", "refused"]);
  deepEqual(await kinds("moz-extension://other"), ["allowed", "refused", "refused"]);
  deepEqual(await kinds("garbage"), ["refused", "refused", "refused"]);
});

Deno.test("judgeOrigin() follows the decision in the cookie", async () => {
  for (const [allowed, kind] of [[true, "allowed"], [false, "refused"]] as const) {
    const header = await cookie({ [FOO]: signConsent({ origin: FOO, allowed }, KEY) });
    equal((await judge({ cookie: header })).kind, kind);
    equal((await judge({ cookie: header, policy: "none" })).kind, "refused");
  }
});

Deno.test("judgeOrigin() takes a token for its own origin only", async () => {
  const token = signConsent({ origin: "https://bar.example", allowed: true }, KEY);
  const other = await cookie({ "https://bar.example": token });
  deepEqual(await judge({ cookie: other }), { kind: "undecided", origin: FOO });
  const copied = await cookie({ [FOO]: token });
  deepEqual(await judge({ cookie: copied }), { kind: "undecided", origin: FOO, setCookie: CLEARED });
});

Deno.test("judgeOrigin() clears a cookie that does not parse", async () => {
  deepEqual(await judge({ cookie: "cors=garbage" }), { kind: "undecided", origin: FOO, setCookie: CLEARED });
  deepEqual(await judge({ cookie: "cors=" }), { kind: "undecided", origin: FOO });
});

Deno.test("judgeOrigin() removes the entry that does not verify and leaves the others", async () => {
  const others = { "https://bar.example": "kept as it is" };
  const judgement = await judge({ cookie: await cookie({ [FOO]: "x", ...others }) });
  ok(judgement.kind === "undecided");
  equal(judgement.setCookie?.split(";")[0], await cookie(others));
});

Deno.test("judgeOrigin() asks again when the key of the decision is gone", async () => {
  const header = await cookie({ [FOO]: signConsent({ origin: FOO, allowed: true }, KEY) });
  const question = { origin: FOO, sentTo: undefined, policy: "consent", cookie: header } as const;
  const judgement = await judgeOrigin(question, { ...settings, keys: [] });
  deepEqual(judgement, { kind: "undecided", origin: FOO, setCookie: CLEARED });
});
