import assert from "node:assert/strict";
import { CaucaseError } from "../errors.ts";
import { encodePem } from "../pem.ts";
import { belongTogether, findKeyFile, readKeyFile } from "./key_file.ts";
import { utf16 } from "../../tests/support/saved_text.ts";
import { inFolder, makePair } from "../../tests/support/host_material.ts";

const { keyPem, certificatePem, key, certificate } = await makePair();
const other = await makePair();
const AROUND = "Bag Attributes\n    friendlyName: Zo\u00eb\n";
const PARAMETERS = encodePem("EC PARAMETERS", Uint8Array.of(6, 8, 42, 134, 72, 206, 61, 3, 1, 7));

Deno.test("readKeyFile() finds key and certificate in either order, whatever stands around them", () =>
  inFolder(async (folder) => {
    const cases: [name: string, text: string][] = [
      ["key first", keyPem + certificatePem],
      ["certificate first", certificatePem + keyPem],
      ["text around", AROUND + keyPem + AROUND + certificatePem + AROUND],
      ["another block", PARAMETERS + keyPem + certificatePem],
      ["CRLF and a byte order mark", "\ufeff" + (keyPem + certificatePem).replaceAll("\n", "\r\n")],
    ];
    for (const [name, text] of cases) {
      await Deno.writeTextFile(`${folder}/f`, text);
      const content = await readKeyFile(`${folder}/f`);
      assert.deepEqual(content.key?.pkcs8, key.pkcs8, name);
      assert.deepEqual(content.certificate?.der, certificate.der, name);
      assert.equal(content.keyPem, keyPem, name);
      assert.equal(content.certificatePem, certificatePem, name);
    }
  }));

Deno.test("readKeyFile() reads a file with text in another encoding", () =>
  inFolder(async (folder) => {
    const latin1 = Uint8Array.from(AROUND + keyPem, (character) => character.charCodeAt(0));
    await Deno.writeFile(`${folder}/f`, latin1);
    assert.equal((await readKeyFile(`${folder}/f`)).keyPem, keyPem);
  }));

Deno.test("readKeyFile() reads UTF-16", () =>
  inFolder(async (folder) => {
    for (const bytes of [utf16(`\ufeff${AROUND}${keyPem}`), utf16(keyPem), utf16(keyPem, "big")]) {
      await Deno.writeFile(`${folder}/f`, bytes);
      assert.equal((await readKeyFile(`${folder}/f`)).keyPem, keyPem);
    }
  }));

Deno.test("readKeyFile() leaves out what is not there", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/f`, keyPem);
    assert.equal((await readKeyFile(`${folder}/f`)).certificate, undefined);
    await Deno.writeTextFile(`${folder}/f`, "");
    assert.equal((await readKeyFile(`${folder}/f`)).key, undefined);
    assert.equal(await findKeyFile(`${folder}/g`), undefined);
  }));

Deno.test("readKeyFile() names the file and the reason, and shows no key", () =>
  inFolder(async (folder) => {
    const encrypted = keyPem.replaceAll("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    const cases: [text: string, message: RegExp][] = [
      [keyPem + other.keyPem, /^cannot use .*\/f: it holds more than one private key$/],
      [certificatePem + keyPem + other.certificatePem, /^cannot use .*\/f: it holds more than one certificate$/],
      [encrypted, /^cannot use .*\/f: .*encrypted/],
      [keyPem.slice(0, -10), /^cannot use .*\/f: PEM: /],
      [keyPem.replace("\nM", "\n*"), /^cannot use .*\/f: /],
      [encodePem("CERTIFICATE", Uint8Array.of(1, 2, 3)), /^cannot use .*\/f: certificate /],
    ];
    for (const [text, message] of cases) {
      await Deno.writeTextFile(`${folder}/f`, text);
      const error = await readKeyFile(`${folder}/f`).then(() => assert.fail("was read"), (error) => error);
      assert.ok(error instanceof CaucaseError);
      assert.equal(error.code, "file");
      assert.match(error.message, message);
      assert.ok(!error.message.includes(keyPem.slice(40, 60)), error.message);
    }
    await assert.rejects(readKeyFile(`${folder}/g`), {
      code: "file",
      message: `cannot read ${folder}/g: it does not exist`,
    });
    await assert.rejects(readKeyFile(folder), { code: "file", message: `cannot read ${folder}: is a directory` });
  }));

Deno.test("belongTogether() tells whether a certificate is for a key", () => {
  assert.ok(belongTogether(key, certificate));
  assert.ok(!belongTogether(other.key, certificate));
});
