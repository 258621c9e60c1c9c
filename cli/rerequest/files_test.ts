import assert from "node:assert/strict";
import { readFileBytes } from "../../core/host/durable_file.ts";
import { type Fault, FaultyFileSystem } from "../../tests/fault/faulty_file_system.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { writeKeyAndRequest } from "./files.ts";

const OLD = { key: "old key\n", csr: "old request\n" };
const NEW = { key: "new key\n".repeat(50), csr: "new request\n".repeat(50) };

interface Left {
  readonly key: string;
  readonly csr: string;
  /** What is there besides, by name. */
  readonly others: readonly string[];
}

/** What is left of a write over an older pair that breaks at a step; undefined when it has no such step. */
async function writeWith(fault: Fault): Promise<Left | undefined> {
  await using folder = await tempFolder();
  const [key, csr] = [`${folder.path}/key.pem`, `${folder.path}/csr.pem`];
  await Deno.writeTextFile(key, OLD.key);
  await Deno.writeTextFile(csr, OLD.csr);
  const fileSystem = new FaultyFileSystem(fault);
  const write = writeKeyAndRequest({ path: key, pem: NEW.key }, { path: csr, pem: NEW.csr }, fileSystem);
  const failed = await write.then(() => false, () => true);
  if (fileSystem.steps.length < fault.step) return undefined;
  assert.ok(failed, `nobody hears of ${fileSystem.steps[fault.step - 1]}`);
  const text = async (path: string) => new TextDecoder().decode(await readFileBytes(path));
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name);
  return {
    ...{ key: await text(key), csr: await text(csr) },
    others: names.filter((name) => !["key.pem", "csr.pem"].includes(name)),
  };
}

for (const kind of ["kill", "error"] as const) {
  Deno.test(`writeKeyAndRequest() never shows a new request without its key, if a step ends in: ${kind}`, async () => {
    const seen = new Set<string>();
    for (let step = 1;; step++) {
      const left = await writeWith({ step, kind });
      if (left === undefined) break;
      assert.ok(left.key === OLD.key || left.key === NEW.key, "the key is whole");
      assert.ok(left.csr === OLD.csr || left.csr === NEW.csr, "the request is whole");
      assert.ok(left.csr === OLD.csr || left.key === NEW.key, "the request has its key");
      if (kind === "error") assert.deepEqual(left.others, [], `step ${step} leaves files behind`);
      seen.add(`${left.key === NEW.key} ${left.csr === NEW.csr}`);
    }
    // All steps were tried: those before the key is seen, between the two, and after.
    assert.deepEqual([...seen], ["false false", "true false", "true true"]);
  });
}

Deno.test("writeKeyAndRequest() needs no room any more once it changes something", async () => {
  await using folder = await tempFolder();
  const fileSystem = new FaultyFileSystem();
  const file = (name: string) => ({ path: `${folder.path}/${name}`, pem: "text" });
  await writeKeyAndRequest(file("key.pem"), file("csr.pem"), fileSystem);
  const kinds = fileSystem.steps.map((step) => step.split(" ")[0]);
  assert.deepEqual(kinds.slice(kinds.indexOf("rename")), ["rename", "sync", "rename", "sync"]);
});
