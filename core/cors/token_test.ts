import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { createHmac } from "node:crypto";
import { utf8 } from "../bytes.ts";
import type { CorsKey } from "./key_set.ts";
import { FORM_LIFE, readConsent, readForm, signConsent, signForm } from "./token.ts";

const NOW = 1_795_000_000;
const KEY: CorsKey = { expires: NOW + 1000, secret: "first key, of 43 printable characters or so." };
const OTHER: CorsKey = { expires: NOW + 500, secret: "other key, of 43 printable characters or so." };
const CONSENT = { origin: "https://foo.example", allowed: true };
const FORM = { origin: "https://foo.example", returnTo: "https://foo.example/back", shownTo: "192.0.2.1" };

/** A token made by hand, to hold our reading against the standard and not against our writing. */
function token(
  header: unknown,
  payload: unknown,
  { secret, hash = "sha256" }: { secret: string; hash?: string },
): string {
  const signed = [header, payload].map((part) => utf8(JSON.stringify(part)).toBase64(URL_SAFE)).join(".");
  return `${signed}.${createHmac(hash, secret).update(signed).digest("base64url")}`;
}
const URL_SAFE = { alphabet: "base64url", omitPadding: true } as const;

Deno.test("signConsent() makes an HS256 token that says p = {a, o} and nothing else", async () => {
  const [header = "", payload = "", signature] = (await signConsent(CONSENT, KEY)).split(".");
  const decode = (part: string) => JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/")));
  deepEqual(decode(header), { alg: "HS256", typ: "JWT" });
  deepEqual(decode(payload), { p: { a: true, o: "https://foo.example" } });
  equal(signature, createHmac("sha256", KEY.secret).update(`${header}.${payload}`).digest("base64url"));
});

Deno.test("readConsent() reads what was signed with any of the keys", async () => {
  for (const allowed of [true, false]) {
    for (const key of [KEY, OTHER]) {
      const signed = await signConsent({ ...CONSENT, allowed }, key);
      deepEqual(await readConsent(signed, { keys: [KEY, OTHER], now: NOW }), { ...CONSENT, allowed });
    }
  }
});

Deno.test("readConsent() gives undefined when a token was not signed as ours are", async () => {
  const p = { a: true, o: "https://foo.example" };
  const hs256 = { alg: "HS256", typ: "JWT" };
  const cases: Record<string, string> = {
    "another key": token(hs256, { p }, OTHER),
    "another hash": token({ alg: "HS512" }, { p }, { ...KEY, hash: "sha512" }),
    "the wrong name of the hash": token({ alg: "HS512" }, { p }, KEY),
    "no algorithm": token({ alg: "none" }, { p }, KEY),
    "no signature": token({ alg: "none" }, { p }, KEY).replace(/[^.]*$/, ""),
    "an unknown critical header": token({ ...hs256, crit: ["x"], x: 1 }, { p }, KEY),
    "an end that has come": token(hs256, { p, exp: NOW }, KEY),
    "no consent": token(hs256, { q: p }, KEY),
    "a of another type": token(hs256, { p: { ...p, a: 1 } }, KEY),
    "no object": token(hs256, "p", KEY),
    "no token": "abc",
    "nothing": "",
  };
  for (const [name, text] of Object.entries(cases)) {
    equal(await readConsent(text, { keys: [KEY], now: NOW }), undefined, name);
  }
  deepEqual(await readConsent(token(hs256, { p, exp: NOW + 1 }, KEY), { keys: [KEY], now: NOW }), CONSENT);
});

Deno.test("readConsent() gives undefined when a byte of the token was changed", async () => {
  const signed = await signConsent(CONSENT, KEY);
  const dot = signed.lastIndexOf(".");
  for (let at = 0; at < dot; at += 7) {
    const changed = signed.slice(0, at) + (signed[at] === "A" ? "B" : "A") + signed.slice(at + 1);
    equal(await readConsent(changed, { keys: [KEY], now: NOW }), undefined, changed);
  }
});

Deno.test("readForm() reads a form's token for an hour", async () => {
  const signed = await signForm(FORM, { key: KEY, now: NOW });
  deepEqual(await readForm(signed, { keys: [KEY], now: NOW + FORM_LIFE - 1 }), FORM);
  equal(await readForm(signed, { keys: [KEY], now: NOW + FORM_LIFE }), undefined);
  equal(await readForm(signed, { keys: [OTHER], now: NOW }), undefined);
  match(signed, /^[\w-]+\.[\w-]+\.[\w-]+$/);
});

Deno.test("a form's token is no consent, and a consent no form's token", async () => {
  const verification = { keys: [KEY], now: NOW };
  equal(await readConsent(await signForm(FORM, { key: KEY, now: NOW }), verification), undefined);
  equal(await readForm(await signConsent(CONSENT, KEY), verification), undefined);
});

Deno.test("signConsent() fails when there is nothing to sign with", async () => {
  await rejects(signConsent(CONSENT, { expires: NOW, secret: "" }));
});
