import assert from "node:assert/strict";
import { FaultyFileSystem } from "../../tests/fault/faulty_file_system.ts";
import { utf16 } from "../../tests/support/saved_text.ts";
import { inFolder, makeCrl, makePair, modeOf, namesIn } from "../../tests/support/host_material.ts";
import { encodePem, PEM_LABEL } from "../pem.ts";
import { openCaStore, openCrlStore } from "./trust_store.ts";

const [OLD, NEW] = [await makePair(), await makePair()];
const REISSUED = await makePair(OLD);
const [A, B] = [OLD.certificatePem, NEW.certificatePem];
const CRL = await makeCrl(OLD);
const nameOf = ({ certificate }: typeof OLD, ending = ".ca.pem") => certificate.keyIdentifier + ending;

Deno.test("openCaStore() makes a file of a name with an extension, else a directory", () =>
  inFolder(async (folder) => {
    const cases: [name: string, isFile: boolean][] = [
      ["cas.crt.pem", true],
      ["store", false],
      [".store", false],
      ["store.d/", false],
    ];
    for (const [name, isFile] of cases) {
      const store = openCaStore(`${folder}/${name}`);
      assert.deepEqual(await store.read(), [], name);
      assert.equal(await store.write([A]), true, name);
      assert.deepEqual(await store.read(), [A], name);
      assert.equal((await Deno.stat(`${folder}/${name}`)).isFile, isFile, name);
    }
    assert.deepEqual(namesIn(`${folder}/store`), [nameOf(OLD)]);
    assert.equal(modeOf(`${folder}/store`), (0o755 & ~Deno.umask()).toString(8));
    assert.equal(modeOf(`${folder}/cas.crt.pem`), (0o644 & ~Deno.umask()).toString(8));
  }));

Deno.test("openCaStore() goes by what stands there before it goes by the name", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/directory.pem`);
    await Deno.writeTextFile(`${folder}/file`, "");
    await Deno.symlink("directory.pem", `${folder}/link.pem`);
    for (const name of ["directory.pem", "file", "link.pem"]) await openCaStore(`${folder}/${name}`).write([A]);
    assert.deepEqual(namesIn(`${folder}/directory.pem`), [nameOf(OLD)]);
    assert.equal(await Deno.readTextFile(`${folder}/file`), A);
  }));

Deno.test("read() takes the blocks of its own label from a file, each once", () =>
  inFolder(async (folder) => {
    const path = `${folder}/store.pem`;
    await Deno.writeTextFile(path, `text\n${B.replaceAll("\n", "\r\n")}${CRL}${A}between\n${B}`);
    assert.deepEqual(await openCaStore(path).read(), [B, A]);
    assert.deepEqual(await openCrlStore(path).read(), [CRL]);
  }));

Deno.test("read() takes files in UTF-16 and with a byte order mark; write() makes them such that others can read them", () =>
  inFolder(async (folder) => {
    const path = `${folder}/store.pem`;
    await Deno.writeFile(path, utf16(`\ufeff${A}`));
    const store = openCaStore(path);
    assert.deepEqual(await store.read(), [A]);
    assert.equal(await store.write([A]), true);
    assert.equal(await Deno.readTextFile(path), A);
    await Deno.writeTextFile(path, `\ufeff${A}`);
    assert.deepEqual(await store.read(), [A]);
    assert.equal(await store.write([A]), false);
    await Deno.writeFile(path, utf16(OLD.keyPem));
    await assert.rejects(store.write([A]), { code: "file", message: /holds a private key and is not replaced/ });
  }));

Deno.test("read() takes every regular file of a directory, whatever its name, and nothing else", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/README`, "no PEM\n");
    await Deno.writeTextFile(`${folder}/.hidden`, A);
    await Deno.writeTextFile(`${folder}/elsewhere.crl.pem`, CRL);
    await Deno.mkdir(`${folder}/sub.ca.pem`);
    await Deno.writeTextFile(`${folder}/sub.ca.pem/b`, B);
    await Deno.symlink("nowhere", `${folder}/dangling.ca.pem`);
    await Deno.symlink("circle", `${folder}/circle`);
    await Deno.symlink("README/x", `${folder}/through-a-file`);
    await Deno.writeTextFile(`${folder}/.caucase-${"0".repeat(32)}.tmp`, B.slice(0, 100));
    assert.deepEqual(await openCaStore(folder).read(), [A]);
    await Deno.symlink("sub.ca.pem/b", `${folder}/link`);
    assert.deepEqual(await openCaStore(folder).read(), [A, B]);
    assert.deepEqual(await openCrlStore(folder).read(), [CRL]);
  }));

