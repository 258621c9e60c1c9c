/** The library that a server calls in place: which one, what it may still do afterwards, and what if it is no good. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { LIBCRYPTO_PATH } from "../support/native.ts";
import { runCommand } from "../support/process.ts";
import { FROM_SOURCE, startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";

const ignore = LIBCRYPTO_PATH === undefined;
const SCENE = fileURLToPath(new URL("native_scene.ts", import.meta.url));

Deno.test({
  name: "libcrypto works after the right to load libraries was given up, and nothing else can be loaded",
  ignore,
  async fn() {
    await using folder = await tempFolder();
    const permissions = ["--no-prompt", `--allow-ffi=${LIBCRYPTO_PATH}`];
    const command = [Deno.execPath(), "run", ...permissions, SCENE, LIBCRYPTO_PATH ?? ""];
    const { status, out, err } = await runCommand(command, { cwd: folder.path });
    assert.equal(status, 0, err);
    const seen = ["other library refused", "bare name refused", "loading refused", "pointers refused", "works"];
    assert.deepEqual(out.trimEnd().split("\n"), seen.map((line) => `${line} true`));
  },
});

Deno.test({
  name: "serve does not look for libcrypto in its working folder",
  ignore,
  async fn() {
    await using folder = await tempFolder();
    // Whatever tried to load it would say that it is no library.
    for (const name of ["libcrypto.so.3", "libcrypto.3.dylib", "libcrypto-3-x64.dll"]) {
      await Deno.writeTextFile(`${folder.path}/${name}`, "not a library");
    }
    await using server = await startServer({ folder: folder.path, options: ["--signer", "native"] });
    assert.match(server.process.written.err, /signer\.chosen: keys are made and used by native: OpenSSL 3.*, \//);
    assert.doesNotMatch(server.process.written.err, /native_unavailable/);
  },
});

Deno.test({
  name: "serve goes on with WebCrypto where the machine's libcrypto is held to FIPS without having it, and says so",
  ignore,
  async fn() {
    await using folder = await tempFolder();
    const configuration = `${folder.path}/openssl.cnf`;
    await Deno.writeTextFile(
      configuration,
      "openssl_conf = init\n[init]\nalg_section = algorithms\n[algorithms]\ndefault_properties = fips=yes\n",
    );
    await using server = await startServer({
      folder: folder.path,
      command: ["env", `OPENSSL_CONF=${configuration}`, ...FROM_SOURCE, "serve"],
    });
    const { err } = server.process.written;
    assert.match(
      err,
      /signer\.native_unavailable: WebCrypto makes and uses the keys, as \/.* cannot be used: libcrypto/,
    );
    assert.match(err, /signer\.chosen: keys are made and used by webcrypto/);
  },
});

Deno.test("serve --signer native ends with one line where there is no such library", async () => {
  await using folder = await tempFolder();
  const options = ["--netloc", "localhost:8009", "--signer", "native", "--libcrypto", `${folder.path}/none.so`];
  const { status, err } = await runCommand([...FROM_SOURCE, "serve", ...options], { cwd: folder.path });
  assert.equal(status, 1);
  assert.match(err, /^error: libcrypto cannot be used: \S+\/none\.so: [^\n]+\n$/);
  assert.deepEqual([...Deno.readDirSync(folder.path)], [], "nothing was begun");
});
