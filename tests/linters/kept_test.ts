/**
 * What all other tests produced, before linters of others. They keep it where `CAUCASE_KEEP_CERTIFICATES` says; without
 * that there is nothing to look at.
 */
import assert from "node:assert/strict";
import { keptFolder } from "../support/kept_certificates.ts";
import { ACCEPTED, ACCEPTED_OF_TESTS } from "./accepted.ts";
import { unexplained } from "./judge.ts";
import { keptSpecimens } from "./kept.ts";
import { installedLinter, LINTER_NAMES } from "./linters.ts";
import type { Specimen } from "./specimen.ts";

const folder = keptFolder();
if (folder === undefined) {
  console.log("left out: CAUCASE_KEEP_CERTIFICATES names no folder that tests kept anything in");
}

let read: Promise<readonly Specimen[]> | undefined;

function specimens(): Promise<readonly Specimen[]> {
  return read ??= keptSpecimens(folder ?? "");
}

for (const name of LINTER_NAMES) {
  const lint = installedLinter(name);
  Deno.test({
    name: `${name} finds nothing in what other tests made but what is accepted`,
    ignore: lint === undefined || folder === undefined,
    async fn() {
      const all = await specimens();
      assert.ok(all.length > 0, `${folder} holds nothing of ours`);
      assert.deepEqual(unexplained(await lint?.(all) ?? [], [...ACCEPTED, ...ACCEPTED_OF_TESTS]), []);
    },
  });
}
