/** What a start makes of key files that somebody or something spoilt: it mends what can be made anew, and says so. */
import assert from "node:assert/strict";
import { readKeyFile } from "../../core/host/key_file.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { privateKeyToPem } from "../../core/keys/private_key.ts";
import { certify, firstUser } from "../support/desk.ts";
import { newCa, NOW } from "../support/issuing.ts";
import { isRefusal } from "../support/refusals.ts";
import { runServer, TestServer } from "../support/running_server.ts";
import { namesIn, servedFolder, tryServe } from "./served_folder.ts";

/** From what is in a key file to what the start finds. */
type Spoil = (content: string) => string | Promise<string>;

const SPOILT: Readonly<Record<string, Spoil>> = {
  "empty": () => "",
  "truncated": (content) => content.slice(0, content.length / 2),
  "without its last byte but one": (content) => content.slice(0, -2),
  "full of zeros, as after a power cut": (content) => "\0".repeat(content.length),
  "garbage": () => "\xff\xfe this is no key \x01",
  "somebody else's": async () => {
    const { key, der } = await newCa();
    return privateKeyToPem(key) + encodePem(PEM_LABEL.CERTIFICATE, der);
  },
};

for (const [how, spoil] of Object.entries(SPOILT)) {
  Deno.test(`serve makes server.key.pem and cors.key anew when they are ${how}, says so, and loses nothing`, async () => {
    await using server = await runServer();
    const user = await firstUser(server);
    const ca = (await server.ask("GET", "/cas/crt/ca.crt.pem")).text;
    await server.stop();
    const { serverKey, corsKeyStore } = server.options;
    const spoilt: Record<string, string> = {};
    for (const path of [serverKey, corsKeyStore]) {
      spoilt[path] = await spoil(await Deno.readTextFile(path));
      await Deno.writeTextFile(path, spoilt[path]);
    }
    await server.start();
    assert.equal(server.warnings.length, 2, server.warnings.join("\n"));
    for (const path of [serverKey, corsKeyStore]) {
      assert.ok(server.warnings.some((warning) => warning.includes(path)), `${path} is named`);
    }
    await assertWhole(server);
    for (const [path, content] of Object.entries(spoilt)) {
      assert.equal(await Deno.readTextFile(`${path}.unusable-${NOW}`), content, "nothing is thrown away");
    }
    assert.equal((await server.ask("GET", "/cas/crt/ca.crt.pem")).text, ca);
    await certify(server, user);
  });
}

Deno.test("serve closes key files to others, and says which key they may have read", async () => {
  await using server = await runServer();
  await server.stop();
  const { db, serverKey, corsKeyStore } = server.options;
  const kept = await Deno.readTextFile(serverKey);
  for (const path of [db, serverKey, corsKeyStore]) await Deno.chmod(path, 0o644);
  await server.start();
  assert.equal(server.warnings.length, 2, server.warnings.join("\n"));
  assert.ok(server.warnings.some((warning) => warning.includes(serverKey)), "the key may be known");
  assert.ok(server.warnings.some((warning) => warning.includes(db)), "the administrator's: group rights may be meant");
  assert.equal(await Deno.readTextFile(serverKey), kept);
  await assertWhole(server);
});

Deno.test("serve refuses a folder in the place of a key file, and changes nothing", async () => {
  await using folder = await servedFolder();
  for (const name of ["server.key.pem", "cors.key"]) {
    const path = `${folder.path}/${name}`;
    const content = await Deno.readTextFile(path);
    await Deno.remove(path);
    await Deno.mkdir(path);
    const before = namesIn(folder.path);
    const { status, out, err } = await tryServe(folder.path);
    assert.deepEqual([status, out], [1, ""], err);
    assert.match(err, new RegExp(`^error: [^\\n]*${name}[^\\n]*\\n$`, "m"));
    assert.deepEqual(namesIn(folder.path), before);
    assert.deepEqual(namesIn(path), []);
    await Deno.remove(path);
    await Deno.writeTextFile(path, content, { mode: 0o600 });
  }
});

Deno.test("serve does not start where a key file cannot be written, and starts when it can", async () => {
  await using server = await runServer();
  await server.stop();
  const lost = { ...server.options, serverKey: `${server.folderPath}/none/server.key.pem` };
  await assert.rejects(new TestServer(lost, undefined).start(), isRefusal("file"));
  assert.deepEqual(namesIn(server.folderPath).filter((name) => /-wal|-shm|tmp/.test(name)), []);
  await server.start();
});

/** Both are whole, private, and in use. */
async function assertWhole(server: TestServer): Promise<void> {
  const { serverKey, corsKeyStore } = server.options;
  const { key, certificate } = await readKeyFile(serverKey);
  assert.ok(key !== undefined && key.publicKey.keyId === certificate?.publicKey.keyId);
  assert.equal((await server.ask("GET", "/", { as: null })).status, 200, "over HTTPS");
  const [[expiry, secret]] = JSON.parse(await Deno.readTextFile(corsKeyStore)) as [[number, string]];
  assert.ok(expiry > NOW && secret.length >= 43);
  for (const path of [serverKey, corsKeyStore]) assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600, path);
}