Deno.test("read() names the file whose PEM is malformed or that cannot be read", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.pem`, A);
    await Deno.writeTextFile(`${folder}/b.pem`, B.slice(0, -10));
    const message = /^cannot use .*\/b\.pem: PEM: /;
    await assert.rejects(openCaStore(folder).read(), { code: "file", message });
    await assert.rejects(openCaStore(`${folder}/b.pem`).read(), { code: "file", message });
  }));

Deno.test("write() removes what has its ending and is not its own, and leaves all else alone", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/sub.ca.pem`);
    for (const name of ["stale.ca.pem", ".ca.pem", "README", "other.crl.pem", "x.pem", "target"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "x");
    }
    await Deno.symlink("target", `${folder}/link.ca.pem`);
    await Deno.symlink("nowhere", `${folder}/dangling.ca.pem`);
    await Deno.symlink("sub.ca.pem", `${folder}/link-to-directory.ca.pem`);
    assert.equal(await openCaStore(folder).write([A]), true);
    const kept = [
      "README",
      "dangling.ca.pem",
      "link-to-directory.ca.pem",
      "other.crl.pem",
      "sub.ca.pem",
      "target",
      "x.pem",
    ];
    assert.deepEqual(namesIn(folder), [...kept, nameOf(OLD)].toSorted());
    assert.equal(await openCaStore(folder).write([A]), false);
  }));

Deno.test("write() replaces one CA by another in a directory, and each store leaves the other's files alone", () =>
  inFolder(async (folder) => {
    const [cas, crls] = [openCaStore(folder), openCrlStore(folder)];
    await cas.write([A]);
    await crls.write([CRL]);
    assert.equal(await cas.write([B]), true);
    assert.deepEqual(namesIn(folder), [nameOf(NEW), nameOf(OLD, ".crl.pem")].toSorted());
    assert.deepEqual([await cas.read(), await crls.read()], [[B], [CRL]]);
  }));

Deno.test("write() puts certificates of the same key into one file of the directory", () =>
  inFolder(async (folder) => {
    const store = openCaStore(folder);
    assert.equal(await store.write([A, B, REISSUED.certificatePem, A]), true);
    assert.deepEqual(namesIn(folder), [nameOf(OLD), nameOf(NEW)].toSorted());
    assert.equal(await Deno.readTextFile(`${folder}/${nameOf(OLD)}`), A + REISSUED.certificatePem);
    assert.equal(await store.write([B, REISSUED.certificatePem, A]), false);
    assert.equal(await store.write([B, A]), true);
    assert.equal(await Deno.readTextFile(`${folder}/${nameOf(OLD)}`), A);
  }));

Deno.test("write() does not touch a file that holds the right blocks, also with text around or in another order", () =>
  inFolder(async (folder) => {
    const path = `${folder}/store.pem`;
    for (const text of [A + B, B + A, `Issuer: me\n${A}\n${B}`]) {
      await Deno.writeTextFile(path, text);
      const inode = (await Deno.stat(path)).ino;
      assert.equal(await openCaStore(path).write([A, B]), false);
      assert.equal((await Deno.stat(path)).ino, inode);
    }
    for (const text of [A, "", "garbage", A + B.slice(0, -3), (A + B).replaceAll("\n", "\r\n")]) {
      await Deno.writeTextFile(path, text);
      assert.equal(await openCaStore(path).write([A, B]), true, text);
      assert.equal(await Deno.readTextFile(path), A + B);
    }
  }));

Deno.test("write() stores PEM as it was received, with LF and a final newline", () =>
  inFolder(async (folder) => {
    const [begin = "", ...rest] = CRL.trimEnd().split("\n");
    const wide = [begin, rest.slice(0, -1).join(""), rest.at(-1)].join("\n") + "\n";
    for (const received of [wide, wide.replaceAll("\n", "\r\n"), wide.trimEnd(), `text\n${wide}text\n`]) {
      const store = openCrlStore(`${folder}/${received.length}.pem`);
      await store.write([received]);
      assert.equal(await Deno.readTextFile(store.path), wide);
      assert.deepEqual(await store.read(), [wide]);
    }
  }));

