/**
 * `deno task bench`: how fast our server is, side by side with step-ca and the reference where those are installed.
 * Real servers as processes of their own, real TCP on 127.0.0.1, load from another process. Medians of several rounds,
 * in which they take turns.
 */
import { type BenchContext, prepareBench } from "./bench/bench_context.ts";
import { measureIssuing, measureRenewing } from "./bench/issuing.ts";
import { BenchLedger } from "./bench/ledger.ts";
import { type BenchOptions, type Group, parseBenchOptions, USAGE } from "./bench/options.ts";
import { profileServer } from "./bench/profiling.ts";
import { programs } from "./bench/programs.ts";
import { measureReading } from "./bench/reading.ts";
import { measureRevoking } from "./bench/revoking.ts";
import { measureRegister } from "./bench/register.ts";
import { scaleOf } from "./bench/scale.ts";
import { measureStarting } from "./bench/starting.ts";
import { measureTools } from "./bench/tools.ts";

const MEASUREMENTS: Readonly<Record<Group, (context: BenchContext) => Promise<void>>> = {
  issue: measureIssuing,
  renew: measureRenewing,
  read: measureReading,
  revoke: measureRevoking,
  start: measureStarting,
  register: measureRegister,
  tools: measureTools,
};

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  let options: BenchOptions;
  try {
    options = parseBenchOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  const folder = await Deno.makeTempDir({ prefix: "caucase-bench-" });
  try {
    await measure(options, folder);
    return 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function measure(options: BenchOptions, folder: string): Promise<void> {
  const { quick, groups, json, profile } = options;
  const scale = scaleOf(quick, options.scale);
  if (profile !== undefined) return say(await profileServer({ scale, file: profile, folder }));
  const ledger = new BenchLedger();
  say(`Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores; ${loadText()}`);
  say("Preparing keys, requests and databases...");
  const context = await prepareBench({ scale, programs: await programs(), ledger, folder });
  for (const group of groups) {
    say(`Measuring: ${group} (${Math.round(performance.now() / 1000)} s so far)...`);
    await MEASUREMENTS[group](context);
  }
  say(`\n${ledger.toTable()}\n\n${loadText()}`);
  if (quick) say("--quick: far too few requests to judge anything by.");
  if (json !== undefined) {
    await Deno.writeTextFile(json, `${JSON.stringify({ quick, figures: ledger.toJson() }, null, 1)}\n`);
  }
}

/** A busy machine makes everything slow: CPU per request and ratios suffer least. */
function loadText(): string {
  const [one = 0, five = 0] = Deno.loadavg();
  return `load of the machine: ${one.toFixed(1)} (1 minute), ${five.toFixed(1)} (5 minutes)`;
}

function say(text: string): void {
  console.log(text);
}
