/** What waits: {@linkcode ProbeJob} on standard input, {@linkcode READY}, {@linkcode ProbeResult} on output. */
import { HttpClient } from "./http_client.ts";
import { type ProbeJob, type ProbeResult, READY } from "./stalls.ts";

async function run({ port, request, interval, warmUp }: ProbeJob): Promise<ProbeResult> {
  const bytes = new TextEncoder().encode(request);
  using client = new HttpClient(port);
  let hasEnded = false;
  Deno.addSignalListener("SIGTERM", () => hasEnded = true);
  for (let count = 0; count < warmUp; count++) await client.send(bytes);
  console.log(READY);
  let [longest, count] = [0, 0];
  for (; !hasEnded; count++) {
    await new Promise((resolve) => setTimeout(resolve, interval));
    const start = performance.now();
    await client.send(bytes);
    longest = Math.max(longest, performance.now() - start);
  }
  return { longest, count };
}

const job: ProbeJob = JSON.parse(await new Response(Deno.stdin.readable).text());
console.log(JSON.stringify(await run(job)));
Deno.exit();
