import assert from "node:assert/strict";
import { createLog, type LogRecord, sentenceOf } from "../../core/log.ts";
import { LIBCRYPTO_PATH } from "../../tests/support/native.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { chooseKeyOperations, type LibrarySource, type SignerOptions } from "./choose_operations.ts";
import { type KeyOperations, WEBCRYPTO } from "./operations.ts";

const OTHER: KeyOperations = { ...WEBCRYPTO };
const RUNTIME = `Deno ${Deno.version.deno}`;

async function choose(options: SignerOptions, source?: LibrarySource) {
  const records: LogRecord[] = [];
  const log = createLog((record) => records.push(record));
  const { operations, tell } = await chooseKeyOperations(options, log, source);
  assert.equal(records.length, 0);
  await tell();
  return { operations, said: records.map((record) => `${record.level}: ${sentenceOf(record)}`) };
}

/** What `open` does with each path: a version, or an error. `wrong` is what checks find. */
function source(
  libraries: Readonly<Record<string, string | Error>>,
  { opened = [], wrong }: { opened?: string[]; wrong?: string } = {},
): LibrarySource {
  return {
    paths: Object.keys(libraries),
    open(path) {
      opened.push(path);
      const found = libraries[path];
      if (typeof found !== "string") throw found ?? new Error("no such file");
      const check = () => wrong === undefined ? Promise.resolve() : Promise.reject(new Error(wrong));
      return { version: found, operations: OTHER, check };
    },
  };
}

Deno.test("auto takes the first libcrypto that is good, and says which", async () => {
  await using folder = await tempFolder();
  const [absent, bad, good] = ["absent", "bad", "good"].map((name) => `${folder.path}/${name}`);
  for (const path of [bad, good]) await Deno.writeTextFile(path ?? "", "");
  const libraries = { [`${absent}`]: "OpenSSL 9", [`${bad}`]: new Error("wrong"), [`${good}`]: "OpenSSL 3.5.0" };
  const opened: string[] = [];
  const { operations, said } = await choose({ signer: "auto" }, source(libraries, { opened }));
  assert.equal(operations, OTHER);
  assert.deepEqual(opened, [bad, good]);
  assert.deepEqual(said, [`info: keys are made and used by native: OpenSSL 3.5.0, ${good}`]);
});

Deno.test("auto without any libcrypto is WebCrypto, and no warning", async () => {
  const { operations, said } = await choose({ signer: "auto" }, source({ "/nowhere/libcrypto.so.3": "OpenSSL 3" }));
  assert.equal(operations, WEBCRYPTO);
  assert.deepEqual(said, [`info: keys are made and used by webcrypto: ${RUNTIME}, there is no libcrypto 3`]);
});

Deno.test("auto with a libcrypto that is no good is WebCrypto, with a warning that says why", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/libcrypto.so.3`;
  await Deno.writeTextFile(path, "");
  const reason = "it makes wrong signatures (ECDSA with SHA-256, P-256)";
  const { operations, said } = await choose({ signer: "auto" }, source({ [path]: new Error(reason) }));
  assert.equal(operations, WEBCRYPTO);
  const expected = [
    `warning: WebCrypto makes and uses the keys, as ${path} cannot be used: ${reason}`,
    `info: keys are made and used by webcrypto: ${RUNTIME}`,
  ];
  assert.deepEqual(said, expected);
  // What is found after it was opened: its operations know of it.
  assert.deepEqual(
    (await choose({ signer: "auto" }, source({ [path]: "OpenSSL 3" }, { wrong: reason }))).said,
    expected,
  );
});

Deno.test("a file that --libcrypto names and that is no library is said once, in plain words", async () => {
  await using folder = await tempFolder();
  const libcrypto = `${folder.path}/libcrypto.so.3`;
  const { said: [first = ""] } = await choose({ signer: "auto", libcrypto });
  assert.ok(first.startsWith(`warning: WebCrypto makes and uses the keys, as ${libcrypto} cannot be used: `), first);
  assert.doesNotMatch(first, /Could not open library/);
  await Deno.writeTextFile(libcrypto, "no library");
  await assert.rejects(choose({ signer: "native", libcrypto }), {
    code: "unsupported-runtime",
    message: /^libcrypto cannot be used: .*\/libcrypto.so.3: /,
  });
});

Deno.test("native without a libcrypto, or with a bad one, is refused with the reason", async () => {
  await assert.rejects(choose({ signer: "native" }, source({ "/nowhere/libcrypto.so.3": "OpenSSL 3" })), {
    code: "unsupported-runtime",
    message: "libcrypto cannot be used: there is none in /nowhere/libcrypto.so.3",
  });
  await assert.rejects(choose({ signer: "native", libcrypto: "/x" }, source({ "/x": new Error("too old") })), {
    code: "unsupported-runtime",
    message: "libcrypto cannot be used: /x: too old",
  });
  await assert.rejects(
    choose({ signer: "native", libcrypto: "/x" }, source({ "/x": "OpenSSL 3" }, { wrong: "wrong" })),
    {
      code: "unsupported-runtime",
      message: "libcrypto cannot be used: /x: wrong",
    },
  );
});

Deno.test("a libcrypto without its folder is refused: it would be looked for in the working folder", async () => {
  for (const libcrypto of ["libcrypto.so.3", "./libcrypto.so.3", ""]) {
    const opened: string[] = [];
    await assert.rejects(choose({ signer: "auto", libcrypto }, source({}, { opened })), { code: "usage" });
    assert.deepEqual(opened, []);
  }
});

Deno.test("webcrypto opens no library", async () => {
  const opened: string[] = [];
  const { operations, said } = await choose({ signer: "webcrypto" }, source({ "/x": "OpenSSL 3" }, { opened }));
  assert.equal(operations, WEBCRYPTO);
  assert.deepEqual(opened, []);
  assert.deepEqual(said, [`info: keys are made and used by webcrypto: ${RUNTIME}`]);
});

Deno.test({
  name: "native takes the libcrypto of this machine",
  ignore: LIBCRYPTO_PATH === undefined,
  async fn() {
    const { operations, said } = await choose({ signer: "native", libcrypto: LIBCRYPTO_PATH ?? "" });
    assert.notEqual(operations, WEBCRYPTO);
    assert.match(said.join("\n"), /^info: keys are made and used by native: OpenSSL [3-9]\.[^\n]*$/);
  },
});
