import assert from "node:assert/strict";
import { Pieces } from "../../core/pieces.ts";
import { AnswerMemory } from "./answer_memory.ts";

function answer(name: string, dropped: string[]) {
  return { drop: () => void dropped.push(name) };
}

Deno.test("AnswerMemory gives up the answers that were begun first, until the others fit", () => {
  const memory = new AnswerMemory(100);
  const dropped: string[] = [];
  for (const name of ["a", "b", "c"]) memory.hold(answer(name, dropped), new Uint8Array(40));
  assert.deepEqual([dropped, memory.held], [["a"], 80]);
  memory.hold(answer("d", dropped), new Uint8Array(90));
  assert.deepEqual([dropped, memory.held], [["a", "b", "c"], 90]);
});

Deno.test("AnswerMemory lets a single answer be larger than the limit", () => {
  const memory = new AnswerMemory(100);
  const dropped: string[] = [];
  memory.hold(answer("a", dropped), new Uint8Array(500));
  assert.deepEqual([dropped, memory.held], [[], 500]);
});

Deno.test("AnswerMemory counts what several answers are made of once", () => {
  const memory = new AnswerMemory(100);
  const dropped: string[] = [];
  const shared = new Uint8Array(80);
  const answers = ["a", "b", "c"].map((name) => answer(name, dropped));
  for (const one of answers) memory.hold(one, shared.subarray(10));
  assert.deepEqual([dropped, memory.held], [[], 80]);
  for (const one of [...answers, ...answers]) memory.release(one);
  assert.equal(memory.held, 0, "released once each");
});

Deno.test("AnswerMemory counts what pieces are made of once", () => {
  const memory = new AnswerMemory(100);
  const dropped: string[] = [];
  const source = {};
  const answers = ["a", "b"].map((name) => answer(name, dropped));
  for (const one of answers) memory.hold(one, new Pieces([new Uint8Array(30), new Uint8Array(40)], source));
  assert.deepEqual([dropped, memory.held], [[], 70]);
  memory.hold(answer("c", dropped), new Pieces([new Uint8Array(60)]));
  assert.deepEqual([dropped, memory.held], [["a", "b"], 60]);
});