Deno.test("write() keeps links at the store's path and in the directory", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/d`);
    await Deno.writeTextFile(`${folder}/real.pem`, "");
    await Deno.symlink("../real.pem", `${folder}/d/${nameOf(OLD)}`);
    await Deno.symlink("made", `${folder}/dangling`);
    await openCaStore(`${folder}/d`).write([A]);
    await openCaStore(`${folder}/dangling`).write([A]);
    assert.equal(await Deno.readTextFile(`${folder}/real.pem`), A);
    assert.ok((await Deno.lstat(`${folder}/d/${nameOf(OLD)}`)).isSymlink);
    assert.deepEqual(namesIn(`${folder}/made`), [nameOf(OLD)]);
  }));

Deno.test("write() refuses to empty a store, and what is not its own kind", () =>
  inFolder(async (folder) => {
    const store = openCaStore(`${folder}/store.pem`);
    await store.write([A]);
    for (const pems of [[], ["no PEM"], [CRL]]) {
      await assert.rejects(store.write(pems), { code: "file", message: /store\.pem: there is nothing to store$/ });
    }
    await assert.rejects(store.write([A, B.slice(0, -10)]), { code: "malformed" });
    await assert.rejects(store.write([B.replace(/\n[^]{8}/, "\nAAAAAAAA")]), { code: "malformed" });
    assert.deepEqual(await store.read(), [A]);
    await assert.rejects(openCaStore(`${folder}/missing/d`).write([A]), {
      code: "file",
      message: `cannot write ${folder}/missing/d: no such file or directory`,
    });
  }));

Deno.test("write() leaves a store that can be read when killed at any step: old, new or both", async () => {
  for (const name of ["store.pem", "store"]) {
    let killed = true;
    for (let step = 1; killed; step++) {
      await inFolder(async (folder) => {
        const path = `${folder}/${name}`;
        await openCaStore(path).write([A]);
        const fileSystem = new FaultyFileSystem({ step, kind: "kill" }, 1000);
        killed = await openCaStore(path, fileSystem).write([B]).then(() => false, () => true);
        const seen = (await openCaStore(path).read()).map((pem) => pem === A ? "A" : pem === B ? "B" : "?");
        assert.match(seen.toSorted().join(""), killed ? /^(A|AB|B)$/ : /^B$/, `${name} killed at step ${step}`);
      });
    }
  }
});

Deno.test("write() makes a first store whole or not at all when killed at any step", async () => {
  for (const name of ["store.pem", "store"]) {
    let killed = true;
    for (let step = 1; killed; step++) {
      await inFolder(async (folder) => {
        const store = openCaStore(`${folder}/${name}`, new FaultyFileSystem({ step, kind: "kill" }, 1000));
        killed = await store.write([A]).then(() => false, () => true);
        const seen = await openCaStore(`${folder}/${name}`).read();
        assert.ok(seen.length === 0 || seen.join() === A, `${name} killed at step ${step}`);
      });
    }
  }
});

Deno.test("write() replaces neither a private key, which cannot be had again, nor a request", () =>
  inFolder(async (folder) => {
    const path = `${folder}/host.key.pem`;
    await Deno.writeTextFile(path, OLD.keyPem);
    assert.deepEqual(await openCaStore(path).read(), []);
    await assert.rejects(openCaStore(path).write([A]), /host\.key\.pem.* private key/);
    assert.equal(await Deno.readTextFile(path), OLD.keyPem);
    const request = encodePem(PEM_LABEL.CSR, Uint8Array.of(0x30, 0));
    await Deno.writeTextFile(path, request);
    await assert.rejects(
      openCaStore(path).write([A]),
      /host\.key\.pem holds a certificate request and is not replaced/,
    );
    assert.equal(await Deno.readTextFile(path), request);
  }));

Deno.test("readIntact() leaves out what is damaged, and says what that is", () =>
  inFolder(async (folder) => {
    const [one, other] = [await makeCrl(await makePair()), await makeCrl(await makePair())];
    const half = (pem: string) => pem.slice(0, pem.length / 2);
    const wrongDer = one.replace(/(-----\n)..../, "$1AAAA");
    const cases: [name: string, content: string, intact: string[], damage: RegExp | undefined][] = [
      ["nothing wrong", one + other, [one, other], undefined],
      ["empty", "", [], undefined],
      ["cut in half", half(one), [], /crl\.pem: PEM: BEGIN X509 CRL without its END/],
      ["the second one cut in half", one + half(other), [one], /without its END/],
      ["the first one cut in half, the second one appended", `${half(one)}\n${other}`, [other], /without its END/],
      ["not what it says", wrongDer + other, [other], /cannot use .*crl\.pem: /],
    ];
    const path = `${folder}/crl.pem`;
    for (const [name, content, intact, damage] of cases) {
      await Deno.writeTextFile(path, content);
      const found = await openCrlStore(path).readIntact();
      assert.deepEqual(found.pems, intact, name);
      if (damage === undefined) assert.equal(found.damage, undefined, name);
      else assert.match(found.damage?.message ?? "", damage, name);
    }
    await Deno.mkdir(`${folder}/crls`);
    await Deno.writeTextFile(`${folder}/crls/a.pem`, half(one));
    await Deno.writeTextFile(`${folder}/crls/b.pem`, other);
    const { pems, damage } = await openCrlStore(`${folder}/crls`).readIntact();
    assert.deepEqual(pems, [other]);
    assert.match(damage?.message ?? "", /crls\/a\.pem: /);
  }));
