/**
 * `deno task demo`: the life of a certificate from nothing to revoked, with real commands, real files and real TCP, in a
 * temporary folder. Every line behind a `$` can be typed as it stands (with `caucase` for the program). Needs openssl.
 */
import { freePortPair } from "../tests/support/ports.ts";

interface Step {
  /** What is about to happen, and why. */
  readonly why: string;
  /** The command line, as a person would type it. */
  readonly command: string;
  /** The exit status that it must have. */
  readonly status?: number;
}

const MAIN = `${import.meta.dirname}/../main.ts`;

/** Milliseconds. */
const SERVER_START = 20_000;

await main();

async function main(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "caucase-demo-" });
  const netloc = `localhost:${freePortPair()}`;
  say(`Everything happens in ${folder}, and is removed at the end.\n`);
  const server = await startServer(folder, netloc);
  try {
    for (const step of makeRequests()) await run(step, folder);
    const userId = await idOf(folder, { mode: "user", csr: "alice.csr.pem", netloc });
    for (const step of becomeUser(netloc, userId)) await run(step, folder);
    const hostId = await idOf(folder, { mode: "service", csr: "host.csr.pem", netloc });
    for (const step of certifyHost(netloc, hostId)) await run(step, folder);
    for (const step of renewAndRevoke(netloc)) await run(step, folder);
  } finally {
    say("\nThe server is told to stop (SIGTERM), and the folder is removed.");
    server.kill("SIGTERM");
    await server.status;
    await Deno.remove(folder, { recursive: true });
  }
}

function makeRequests(): Step[] {
  return [{
    why: "A user is whoever holds a key that the CA for users certified. Alice makes a key and a request.",
    command: `openssl req -new -newkey rsa:2048 -nodes -keyout alice.key.pem -out alice.csr.pem -subj /CN=alice`,
  }, {
    why:
      "A host does the same. Its names are in the request; the CA copies them as they are, so a person must look at them.",
    command: `openssl req -new -newkey rsa:2048 -nodes -keyout host.key.pem -out host.csr.pem -subj /CN=host1 ` +
      `-addext subjectAltName=DNS:host1.example.com`,
  }];
}

function becomeUser(netloc: string, id: string): Step[] {
  return [{
    why: "The first user is signed without asking. The certificate goes into the file of its key.",
    command: `caucase client --ca-url http://${netloc} --mode user --get-crt ${id} alice.key.pem`,
  }];
}

function certifyHost(netloc: string, id: string): Step[] {
  return [{
    why: "The host's request is pending. That is a warning: exit status 2.",
    command: `caucase client --ca-url http://${netloc} --get-crt ${id} host.key.pem`,
    status: 2,
  }, {
    why: "Alice sees it, over HTTPS with her certificate...",
    command: `caucase client --ca-url http://${netloc} --user-key alice.key.pem --list-csr`,
  }, {
    why: "... and signs it.",
    command: `caucase client --ca-url http://${netloc} --user-key alice.key.pem --sign-csr ${id}`,
  }, {
    why: "Now the host gets its certificate. Each call also refreshes the CA certificates and the CRL beside it.",
    command: `caucase client --ca-url http://${netloc} --get-crt ${id} host.key.pem`,
  }, {
    why: "Anybody with these two files can verify the host.",
    command: `openssl verify -CAfile cas.crt.pem -CRLfile cas.crl.pem -crl_check host.key.pem`,
  }];
}

function renewAndRevoke(netloc: string): Step[] {
  return [{
    why:
      "A valid certificate renews itself, with a new key; nobody is asked. (It is due with less than 100 days left here.)",
    command: `caucase client --ca-url http://${netloc} --threshold 100 --renew-crt host.key.pem ""`,
  }, {
    why: "The new one is good too.",
    command: `openssl verify -CAfile cas.crt.pem -CRLfile cas.crl.pem -crl_check host.key.pem`,
  }, {
    why: "The host is stolen. Alice revokes its certificate.",
    command: `caucase client --ca-url http://${netloc} --user-key alice.key.pem --revoke-other-crt host.key.pem`,
  }, {
    why: "The CRL that came with that call says so: verification must fail now.",
    command: `openssl verify -CAfile cas.crt.pem -CRLfile cas.crl.pem -crl_check host.key.pem`,
    status: 2,
  }];
}

async function startServer(folder: string, netloc: string): Promise<Deno.ChildProcess> {
  const args = ["serve", "--netloc", netloc];
  say("A server for both CAs: one for users, one for services. Its database appears where it is started.");
  say(`$ caucase ${args.join(" ")} &`);
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", MAIN, ...args],
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  const deadline = Date.now() + SERVER_START;
  while (!(await answers(netloc))) {
    if (Date.now() > deadline) throw new Error("the server did not start");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return server;
}

async function answers(netloc: string): Promise<boolean> {
  try {
    const response = await fetch(`http://${netloc}/`);
    await response.body?.cancel();
    return response.ok;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Sends a request, as a step that prints an id. */
async function idOf(
  folder: string,
  { mode, csr, netloc }: { mode: "user" | "service"; csr: string; netloc: string },
): Promise<string> {
  const output = await run({
    why: `The request goes to the CA for ${mode}s, which answers with an id.`,
    command: `caucase client --ca-url http://${netloc} --mode ${mode} --send-csr ${csr}`,
  }, folder);
  const [id = ""] = output.split(" ");
  return id;
}

/** Says why, shows the command, runs it, shows what it printed; fails where its exit status is another. */
async function run({ why, command, status = 0 }: Step, folder: string): Promise<string> {
  say(`\n${why}\n$ ${command}`);
  const deno = `"${Deno.execPath()}" run --no-prompt -A "${MAIN}"`;
  const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", command.replace(/^caucase/, deno)],
    cwd: folder,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const output = decoder.decode(stdout);
  // openssl shows its progress while it makes a key: only what it says otherwise is of interest.
  const complaints = command.startsWith("openssl req") && code === 0 ? "" : decoder.decode(stderr);
  if (output + complaints !== "") say((output + complaints).trimEnd());
  if (code !== 0) say(`(exit status ${code})`);
  if (code !== status) throw new Error(`exit status ${code} where ${status} belongs`);
  return output;
}

function say(text: string): void {
  console.log(text);
}
