import assert from "node:assert/strict";
import { without } from "./mutation.ts";
import { threatModelPage } from "./page.ts";
import type { Section } from "./threat.ts";

const ACTING: Section = {
  heading: "Acting",
  threats: [
    {
      attack: "a `b`, c",
      inWords: "the runtime, and",
      alsoIn: ["core/"],
      alsoShownBy: [{ test: "tests/c_test.ts", notRun: "slow" }, { task: "fuzz" }],
      mutations: [
        without("x", { file: "in/a_test.ts" }, ["in/x.ts", "1", "2"], ["core/y.ts", "1", "2"]),
        without("z", { file: "in/a_test.ts", filter: "b" }, ["in/x.ts", "3", "4"]),
      ],
    },
  ],
};

const FAULTS: Section = {
  heading: "Faults",
  heads: ["fault", "borne by"],
  threats: [
    { attack: "d", inWords: "the whole", alsoShownBy: [{ task: "soak" }], mutations: [], notMutated: "long" },
  ],
};

const TABLES = `## Acting

| attack   | enforced in                                            | shown by                                                                        |
| -------- | ------------------------------------------------------ | ------------------------------------------------------------------------------- |
| a \`b\`, c | the runtime, and [x.ts](../in/x.ts), [core/](../core/) | [a_test.ts](../in/a_test.ts), [c_test.ts](../tests/c_test.ts), \`deno task fuzz\` |

## Faults

| fault | borne by  | shown by         |
| ----- | --------- | ---------------- |
| d     | the whole | \`deno task soak\` |

## What is not tried

| row, or test of a row           | why  |
| ------------------------------- | ---- |
| d                               | long |
| [c_test.ts](../tests/c_test.ts) | slow |
`;

Deno.test("threatModelPage() names in each row the files that mutations edit and the tests that they run, once", () => {
  const page = threatModelPage([ACTING, FAULTS]);
  assert.equal(page.slice(page.indexOf("## ")), TABLES);
});
