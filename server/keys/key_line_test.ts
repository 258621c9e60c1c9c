import assert from "node:assert/strict";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { testKey } from "../../tests/support/keys.ts";
import { keyLine } from "./key_line.ts";

interface Making {
  readonly bits: number;
  readonly done: (key: PrivateKey) => void;
  readonly failed: (error: Error) => void;
}

/** Keys are made when the test says so. */
function workshop() {
  const makings: Making[] = [];
  const make = (bits: number) => new Promise<PrivateKey>((done, failed) => makings.push({ bits, done, failed }));
  return { makings, newKey: keyLine(make) };
}

/** Until everything is being made for which there is a processor. */
function begun(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("keyLine() hands the key that is finished first to who has waited longest", async () => {
  const { makings, newKey } = workshop();
  const [one, other] = await Promise.all([testKey("RSA"), testKey("P-256")]);
  const waiting = [newKey(2048), newKey(2048)];
  await begun();
  makings[1]?.done(one);
  assert.equal(await waiting[0], one);
  makings[0]?.done(other);
  assert.equal(await waiting[1], other);
});

Deno.test("keyLine() gives each the size that was asked for", async () => {
  const { makings, newKey } = workshop();
  const [one, other] = await Promise.all([testKey("RSA"), testKey("P-256")]);
  const waiting = [newKey(2048), newKey(3072)];
  await begun();
  makings.find(({ bits }) => bits === 3072)?.done(other);
  makings.find(({ bits }) => bits === 2048)?.done(one);
  assert.deepEqual(await Promise.all(waiting), [one, other]);
});

Deno.test("keyLine() makes as many at a time as there are processors, and goes on after a failure", async () => {
  const { makings, newKey } = workshop();
  const key = await testKey("RSA");
  const atOnce = Math.max(2, navigator.hardwareConcurrency);
  const waiting = Array.from({ length: atOnce + 1 }, () => newKey(2048));
  await begun();
  assert.equal(makings.length, atOnce);
  makings[0]?.failed(new Error("no entropy"));
  await assert.rejects(waiting[0] ?? Promise.resolve(), /no entropy/);
  await begun();
  assert.equal(makings.length, atOnce + 1);
  for (const { done } of makings.slice(1)) done(key);
  assert.deepEqual(new Set(await Promise.all(waiting.slice(1))), new Set([key]));
});
