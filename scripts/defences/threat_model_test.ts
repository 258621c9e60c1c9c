import assert from "node:assert/strict";
import { threatRows } from "./threat_model.ts";

const MARKDOWN = `# Security

| no | table | of it |
| -- | ----- | ----- |
| 1  | 2     | 3     |

## What keeps them from it

### Acting

| attack   | enforced in                | shown by                       |
| -------- | -------------------------- | ------------------------------ |
| a \`b\`, c | [x.ts](in/x.ts), \`core/\`   | [a](a_test.ts), [b](b_test.ts) |

### Faults

| fault | borne by  | shown by         |
| ----- | --------- | ---------------- |
| d     | the whole | \`deno task soak\` |

## What is not defended

| neither | is | this |
| ------- | -- | ---- |
| 1       | 2  | 3    |
`;

Deno.test("threatRows() gives the rows of the chapter's tables, with what their cells link to", () => {
  assert.deepEqual(threatRows(MARKDOWN), [
    {
      ...{ section: "Acting", attack: "a `b`, c", enforcedIn: "[x.ts](in/x.ts), `core/`", files: ["in/x.ts"] },
      ...{ shownBy: "[a](a_test.ts), [b](b_test.ts)", tests: ["a_test.ts", "b_test.ts"] },
    },
    {
      ...{ section: "Faults", attack: "d", enforcedIn: "the whole", files: [] },
      ...{ shownBy: "`deno task soak`", tests: [] },
    },
  ]);
  assert.throws(() => threatRows("# Security\n"), /no chapter/);
});
