/** One certificate and CRL of every kind before linters of others; accepted.ts has what they find and we mean. */
import assert from "node:assert/strict";
import { ACCEPTED } from "./accepted.ts";
import { profileCatalogue } from "./catalogue_profiles.ts";
import { restoredCatalogue, serverCatalogue } from "./catalogue_server.ts";
import { unexplained, vanished } from "./judge.ts";
import { installedLinter, LINTER_NAMES } from "./linters.ts";
import type { Specimen, SpecimenKind } from "./specimen.ts";

let made: Promise<readonly Specimen[]> | undefined;

/** Made once, whichever tests run. */
function catalogue(): Promise<readonly Specimen[]> {
  return made ??= makeCatalogue();
}

async function makeCatalogue(): Promise<readonly Specimen[]> {
  return [...await profileCatalogue(), ...await serverCatalogue(), ...await restoredCatalogue()];
}

Deno.test("the catalogue holds every kind, of every making", async () => {
  const kinds = new Set((await catalogue()).map(({ kind, label }) => `${label.split(":")[0]} ${kind}`));
  const all: readonly SpecimenKind[] = ["CA", "user", "service", "HTTPS", "CRL"];
  for (const kind of all) assert.ok(kinds.has(`profile ${kind}`) && kinds.has(`server ${kind}`), kind);
  assert.ok(kinds.has("restored user"));
});

for (const name of LINTER_NAMES) {
  const lint = installedLinter(name);
  Deno.test({
    name: `${name} finds nothing in the catalogue but what is accepted, and all of that`,
    ignore: lint === undefined,
    async fn() {
      const findings = await lint?.(await catalogue()) ?? [];
      assert.deepEqual(unexplained(findings, ACCEPTED), []);
      assert.deepEqual(vanished(findings, ACCEPTED, [name]), []);
    },
  });
}
