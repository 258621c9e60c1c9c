/** What a run must not show. */
import { isFlat } from "./growth.ts";
import { added, heapGrowth, type Report, residentGrowth } from "./report.ts";

/**
 * The only status from 500 up that is no fault of the server's: too many pending requests (spec: no 503, see
 * refusals.ts).
 */
const DOCUMENTED = ["507"];
/** Milliseconds: for a machine that does other things beside. */
const SLOWEST_PROBE = 10_000;
/**
 * Seconds: a server whose connections all end gives those that do not thirty, and ends in a tenth of one on an idle
 * machine.
 */
const LONGEST_END = 20;
/** Megabytes: SQLite takes the log back when it has four. */
const LARGEST_WAL = 64;

/** Lines of a stack, and what the runtime writes when it gives up. */
const STACK = /^\s+at .+:\d+:\d+\)?$|panicked at|^error: /m;

/** What is wrong with a run, as text; nothing when it is as it must be. */
export function breachesOf(report: Report): string[] {
  return [...traffic(report), ...memory(report), ...resources(report), ...data(report), ...end(report)];
}

function traffic({ clients, samples }: Report): string[] {
  const found = clients.filter(({ faultCount }) => faultCount > 0)
    .map(({ faults, faultCount }) => `${faultCount} actions went wrong, such as:\n  ${faults.join("\n  ")}`);
  const statuses = Object.entries(added(clients, "statuses"));
  for (const [status, count] of statuses) {
    if (Number(status) >= 500 && !DOCUMENTED.includes(status)) found.push(`${count} answers were ${status}`);
  }
  const slowest = Math.max(...samples.all.map(({ probe }) => probe));
  if (slowest > SLOWEST_PROBE) found.push(`a probe took ${slowest.toFixed(0)} ms`);
  return found;
}

function memory(report: Report): string[] {
  const found: string[] = [];
  for (
    const [what, growth] of [["live heap", heapGrowth(report)], ["resident memory", residentGrowth(report)]] as const
  ) {
    if (growth === undefined || isFlat(growth)) continue;
    const { middle, last, limit } = growth;
    found.push(`${what} grew by ${(last - middle).toFixed(2)} MB from ${middle.toFixed(2)}, over ${limit.toFixed(2)}`);
  }
  return found;
}

function resources({ descriptors: { before, after }, samples }: Report): string[] {
  const wal = Math.max(...samples.all.map((sample) => sample.wal));
  return [
    ...(after > before ? [`${after} descriptors are open after the traffic, ${before} were before`] : []),
    ...(wal > LARGEST_WAL ? [`the write-ahead log grew to ${wal.toFixed(0)} MB`] : []),
  ];
}

function data({ clients, stored }: Report): string[] {
  const found: string[] = [];
  if (!clients.some(({ certificates }) => certificates.length > 0)) found.push("no certificate was issued");
  if (!clients.some(({ revoked }) => revoked.length > 0)) found.push("nothing was revoked");
  if (stored.missingCertificates > 0) found.push(`${stored.missingCertificates} acknowledged certificates are missing`);
  if (stored.missingRevocations > 0) found.push(`${stored.missingRevocations} acknowledged revocations are missing`);
  if (stored.integrity.join() !== "ok") found.push(`the database is damaged: ${stored.integrity.join("; ")}`);
  return found;
}

function end({ end: { status, seconds }, complaints }: Report): string[] {
  return [
    ...(status !== 0 ? [`the server ended with status ${status}; it wrote:\n${complaints}`] : []),
    ...(seconds > LONGEST_END
      ? [`the server took ${seconds.toFixed(0)} s to end, though nobody used it any more`]
      : []),
    ...(STACK.test(complaints) ? [`the server wrote a stack:\n${complaints}`] : []),
  ];
}
