/** Least privilege of files and processes: who may read what is made, what must be allowed, and where secrets are. */
import assert from "node:assert/strict";
import { fromUtf8, utf8 } from "../../core/bytes.ts";
import { decodePem } from "../../core/pem.ts";
import { isPrivateKeyBlock, privateKeyFromPem } from "../../core/keys/private_key.ts";
import { PERMISSIONS } from "../../scripts/compile/permissions.ts";
import { libcryptoPaths } from "../../server/keys/native/well_known.ts";
import { Database } from "../../server/storage/sqlite/database.ts";
import { runCommand, type RunningProcess, withUmask } from "../support/process.ts";
import { OUR_PROGRAM } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { PASSPHRASE, playScene } from "./privilege_scene.ts";
import { type Secret, secretsIn, secretsOfKey, secretText } from "./secret_search.ts";

const MAIN = OUR_PROGRAM.at(-1) ?? "";

/** One of those that may be loaded. */
const [LIBRARY = ""] = libcryptoPaths(Deno.build);

/** Files that hold a key, or what a key protects, or keep others out. All the rest is for everybody to read. */
const PRIVATE = /\.key$|\.key\.pem$|^cors\.key$|\.sqlite(?:-wal|-shm)?$|\.lock$|^exported\.pem$|\.caucased$/;

/** Not made by the program. */
const FOREIGN = /^(?:template\.csr|pass|hook\..*)$/;

/** Every file below `folder`, by its path in it. */
function filesIn(folder: string, within = ""): string[] {
  return [...Deno.readDirSync(`${folder}/${within}`)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(folder, `${within}${name}/`) : [`${within}${name}`]
  );
}

function modesIn(folder: string): Map<string, string> {
  const names = filesIn(folder).filter((path) => !FOREIGN.test(path));
  return new Map(names.map((path) => [path, ((Deno.statSync(`${folder}/${path}`).mode ?? 0) & 0o777).toString(8)]));
}

function assertModes(modes: ReadonlyMap<string, string>, readable: string): void {
  for (const [path, mode] of modes) {
    assert.equal(mode, PRIVATE.test(path.split("/").at(-1) ?? "") ? "600" : readable, path);
  }
}

for (const [umask, readable, folderMode] of [["000", "644", "755"], ["077", "600", "700"]] as const) {
  Deno.test(`under umask ${umask} only their owner reads keys, databases and backups, while they are written to as well`, async () => {
    await using folder = await tempFolder();
    let whileServing = new Map<string, string>();
    await playScene({
      folder: folder.path,
      command: (args) => withUmask(umask, [...OUR_PROGRAM, ...args]),
      onServing: () => void (whileServing = modesIn(folder.path)),
    });
    for (const name of ["caucase.sqlite", "caucase.sqlite-wal", "caucase.sqlite-shm", "caucase.sqlite.lock"]) {
      assert.ok(whileServing.has(name), `${name} is there while the server runs`);
    }
    const after = modesIn(folder.path);
    for (const name of ["server.key.pem", "cors.key", "user.key", "host.key", "exported.pem", "restored.sqlite"]) {
      assert.ok(after.has(name), `${name} was made`);
    }
    assert.ok([...after.keys()].some((path) => path.endsWith(".caucased")), "a backup was made");
    assertModes(whileServing, readable);
    assertModes(after, readable);
    const stores = ["stores.d", "crls.d"].map((name) => Deno.statSync(`${folder.path}/${name}`).mode ?? 0);
    assert.deepEqual(stores.map((mode) => (mode & 0o777).toString(8)), [folderMode, folderMode]);
  });
}

Deno.test("with no more rights and environment than it needs, the program works and tells nobody a secret", async (test) => {
  await using folder = await tempFolder();
  const seen = new Map<string, Uint8Array>();
  const { said } = await playScene({
    folder: folder.path,
    command: (args, permissions) => [
      ...["env", "-i", ...kept(), "CANARY=sings"],
      ...[Deno.execPath(), "run", "--no-prompt", ...permissions, MAIN, ...args],
    ],
    onServing: (server) => lookAt(server, seen),
  });
  for (const [name, text] of said) seen.set(`output of ${name}`, utf8(text));
  for (const path of filesIn(folder.path)) seen.set(path, Deno.readFileSync(`${folder.path}/${path}`));

  await test.step("no secret is in a file that is not for it, in output, logs, arguments or environments", async () => {
    const secrets = await secretsOf(folder.path);
    for (const [place, content] of seen) {
      const foreign = secrets.filter(({ homes }) => !homes.includes(place)).map(({ secret }) => secret);
      assert.deepEqual(secretsIn(content, foreign), [], place);
    }
    // The search would find them.
    for (const { secret, homes: [home = ""] } of secrets) {
      assert.deepEqual(secretsIn(seen.get(home) ?? new Uint8Array(), [secret]), [secret.name], `${home} has it`);
    }
  });

  await test.step("a hook is told what changed, and has the environment of the updater and nothing else", () => {
    const lines = fromUtf8(seen.get("hook.env") ?? new Uint8Array()).split("\n").filter((line) =>
      /^[A-Za-z_]+=/.test(line)
    );
    const names = lines.map(nameOf).filter((name) => !["_", "PWD", "OLDPWD", "SHLVL"].includes(name));
    const given = [...kept().map(nameOf), "CANARY", "CAUCASE_CHANGED", "CAUCASE_REASONS"];
    assert.deepEqual(names.toSorted(), given.toSorted());
  });
});

