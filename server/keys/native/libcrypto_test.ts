import assert from "node:assert/strict";
import { libcryptoPath } from "../../../tests/support/requirements.ts";
import { tempFolder } from "../../../tests/support/temp_folder.ts";
import { Libcrypto, requireVersion } from "./libcrypto.ts";

Deno.test("requireVersion() takes 3.0 and newer, and names what is older", () => {
  for (const number of [0x30000000n, 0x300000d0n, 0x30500010n, 0x40000000n]) requireVersion(number);
  for (
    const [number, version] of [
      [0x1010116fn, "1.1"],
      [0x20000000n, "2.0"], // what LibreSSL says
      [0n, "0.0"],
    ] as const
  ) {
    assert.throws(() => requireVersion(number), new RegExp(`its version is ${version}: libcrypto 3.0 or newer`));
  }
});

Deno.test("Libcrypto is no file that is missing, or is no library", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/libcrypto.so.3`;
  assert.throws(() => new Libcrypto(path), /Could not open library/);
  await Deno.writeTextFile(path, "not a library");
  assert.throws(() => new Libcrypto(path), /Could not open library/);
});

const path = libcryptoPath();

Deno.test({
  name: "Libcrypto says what it is, and why it does not take a key",
  ignore: path === undefined,
  fn() {
    const library = new Libcrypto(path ?? "");
    assert.match(library.version, /^OpenSSL [3-9]\.\d+\.\d+/);
    const algorithm = { scheme: "ECDSA", hash: "SHA-256", name: "it", der: new Uint8Array() } as const;
    assert.throws(
      () => library.signingKey(new Uint8Array(5), algorithm),
      /^Error: libcrypto fails at reading a private key: error:.*DECODER/,
    );
  },
});
