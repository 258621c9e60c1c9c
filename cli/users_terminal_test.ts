/** What a person sees of the commands of users on a real terminal: questions, tables that fit. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { firstUser, submit } from "../tests/support/desk.ts";
import { newEcKey } from "../tests/support/issuing.ts";
import { hasTerminals, onTerminal, type TypedAnswer } from "../tests/support/pty.ts";
import { freePortPair } from "../tests/support/ports.ts";
import { csrFor } from "../tests/support/requests.ts";
import { runServer, type TestServer } from "../tests/support/running_server.ts";
import { runCommand } from "../tests/support/process.ts";
import { OUR_PROGRAM } from "../tests/support/server_process.ts";
import { systemClock } from "../core/host/clock.ts";

const hasScript = await hasTerminals();
const PROGRAM = OUR_PROGRAM.map((word) => `'${word}'`).join(" ");

/** A server of today, and a person who has logged in to it. */
async function loggedIn(): Promise<{ server: TestServer; user: Awaited<ReturnType<typeof firstUser>> }> {
  const port = freePortPair();
  const serve = { netloc: `localhost:${port}`, basePort: port };
  const server = await runServer({ ownKeys: true, now: systemClock.now(), serve });
  const user = await firstUser(server);
  await Deno.writeTextFile(join(server.folderPath, "alice.pem"), user.key + user.cert, { mode: 0o600 });
  const { status, err } = await runCommand(
    [...OUR_PROGRAM, "login", `http://localhost:${server.port}`, "--yes", "--user-key", "alice.pem"],
    { cwd: server.folderPath, env: { XDG_CONFIG_HOME: server.folderPath } },
  );
  assert.equal(status, 0, err);
  return { server, user };
}

function onScreen({ folderPath }: TestServer, args: string, answers: readonly TypedAnswer[] = []) {
  return onTerminal(`${PROGRAM} ${args}`, { cwd: folderPath, env: { XDG_CONFIG_HOME: folderPath }, answers });
}

Deno.test({
  name: "csr sign shows all names, asks, and does nothing unless the answer is yes",
  ignore: !hasScript,
  fn: async () => {
    const { server } = await loggedIn();
    await using _ = server;
    const id = await submit(server, "cas", await csrFor(await newEcKey(), "www.example.org"));
    const question = `Sign request ${id}. .y/N. `;
    for (const answer of ["\\n", "n\\n", "no\\n", "sign\\n"]) {
      const { status, shown } = await onScreen(server, `csr sign ${id}`, [[question, answer]]);
      assert.equal(status, 1, shown);
      assert.match(shown, /Subject +CN=www\.example\.org[^]*Fingerprint[^]*left as it is/);
    }
    assert.equal((await server.ask("GET", `/cas/crt/${id}`)).status, 404);
    const { status, shown } = await onScreen(server, `csr sign ${id}`, [[question, "y\\n"]]);
    assert.equal(status, 0, shown);
    assert.match(shown, new RegExp(`signed ${id}`));
    assert.equal((await server.ask("GET", `/cas/crt/${id}`)).status, 200);
  },
});

Deno.test({
  name: "csr list fits the terminal's width",
  ignore: !hasScript,
  fn: async () => {
    const { server } = await loggedIn();
    await using _ = server;
    await submit(server, "cas", await csrFor(await newEcKey(), "long-".repeat(12)));
    const { status, shown } = await onScreen(server, "csr list");
    assert.equal(status, 0, shown);
    const lines = shown.split("\n").map((line) => line.trimEnd());
    assert.match(lines[1] ?? "", /…/);
    for (const line of lines) assert.ok(line.length <= 100, line);
  },
});

Deno.test({
  name: "user invite waits, asks for the fingerprint, and signs that request alone",
  ignore: !hasScript,
  fn: async () => {
    const { server } = await loggedIn();
    await using _ = server;
    const impostor = await submit(server, "cau", await csrFor(await newEcKey(), "Bob"));
    const id = await submit(server, "cau", await csrFor(await newEcKey(), "Bob"));
    const listed = await runCommand([...OUR_PROGRAM, "csr", "list", "--mode", "user", "--json"], {
      cwd: server.folderPath,
      env: { XDG_CONFIG_HOME: server.folderPath },
    });
    const requests: { id: string; fingerprint: string }[] = JSON.parse(listed.out);
    const fingerprint = requests.find((one) => one.id === id)?.fingerprint ?? "";
    const question = "What does Bob read out";
    const answers = [[question, `${"0".repeat(64)}\\n`], [question, `${fingerprint.slice(0, 32)}\\n`]] as const;
    const { status, shown } = await onScreen(server, "user invite Bob", answers);
    assert.equal(status, 0, shown);
    assert.match(shown, /caucase login .* --request Bob/);
    assert.match(shown, /not the fingerprint of any request above/);
    assert.match(shown, new RegExp(`signed ${id}`));
    assert.equal((await server.ask("GET", `/cau/crt/${impostor}`)).status, 404);
  },
});