Deno.test("an executable may neither look at the machine nor load code; serve gives up starting programs and loading libraries", async () => {
  const states = async (code: string) => {
    const script = `${code}; console.log(...["ffi", "sys", "import", "run"].map((name) =>
      Deno.permissions.querySync({ name }).state),
      Deno.permissions.querySync({ name: "ffi", path: ${JSON.stringify(LIBRARY)} }).state);`;
    const options = ["--config", new URL("../../deno.json", import.meta.url).pathname, ...PERMISSIONS];
    const command = [Deno.execPath(), "run", ...options, `data:text/javascript,${encodeURIComponent(script)}`];
    const { status, out, err } = await runCommand(command, { cwd: "/" });
    assert.equal(status, 0, err);
    return out.trimEnd().split("\n").at(-1);
  };
  assert.equal(await states(""), "prompt denied denied granted granted");
  const serve = new URL("../../cli/serve.ts", import.meta.url);
  // Refused, for want of a folder for its database: but later.
  const args = JSON.stringify(["--netloc", "localhost:8009", "--db", "/nowhere/db", "--log-format", "json"]);
  assert.equal(await states(`await (await import("${serve}")).serve(${args})`), "prompt denied denied prompt prompt");
  const subcommands = new URL("../../cli/subcommands.ts", import.meta.url);
  const keyId = `const { runSubcommand, SUBCOMMANDS } = await import("${subcommands}");
    await runSubcommand(SUBCOMMANDS.find(({ name }) => name === "key-id"), []).catch(() => {})`;
  assert.equal(await states(keyId), "prompt denied denied granted prompt", "all others load none");
});

function nameOf(pair: string): string {
  return pair.split("=", 1)[0] ?? "";
}

/** What the runtime itself cannot do without. */
function kept(): string[] {
  return ["HOME", "PATH", "DENO_DIR"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [`${name}=${value}`];
  });
}

/** What anybody on the machine, or whoever runs as the same user, sees of a process. */
function lookAt({ pid }: RunningProcess, seen: Map<string, Uint8Array>): void {
  if (Deno.build.os !== "linux") return;
  for (const file of ["cmdline", "environ"]) {
    seen.set(`${file} of the server`, Deno.readFileSync(`/proc/${pid}/${file}`));
  }
}

/** Secrets with the files that may hold them, the first of which must. */
async function secretsOf(folder: string): Promise<{ secret: Secret; homes: readonly string[] }[]> {
  const secrets: { secret: Secret; homes: readonly string[] }[] = [
    { secret: secretText("passphrase", PASSPHRASE), homes: ["pass"] },
    { secret: secretText("secret of consent", consentSecret(folder)), homes: ["cors.key"] },
  ];
  for (const file of ["server.key.pem", "user.key", "next.key", "service.key", "host.key"]) {
    const found = await keySecrets(file, await Deno.readTextFile(`${folder}/${file}`));
    secrets.push(...found.map((secret) => ({ secret, homes: [file] })));
  }
  const databases = ["caucase.sqlite", "restored.sqlite", "imported.sqlite"];
  for (const [index, pem] of caKeys(`${folder}/caucase.sqlite`).entries()) {
    const found = await keySecrets(`CA key ${index + 1}`, pem);
    secrets.push(...found.map((secret) => ({ secret, homes: databases })));
  }
  return secrets;
}

/** The reference stores text, and so do we; a database may have it as bytes all the same. */
function pemText(value: unknown): string {
  return value instanceof Uint8Array ? fromUtf8(value) : String(value);
}

function consentSecret(folder: string): string {
  const [[, secret]] = JSON.parse(Deno.readTextFileSync(`${folder}/cors.key`)) as [[number, string]];
  return secret;
}

async function keySecrets(name: string, pem: string): Promise<Secret[]> {
  const [block] = decodePem(pem).filter(isPrivateKeyBlock);
  assert.ok(block, `${name} holds a key`);
  return secretsOfKey(name, await privateKeyFromPem(block));
}

function caKeys(path: string): string[] {
  const database = new Database(path, { readOnly: true });
  try {
    return ["cas", "cau", "http_cas"].flatMap((ca) =>
      database.all(`SELECT key FROM ${ca}ca`).map(({ key }) => pemText(key))
    );
  } finally {
    database.close();
  }
}
