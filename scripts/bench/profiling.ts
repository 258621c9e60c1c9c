/** Where our server's CPU time goes while it issues and renews: its own profile, by stages of a request. */
import * as path from "node:path";
import { type BenchContext, prepareBench } from "./bench_context.ts";
import { ours } from "./caucase_program.ts";
import { parseCpuProfile, parseProfileName } from "./cpu_profile.ts";
import { type LoadKind, requestsFor } from "./issuing.ts";
import { BenchLedger } from "./ledger.ts";
import { type LoadResult, runLoad } from "./load.ts";
import { hottestFunctions, type StageTime, timePerStage } from "./profile_stages.ts";
import type { Scale } from "./scale.ts";
import { EMPTY } from "./seed.ts";
import { formatNumber } from "./statistics.ts";
import { type Column, formatTable } from "./table.ts";

const CONNECTIONS = 16;
const CA_KIND = "RSA-2048";
const HOTTEST = 25;

/** Where profiles go, and what is measured while they are made. */
interface Profiling {
  readonly scale: Scale;
  /** The user's file; that of each operation has its name before the ending. */
  readonly file: string;
  /** For everything else; removed by the caller. */
  readonly folder: string;
}

/** Tables for people. Both operations have a server of their own, so that profiles can be opened one by one. */
export async function profileServer({ scale, file, folder }: Profiling): Promise<string> {
  const profiles = path.join(folder, "profiles");
  const program = ours(CA_KIND, ["--cpu-prof", `--cpu-prof-dir=${profiles}`]);
  const context = await prepareBench({
    scale: { ...scale, connections: [CONNECTIONS] },
    ...{ programs: [program], ledger: new BenchLedger(), folder },
  });
  const texts: string[] = [];
  for (const kind of ["issue", "renew"] as const) {
    const { result, pid } = await putLoadOn(context, kind);
    const kept = profileName(file, kind);
    texts.push(await report(`${kind}, ${CA_KIND} CA, ${CONNECTIONS} conn. (${kept})`, { result, pid, profiles, kept }));
  }
  return texts.join("\n\n");
}

/** `a.cpuprofile` becomes `a.issue.cpuprofile`. */
export function profileName(file: string, kind: string): string {
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}.${kind}${ext}`);
}

async function putLoadOn(context: BenchContext, kind: LoadKind) {
  const { warmUp: { ours: warmUp }, issued: { together: { ours: count } }, maxSeconds } = context.scale;
  const once = { "ours": 1, "step-ca": 0, "reference": 0 };
  const loads: { readonly result: LoadResult; readonly pid: number }[] = [];
  await context.eachRound({ caKind: CA_KIND, amounts: EMPTY }, once, async (server) => {
    const requests = await requestsFor(context, server, { operation: kind, from: 0, to: warmUp + count });
    const load = { connections: CONNECTIONS, ...requests, warmUp, count, maxSeconds };
    loads.push({ result: await runLoad(server, load), pid: server.pid });
  });
  const [load] = loads;
  if (load === undefined) throw new Error("nothing was profiled");
  return load;
}

interface Profiled {
  readonly result: LoadResult;
  readonly pid: number;
  /** Folder in which the runtime left the profile. */
  readonly profiles: string;
  /** Where it shall stay. */
  readonly kept: string;
}

async function report(title: string, { result, pid, profiles, kept }: Profiled): Promise<string> {
  const { name, startedAt } = await findProfile(profiles, pid);
  await Deno.copyFile(path.join(profiles, name), kept);
  const { samples, startTime } = parseCpuProfile(await Deno.readTextFile(kept));
  // The runtime counts from its start, who sent the load by the calendar.
  const end = startTime + (result.endedAt - startedAt) * 1000;
  const during = samples.filter(({ at }) => at >= end - result.seconds * 1e6 && at < end);
  const requests = result.durations.length;
  const cpuMs = result.cpuSeconds * 1000 / requests;
  const hottest = hottestFunctions(during, HOTTEST).map(([what, time]) => [perRequest(time, requests), what]);
  return [
    `${title}: ${formatNumber(requests / result.seconds)}/s, ${formatNumber(cpuMs)} ms CPU for each`,
    stageTable(timePerStage(during), requests, cpuMs),
    formatTable([{ title: "ms", align: "right" }, { title: "function [stage]", align: "left" }], hottest),
  ].join("\n\n");
}

async function findProfile(folder: string, pid: number) {
  for await (const { name } of Deno.readDir(folder)) {
    const parsed = parseProfileName(name);
    if (parsed?.pid === pid) return { name, startedAt: parsed.startedAt };
  }
  throw new Error(`the server left no profile in ${folder}`);
}

const COLUMNS: readonly Column[] = [
  { title: "stage", align: "left" },
  { title: "self ms/request", align: "right" },
  { title: "share", align: "right" },
  { title: "total ms/request", align: "right" },
];

/** Times of the main thread; what other threads spent is the rest of the process's CPU time. */
export function stageTable(times: readonly StageTime[], requests: number, cpuMs: number): string {
  const busy = times.filter(({ stage }) => stage !== "waiting").reduce((sum, { self }) => sum + self, 0);
  const rows = times.map(({ stage, self, total }) => [
    stage,
    perRequest(self, requests),
    stage === "waiting" ? "" : `${Math.round(100 * self / busy)} %`,
    perRequest(total, requests),
  ]);
  const otherThreads = Math.max(0, cpuMs - busy / 1000 / requests);
  return formatTable(COLUMNS, [
    ...rows,
    ["main thread, all but waiting", perRequest(busy, requests)],
    ["other threads: cryptography, files", formatNumber(otherThreads)],
  ]);
}

function perRequest(microseconds: number, requests: number): string {
  return formatNumber(microseconds / 1000 / requests);
}
