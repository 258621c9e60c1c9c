import assert from "node:assert/strict";
import { complaints } from "./samples.ts";

const lines = (count: number): string => "act();\n".repeat(count);

Deno.test("file-length speaks up at 301 lines", () => {
  assert.deepEqual(complaints("file-length", "core/pem.ts", lines(300)), []);
  assert.deepEqual(complaints("file-length", "core/pem.ts", lines(301)), ["file-length: 301 lines, more than 300"]);
  assert.equal(complaints("file-length", "core/pem_test.ts", lines(301)).length, 1);
});

Deno.test("line-length speaks up at 121 columns: of comments everywhere, of texts in the product", () => {
  const [comment, text] = [`// ${"x".repeat(118)}\nact();\n`, `act("${"x".repeat(113)}");\n`];
  const expected = ["line-length: line 1 has 121 columns, more than 120"];
  assert.deepEqual(complaints("line-length", "core/pem.ts", comment), expected);
  assert.deepEqual(complaints("line-length", "core/pem.ts", text), expected);
  assert.deepEqual(complaints("line-length", "tests/pem_test.ts", comment), expected);
  assert.deepEqual(complaints("line-length", "tests/pem_test.ts", text), []);
  assert.deepEqual(complaints("line-length", "core/pem.ts", [comment, text].join("").replaceAll("xx", "x")), []);
});

Deno.test("function-length speaks up at 61 lines, whatever the kind of function", () => {
  const kinds: readonly ((body: string) => string)[] = [
    (body) => `function f() {\n${body}}`,
    (body) => `const f = () => {\n${body}};`,
    (body) => `const f = async function* () {\n${body}};`,
    (body) => `class A { f() {\n${body}} }`,
    (body) => `/* – é 😀 */ function f() {\n${body}}`,
  ];
  for (const wrap of kinds) {
    assert.deepEqual(complaints("function-length", "core/pem.ts", wrap(lines(58))), []);
    const expected = ["function-length: 61 lines, more than 60"];
    assert.deepEqual(complaints("function-length", "core/pem.ts", wrap(lines(59))), expected);
  }
});

Deno.test("parameters speaks up at four, whatever the kind of function", () => {
  const kinds: readonly ((list: string) => string)[] = [
    (list) => `function f(${list}) {}`,
    (list) => `declare function f(${list}): void;`,
    (list) => `const f = (${list}) => 1;`,
    (list) => `class A { constructor(${list}) {} }`,
    (list) => `interface A { f(${list}): void }`,
    (list) => `abstract class A { abstract f(${list}): void }`,
  ];
  for (const wrap of kinds) {
    assert.deepEqual(complaints("parameters", "core/pem.ts", wrap("a: A, b: B, c: C")), [], wrap(""));
    const expected = ["parameters: 4 positional parameters, more than 3"];
    assert.deepEqual(complaints("parameters", "core/pem.ts", wrap("a: A, b: B, c: C, d: D")), expected, wrap(""));
  }
});

Deno.test("parameters counts neither this nor the members of an object", () => {
  const source = "function f(this: Self, { a, b, c, d }: Options, e: E, ...rest: F[]) {}";
  assert.deepEqual(complaints("parameters", "core/pem.ts", source), []);
});

Deno.test("named-exports refuses default exports but the one that Deno asks for", () => {
  for (
    const source of ["export default function f() {}", "export default 1;", "const a = 1; export { a as default };"]
  ) {
    assert.deepEqual(complaints("named-exports", "core/pem.ts", source), ["named-exports: no default export"], source);
  }
  assert.deepEqual(complaints("named-exports", "core/pem.ts", "export const a = 1; export { a as b };"), []);
  assert.deepEqual(complaints("named-exports", "scripts/lint/plugin.ts", "export default 1;"), []);
});
