import assert from "node:assert/strict";
import { expectLines, parseScript, type Variables } from "./script.ts";

Deno.test("parseScript() reads every kind of step, and what is expected of a command", () => {
  const script = parseScript(
    [
      "# a comment",
      "server --service-max-csr 2",
      "request host1",
      'request host2 Ed25519 "a\\u001bb"',
      "",
      "> caucase client --send-csr host1.csr.pem",
      "stdout <ID> host1.csr.pem",
      "stderr a",
      "stderr",
      "exit 3",
      "file host1.pem mode 0640 holds PRIVATE KEY, CERTIFICATE",
      "file host1.pem",
      "no file host2.pem",
    ].join("\n"),
  );
  assert.deepEqual(script, {
    server: ["--service-max-csr", "2"],
    steps: [
      { kind: "request", line: 3, name: "host1", keyKind: "P-256", commonName: "host1" },
      { kind: "request", line: 4, name: "host2", keyKind: "Ed25519", commonName: "a\u001bb" },
      {
        kind: "run",
        line: 6,
        command: "caucase client --send-csr host1.csr.pem",
        stdout: ["<ID> host1.csr.pem"],
        stderr: ["a", ""],
        exit: 3,
      },
      { kind: "file", line: 11, path: "host1.pem", mode: 0o640, labels: ["PRIVATE KEY", "CERTIFICATE"] },
      { kind: "file", line: 12, path: "host1.pem", mode: undefined, labels: undefined },
      { kind: "no file", line: 13, path: "host2.pem" },
    ],
  });
});

const MISTAKES = [
  ["sdtout x", /line 1: "sdtout" begins no step/],
  ["request a\nstdout x", /line 2: what is expected must follow a command/],
  ["\nrequest a DSA", /line 2: request NAME/],
  ["file a mode x", /line 1: file PATH/],
] as const;

for (const [text, message] of MISTAKES) {
  Deno.test(`parseScript() names the line of ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseScript(text), message);
  });
}

Deno.test("expectLines() names numbers for the lines that follow", () => {
  const variables: Variables = new Map([["URL", "http://localhost:8000"]]);
  expectLines("17 a.pem\n17 from http://localhost:8000 (x+y)\n", ["<ID> a.pem", "$ID from $URL (x+y)"], {
    name: "stdout",
    variables,
  });
  assert.equal(variables.get("ID"), "17");
});

const COMPARISONS: readonly (readonly [written: string, expected: readonly string[], equal: boolean])[] = [
  ["", [], true],
  ["a\n", [], false],
  ["", ["a"], false],
  ["\n", [""], true],
  ["a\nb\n", ["a"], false],
  ["a\nb\n", ["a", "..."], true],
  ["b\n", ["a", "..."], false],
  ["error: x: gone\n", ["error: *: gone"], true],
  ["a.b\n", ["a.b"], true],
  ["axb\n", ["a.b"], false],
  ["abc\n", ["ab"], false],
  ["x a.pem\n", ["<ID> a.pem"], false],
  ["18\n", ["$OTHER"], false],
];

for (const [written, expected, equal] of COMPARISONS) {
  Deno.test(`expectLines() ${equal ? "takes" : "refuses"} ${JSON.stringify(written)} for ${JSON.stringify(expected)}`, () => {
    const compare = () => expectLines(written, expected, { name: "stdout", variables: new Map([["OTHER", "17"]]) });
    if (equal) compare();
    else assert.throws(compare, /^Error: stdout\nhas\n.*where this belongs/s);
  });
}
