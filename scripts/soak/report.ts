/** What a run measured, and how it is shown. */
import { type Column, formatTable } from "../bench/table.ts";
import { median } from "../bench/statistics.ts";
import { growthOf, type MemoryGrowth, type Tolerance } from "./growth.ts";
import type { ClientResult } from "./job.ts";
import type { Samples } from "./samples.ts";
import type { Stored } from "./stored.ts";

export interface Report {
  /** Of traffic. */
  readonly seconds: number;
  /** Lines of the access log. */
  readonly requests: number;
  readonly clients: readonly ClientResult[];
  readonly samples: Samples;
  readonly descriptors: {
    /** Before the traffic, and when it had ended. */
    readonly before: number;
    readonly after: number;
  };
  readonly stored: Stored;
  /** After a signal that asks for it. */
  readonly end: { readonly status: number; readonly seconds: number };
  /** What the server wrote on standard error. */
  readonly complaints: string;
}

/**
 * What the live heap may grow by from one third of the run to the next. In a minute it grows by 0.2 to 0.8 MB, as code
 * that was used more often is compiled again, and in a quarter of an hour by no more; a leak of 1 kB per request is 2
 * to 3 MB in a minute, of which there are a hundred requests a second at least.
 */
const HEAP_TOLERANCE: Tolerance = { noise: 1, perRequest: 100 };

/**
 * The same for resident memory, which holds what is not in the heap: sockets, TLS, SQLite. The allocators' own ups and
 * downs are larger than a leak of a minute, so in short runs this catches what loses tens of kilobytes per request or a
 * thread.
 */
const RESIDENT_TOLERANCE: Tolerance = { noise: 16, perRequest: 200 };

/** Undefined where the heap was not looked at. */
export function heapGrowth({ samples, seconds, requests }: Report): MemoryGrowth | undefined {
  if (samples.heaps.length === 0) return undefined;
  const points = samples.heaps.map((sample) => ({ seconds: sample.seconds, megabytes: sample.heap }));
  return growthOf(points, { seconds, requests, tolerance: HEAP_TOLERANCE });
}

export function residentGrowth({ samples, seconds, requests }: Report): MemoryGrowth {
  const points = samples.all.map((sample) => ({ seconds: sample.seconds, megabytes: sample.resident }));
  return growthOf(points, { seconds, requests, tolerance: RESIDENT_TOLERANCE });
}

/** All counts of both processes together, by name. */
export function added(clients: readonly ClientResult[], what: "actions" | "statuses"): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const client of clients) {
    for (const [name, count] of Object.entries(client[what])) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

const COLUMNS: readonly Column[] = [{ title: "what", align: "left" }, { title: "figure", align: "left" }];

export function toTable(report: Report): string {
  const { seconds, requests, clients, samples, descriptors, stored } = report;
  const probes = samples.all.map(({ probe }) => probe).toSorted((a, b) => a - b);
  const highest = (of: (sample: Samples["all"][number]) => number) => Math.max(...samples.all.map(of));
  const certificates = clients.flatMap((client) => client.certificates).length;
  const revoked = clients.flatMap((client) => client.revoked).length;
  return formatTable(COLUMNS, [
    ["traffic", `${seconds.toFixed(0)} s, ${requests} requests, ${(requests / seconds).toFixed(0)} per second`],
    ["actions", listed(added(clients, "actions"))],
    ["answers", listed(added(clients, "statuses"))],
    ["live heap", growthText(heapGrowth(report))],
    [
      "resident memory",
      `${growthText(residentGrowth(report))}, highest ${highest(({ resident }) => resident).toFixed(1)}`,
    ],
    [
      "descriptors",
      `${descriptors.before} before, at most ${highest((s) => s.descriptors)}, ${descriptors.after} after`,
    ],
    [
      "database",
      `${highest(({ database }) => database).toFixed(1)} MB, WAL at most ${highest(({ wal }) => wal).toFixed(1)} MB`,
    ],
    [
      "a probe a second",
      `median ${median(probes).toFixed(0)} ms, 99 % ${quantile(probes, 0.99)} ms, most ${quantile(probes, 1)} ms`,
    ],
    ["certificates", `${certificates} acknowledged, ${stored.missingCertificates} missing`],
    ["revocations", `${revoked} acknowledged, ${stored.missingRevocations} missing`],
    ["integrity", stored.integrity.join("; ")],
    ["end", `status ${report.end.status} after ${report.end.seconds.toFixed(1)} s`],
  ]);
}

function growthText(growth: MemoryGrowth | undefined): string {
  if (growth === undefined) return "not looked at: a compiled program has no inspector";
  const { middle, last, limit } = growth;
  const change = last - middle;
  return `${middle.toFixed(2)} MB, then ${last.toFixed(2)} MB (${change < 0 ? "" : "+"}${change.toFixed(2)}, may be +${
    limit.toFixed(2)
  })`;
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts).toSorted(([a], [b]) => a < b ? -1 : 1).map(([name, count]) => `${name}: ${count}`).join(
    ", ",
  );
}

function quantile(sorted: readonly number[], part: number): string {
  return (sorted[Math.ceil(part * sorted.length) - 1] ?? NaN).toFixed(0);
}
