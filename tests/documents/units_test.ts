import assert from "node:assert/strict";
import { launchOf, parseEnvironment, parseUnit } from "./units.ts";

const UNIT = `[Unit]
Description=ExecStart=no

[Service]
# ExecStart=no
EnvironmentFile=/etc/x.conf
ExecStart=caucase serve --netloc \${NETLOC} \\
  --db %S/%i.sqlite $OPTIONS
StateDirectory=one one/two
WorkingDirectory=%S/one
`;

const WHERE = { instance: "web", stateRoot: "/state" };

Deno.test("launchOf() gives the command line in words", () => {
  const variables = parseEnvironment('# a comment\nNETLOC=a name\nOPTIONS="--bind ::  --threshold 3"\n');
  assert.deepEqual(launchOf(parseUnit(UNIT), { ...WHERE, variables }), {
    command: [
      "caucase",
      "serve",
      "--netloc",
      "a name",
      "--db",
      "/state/web.sqlite",
      "--bind",
      "::",
      "--threshold",
      "3",
    ],
    folder: "/state/one",
    stateFolders: ["/state/one", "/state/one/two"],
  });
});

Deno.test("launchOf() refuses what is missing", () => {
  assert.throws(() => launchOf(parseUnit(UNIT), { ...WHERE, variables: new Map() }), /\$NETLOC/);
  assert.throws(() => launchOf(parseUnit("[Unit]\n"), { ...WHERE, variables: new Map() }), /no ExecStart/);
});
