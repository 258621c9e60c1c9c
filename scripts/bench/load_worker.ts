/** The process that puts load on a server: {@linkcode LoadJob} on standard input, {@linkcode LoadResult} on output. */
import { HttpClient } from "./http_client.ts";
import type { LoadJob, LoadResult } from "./load.ts";
import { cpuSeconds } from "./process_figures.ts";
import { readRequest } from "./requests.ts";

/** The next request, or undefined when there shall be none. */
type Next = () => { readonly index: number; readonly request: Uint8Array } | undefined;

const encoder = new TextEncoder();

async function run(job: LoadJob): Promise<LoadResult> {
  const requests = job.requests.map((text) => encoder.encode(text));
  const clients = Array.from({ length: job.connections }, (_, index) => {
    return new HttpClient(job.port, job.tls?.[index % job.tls.length]);
  });
  for (const client of clients) await client.connect();
  const refusals: number[] = [];
  const sendAll = (next: Next, durations: number[]) =>
    Promise.all(clients.map((client) => sendInTurn(client, next, { job, durations, refusals })));

  await sendAll(requestSource(requests, { from: 0, to: job.warmUp, until: Infinity }), []);
  const durations: number[] = [];
  const cpuBefore = cpuSeconds(job.pid);
  const start = performance.now();
  const until = start + job.maxSeconds * 1000;
  await sendAll(requestSource(requests, { from: job.warmUp, to: job.warmUp + job.count, until }), durations);
  const seconds = (performance.now() - start) / 1000;
  const endedAt = Date.now();
  const cpu = cpuSeconds(job.pid) - cpuBefore;
  for (const client of clients) client[Symbol.dispose]();
  return { seconds, endedAt, cpuSeconds: cpu, durations, refusals };
}

function requestSource(
  requests: readonly Uint8Array[],
  { from, to, until }: { from: number; to: number; until: number },
): Next {
  let index = from;
  return () => {
    const request = requests[index % requests.length];
    if (request === undefined || index >= to || performance.now() >= until) return undefined;
    return { index: index++ - from, request };
  };
}

interface Sent {
  readonly job: LoadJob;
  readonly durations: number[];
  readonly refusals: number[];
}

async function sendInTurn(client: HttpClient, next: Next, { job, durations, refusals }: Sent): Promise<void> {
  for (let one = next(); one !== undefined; one = next()) {
    const start = performance.now();
    const status = await sendWhole(client, one.request, job);
    durations[one.index] = performance.now() - start;
    if (status >= 400) refusals.push(status);
  }
}

/** The status of the last answer that belongs to the request. */
async function sendWhole(client: HttpClient, request: Uint8Array, { fetchFrom, port }: LoadJob): Promise<number> {
  const { status, location } = await client.send(request);
  if (fetchFrom === undefined || status >= 400) return status;
  return (await client.send(encoder.encode(readRequest(port, `${fetchFrom}${location}`)))).status;
}

const job: LoadJob = JSON.parse(await new Response(Deno.stdin.readable).text());
console.log(JSON.stringify(await run(job)));
