import assert from "node:assert/strict";
import * as path from "node:path";
import {
  chromiumPath,
  hasOpenssl,
  opensslPath,
  pkilintPython,
  referenceFolder,
  sqlite3Path,
  zlintPath,
} from "./requirements.ts";

const VARIABLES = ["PATH", "CAUCASE_REFERENCE", "CHROMIUM", "OPENSSL", "SQLITE3", "PKILINT", "ZLINT"];

/** Runs `check` with only these variables of {@linkcode VARIABLES} set, and a folder that holds these empty files. */
async function withFiles(files: readonly string[], check: (folder: string) => void): Promise<void> {
  const before = VARIABLES.map((name) => [name, Deno.env.get(name)] as const);
  const folder = await Deno.makeTempDir();
  try {
    for (const name of VARIABLES) Deno.env.delete(name);
    for (const file of files) await Deno.writeTextFile(path.join(folder, file), "");
    check(folder);
  } finally {
    for (const [name, value] of before) value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
    await Deno.remove(folder, { recursive: true });
  }
}

/** What `act` prints with `console.log`. */
function printed(act: () => void): readonly string[] {
  const lines: string[] = [];
  const log = console.log;
  console.log = (line: string) => lines.push(line);
  try {
    act();
  } finally {
    console.log = log;
  }
  return lines;
}

Deno.test("programs are found in PATH, the first name and folder first", async () => {
  await withFiles(["openssl", "sqlite3", "chromium-browser", "google-chrome", "caucased"], (folder) => {
    Deno.env.set("PATH", `${path.join(folder, "none")}:${folder}`);
    assert.equal(opensslPath(), path.join(folder, "openssl"));
    assert.equal(hasOpenssl(), true);
    assert.equal(sqlite3Path(), path.join(folder, "sqlite3"));
    assert.equal(chromiumPath(), path.join(folder, "chromium-browser"));
    assert.equal(referenceFolder(), folder);
  });
});

Deno.test("variables outrank PATH", async () => {
  await withFiles(["mine", "chromium", "caucased"], (folder) => {
    Deno.env.set("PATH", folder);
    Deno.env.set("CHROMIUM", path.join(folder, "mine"));
    Deno.env.set("CAUCASE_REFERENCE", folder);
    assert.equal(chromiumPath(), path.join(folder, "mine"));
    assert.equal(referenceFolder(), folder);
  });
});

Deno.test("pkilint's Python is the one that its commands begin with", async () => {
  await withFiles(["lint_pkix_cert", "python3", "zlint"], (folder) => {
    const command = path.join(folder, "lint_pkix_cert");
    Deno.env.set("PATH", folder);
    Deno.writeTextFileSync(command, `#!${folder}/python3\nimport re\n`);
    assert.equal(pkilintPython(), path.join(folder, "python3"));
    assert.equal(zlintPath(), path.join(folder, "zlint"));
    Deno.env.set("PATH", "");
    Deno.env.set("PKILINT", folder);
    assert.equal(pkilintPython(), path.join(folder, "python3"));
    Deno.writeTextFileSync(command, "#!/bin/sh\n");
    assert.throws(() => pkilintPython(), /does not begin with the file of a Python/);
  });
});

Deno.test("a variable that names no file is an error", async () => {
  await withFiles(["chromium", "caucased"], (folder) => {
    Deno.env.set("PATH", folder);
    Deno.env.set("CHROMIUM", folder);
    assert.throws(() => chromiumPath(), /CHROMIUM is set, but .* is no file/);
    Deno.env.set("CAUCASE_REFERENCE", path.join(folder, "none"));
    assert.throws(() => referenceFolder(), /CAUCASE_REFERENCE is set, but .*none\/caucased is no file/);
  });
});

Deno.test("a missing program is announced once, with what to install", async () => {
  await withFiles([], (folder) => {
    Deno.env.set("PATH", folder);
    const lines = printed(() =>
      assert.deepEqual([hasOpenssl(), hasOpenssl(), referenceFolder()], [false, false, undefined])
    );
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? "", /^left out: openssl is missing \(apt-get install openssl/);
    assert.match(lines[1] ?? "", /^left out: the reference implementation is missing \(pip install caucase==0.9.17/);
  });
});
