/** What a person sees of `caucase serve` on a real terminal. */
import assert from "node:assert/strict";
import { freePortPair } from "../tests/support/ports.ts";
import { hasTerminals, onTerminal } from "../tests/support/pty.ts";
import { OUR_PROGRAM } from "../tests/support/server_process.ts";
import { tempFolder } from "../tests/support/temp_folder.ts";

const hasScript = await hasTerminals();
const PROGRAM = OUR_PROGRAM.map((word) => `'${word}'`).join(" ");
const CTRL_C = "\\003";
const HINT = /There is no user yet/;

Deno.test({
  name: "serve tells a person at a terminal how to become the first user, and no program and nobody later",
  ignore: !hasScript,
  fn: async () => {
    await using folder = await tempFolder();
    const netloc = `localhost:${freePortPair()}`;
    const serve = (options: string, prompt: string) =>
      onTerminal(`${PROGRAM} serve --netloc ${netloc} --bind 127.0.0.1 ${options}`, {
        cwd: folder.path,
        answers: [[prompt, CTRL_C]],
      });
    const first = await serve("", "get-crt ID");
    assert.match(first.shown, HINT);
    assert.match(
      first.shown,
      new RegExp(`caucase client --ca-url http://${netloc} --mode user --send-csr user.csr.pem`),
    );
    const json = await serve("--log-format json", "Listening on");
    assert.match(json.shown, /server.listening/);
    assert.doesNotMatch(json.shown, HINT);
    const signsNone = await serve("--user-auto-approve-count 0", "Listening on");
    assert.match(signsNone.shown, /server.listening/);
    assert.doesNotMatch(signsNone.shown, HINT);
  },
});
