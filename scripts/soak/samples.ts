/** Looks at a server once a second: how much it holds, and how long it takes to answer. */
import * as path from "node:path";
import { residentMegabytes } from "../bench/process_figures.ts";
import { RawClient } from "../../tests/support/raw_client.ts";
import type { HeapProbe } from "./heap.ts";
import { DATABASE, type SoakServer } from "./soak_server.ts";
import { elapsed } from "./traffic.ts";

export interface Sample {
  /** Since the beginning of the traffic. */
  readonly seconds: number;
  /** Resident memory in megabytes (10^6 bytes). */
  readonly resident: number;
  readonly descriptors: number;
  /** Megabytes. */
  readonly database: number;
  readonly wal: number;
  /** From connecting to the whole answer, in milliseconds. */
  readonly probe: number;
}

/** Live heap, in megabytes. */
export interface HeapSample {
  readonly seconds: number;
  readonly heap: number;
}

export interface Samples {
  readonly all: readonly Sample[];
  /** Empty where the heap cannot be looked at. */
  readonly heaps: readonly HeapSample[];
}

/** Milliseconds. */
const INTERVAL = 1000;
/** Collecting garbage stops the server, so that is done this often in all. */
const HEAP_SAMPLES = 24;

/** Takes samples until `traffic` ends, which must be some `seconds` from now. */
export async function takeSamples(
  server: SoakServer,
  { seconds, traffic }: { readonly seconds: number; readonly traffic: Promise<unknown> },
): Promise<Samples> {
  const all: Sample[] = [];
  const heaps: HeapSample[] = [];
  const start = performance.now();
  let ended = false;
  const end = traffic.catch(() => undefined).finally(() => ended = true);
  for (let next = start; !ended; next = Math.max(performance.now(), next + INTERVAL)) {
    await Promise.race([end, elapsed(next - performance.now())]);
    const since = (performance.now() - start) / 1000;
    // What follows when the time is over is only the rest of slow actions.
    if (ended || since > seconds) continue;
    all.push(await sampleOf(server, since));
    const due = heaps.length * seconds / HEAP_SAMPLES <= since;
    if (due && server.heap !== undefined) heaps.push({ seconds: since, heap: await megabytesOf(server.heap) });
  }
  return { all, heaps };
}

async function megabytesOf(heap: HeapProbe): Promise<number> {
  return await heap.bytes() / 1e6;
}

async function sampleOf({ process }: SoakServer, seconds: number): Promise<Sample> {
  const database = path.join(process.folder, DATABASE);
  return {
    seconds,
    resident: residentMegabytes(process.process.pid),
    descriptors: openDescriptors(process.process.pid),
    database: Deno.statSync(database).size / 1e6,
    wal: Deno.statSync(`${database}-wal`).size / 1e6,
    probe: await probe(process.port),
  };
}

export function openDescriptors(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

/** The smallest number of open descriptors within `seconds`, or the first that is at most `wanted`. */
export async function leastDescriptors(pid: number, seconds: number, wanted = 0): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < seconds * 10 && least > wanted; look++) {
    await elapsed(100);
    least = Math.min(least, openDescriptors(pid));
  }
  return least;
}

/** @throws Error when the server does not answer as it must */
async function probe(port: number): Promise<number> {
  const start = performance.now();
  using client = await RawClient.tcp(port);
  client.request("GET", "/cas/crt/ca.crt.pem");
  const { status } = await client.response();
  if (status !== 200) throw new Error(`a probe was answered ${status}`);
  return performance.now() - start;
}
