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
import { tempFolder } from "./temp_folder.ts";

/**
 * Runs `check` with a folder that holds these empty files, and an environment that has nothing but what is set in it.
 */
async function withFiles(
  files: readonly string[],
  check: (folder: string, environment: Environment) => void,
): Promise<void> {
  await using folder = await tempFolder();
  for (const file of files) await Deno.writeTextFile(path.join(folder.path, file), "");
  check(folder.path, new Environment());
}

class Environment {
  readonly #values = new Map<string, string>();
  readonly get = (name: string): string | undefined => this.#values.get(name);

  set(name: string, value: string): void {
    this.#values.set(name, value);
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
  await withFiles(["openssl", "sqlite3", "chromium-browser", "google-chrome", "caucased"], (folder, environment) => {
    environment.set("PATH", `${path.join(folder, "none")}:${folder}`);
    assert.equal(opensslPath(environment.get), path.join(folder, "openssl"));
    assert.equal(hasOpenssl(environment.get), true);
    assert.equal(sqlite3Path(environment.get), path.join(folder, "sqlite3"));
    assert.equal(chromiumPath(environment.get), path.join(folder, "chromium-browser"));
    assert.equal(referenceFolder(environment.get), folder);
  });
});

Deno.test("variables outrank PATH", async () => {
  await withFiles(["mine", "chromium", "caucased"], (folder, environment) => {
    environment.set("PATH", folder);
    environment.set("CHROMIUM", path.join(folder, "mine"));
    environment.set("CAUCASE_REFERENCE", folder);
    assert.equal(chromiumPath(environment.get), path.join(folder, "mine"));
    assert.equal(referenceFolder(environment.get), folder);
  });
});

Deno.test("pkilint's Python is the one that its commands begin with", async () => {
  await withFiles(["lint_pkix_cert", "python3", "zlint"], (folder, environment) => {
    const command = path.join(folder, "lint_pkix_cert");
    environment.set("PATH", folder);
    Deno.writeTextFileSync(command, `#!${folder}/python3\nimport re\n`);
    assert.equal(pkilintPython(environment.get), path.join(folder, "python3"));
    assert.equal(zlintPath(environment.get), path.join(folder, "zlint"));
    environment.set("PATH", "");
    environment.set("PKILINT", folder);
    assert.equal(pkilintPython(environment.get), path.join(folder, "python3"));
    Deno.writeTextFileSync(command, "#!/bin/sh\n");
    assert.throws(() => pkilintPython(environment.get), /does not begin with the file of a Python/);
  });
});

Deno.test("a variable that names no file is an error", async () => {
  await withFiles(["chromium", "caucased"], (folder, environment) => {
    environment.set("PATH", folder);
    environment.set("CHROMIUM", folder);
    assert.throws(() => chromiumPath(environment.get), /CHROMIUM is set, but .* is no file/);
    environment.set("CAUCASE_REFERENCE", path.join(folder, "none"));
    assert.throws(() => referenceFolder(environment.get), /CAUCASE_REFERENCE is set, but .*none\/caucased is no file/);
  });
});

Deno.test("a missing program is announced once, with what to install", async () => {
  await withFiles([], (folder, environment) => {
    environment.set("PATH", folder);
    const lines = printed(() =>
      assert.deepEqual([hasOpenssl(environment.get), hasOpenssl(environment.get), referenceFolder(environment.get)], [
        false,
        false,
        undefined,
      ])
    );
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? "", /^left out: openssl is missing \(apt-get install openssl/);
    assert.match(lines[1] ?? "", /^left out: the reference implementation is missing \(pip install caucase==0.9.17/);
  });
});
