/**
 * Writes the inputs that the corpus begins with, valid ones for each target: `deno run -A scripts/fuzz/make_corpus.ts`.
 * Their keys are new each time, but for those of material.ts; what later runs found stays beside them.
 */
import { CORPUS } from "./corpus.ts";
import { acmeRequestSeeds } from "./seeds/acme_requests.ts";
import { acmeValidationSeeds } from "./seeds/acme_validation.ts";
import { certificateSeeds } from "./seeds/certificates.ts";
import { backupSeeds, messageSeeds, requestSeeds } from "./seeds/messages.ts";

const all = {
  ...await certificateSeeds(),
  ...await messageSeeds(),
  ...await backupSeeds(),
  ...await requestSeeds(),
  ...await acmeValidationSeeds(),
  ...await acmeRequestSeeds(),
};
for (const [target, seeds] of Object.entries(all)) {
  await Deno.mkdir(`${CORPUS}${target}`, { recursive: true });
  for (const [name, input] of Object.entries(seeds)) await Deno.writeFile(`${CORPUS}${target}/${name}`, input);
}
