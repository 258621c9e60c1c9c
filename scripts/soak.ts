/**
 * `deno task soak`: a server under mixed good and bad traffic for a quarter of an hour, or as long as `--minutes` says.
 * Exit status 1 when its memory or descriptors do not stay what they were, when an answer was wrong, or when anything
 * acknowledged is not in the database. `CAUCASE_PROGRAM` names a compiled program to be soaked instead of the source.
 * Linux only: it looks into /proc.
 */
import { breachesOf } from "./soak/breaches.ts";
import { parseSoakOptions, type SoakOptions, USAGE } from "./soak/options.ts";
import { toTable } from "./soak/report.ts";
import { soak } from "./soak/run.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  let options: SoakOptions;
  try {
    options = parseSoakOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  const folder = await Deno.makeTempDir({ prefix: "caucase-soak-" });
  try {
    return await run(options, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(options: SoakOptions, folder: string): Promise<number> {
  console.log(`Soaking for ${options.minutes} minutes, --seed ${options.seed}...`);
  const report = await soak(options, folder);
  console.log(toTable(report));
  const breaches = breachesOf(report);
  for (const breach of breaches) console.error(`BREACH: ${breach}`);
  return breaches.length > 0 ? 1 : 0;
}
