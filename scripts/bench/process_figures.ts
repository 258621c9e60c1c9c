/** What Linux tells about a process: CPU time and memory. */

/** Of `/proc/<pid>/stat`'s times: USER_HZ, which is 100 on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;

/** CPU seconds, user and system, of all its threads so far. In steps of 10 ms. */
export function cpuSeconds(pid: number | "self"): number {
  return parseCpuSeconds(Deno.readTextFileSync(`/proc/${pid}/stat`));
}

/** From a `stat` file (proc(5)): the 14th and 15th value, where the second one may hold blanks and brackets. */
export function parseCpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory in megabytes (10^6 bytes). */
export function residentMegabytes(pid: number): number {
  return parseResidentMegabytes(Deno.readTextFileSync(`/proc/${pid}/status`));
}

/** From the text of a `status` file (proc(5)). */
export function parseResidentMegabytes(status: string): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined) throw new Error("no VmRSS: has the process ended?");
  return Number(kibibytes) * 1024 / 1e6;
}
