/** One run: a server, its users, its observers, and what is left when all have gone. */
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { NetworkDesk } from "../../tests/support/network_desk.ts";
import { RunningProcess } from "../../tests/support/process.ts";
import type { ServerProcess } from "../../tests/support/server_process.ts";
import type { ClientJob, ClientResult } from "./job.ts";
import type { SoakOptions } from "./options.ts";
import { makePeople } from "./people.ts";
import type { Report } from "./report.ts";
import { leastDescriptors, takeSamples } from "./samples.ts";
import { ACCESS_LOG, DATABASE, type SoakServer, startSoakServer } from "./soak_server.ts";
import { lookUp } from "./stored.ts";

const CLIENT = fileURLToPath(new URL("client.ts", import.meta.url));

/** Of the rate: well-behaved clients, and the others. */
const SHARES = { good: 2 / 3, bad: 1 / 3 } as const;

/** Milliseconds: more than the server itself gives to what still runs. */
const STOP_GRACE = 60_000;

/** Seconds: to see how many descriptors are open without traffic, and until they must be as many again. */
const BEFORE = 3;
const AFTER = 30;

/** Puts a server in `folder` under traffic, and ends it. */
export async function soak(options: SoakOptions, folder: string): Promise<Report> {
  const server = await startSoakServer(folder);
  await using process = server.process;
  const jobs = await clientJobs(options, process.port);
  const { pid } = process.process;
  const before = await leastDescriptors(pid, BEFORE);
  const seconds = options.minutes * 60;
  const { clients, samples } = await underTraffic(server, { jobs, seconds });
  const after = await leastDescriptors(pid, AFTER, before);
  await server.heap?.close();
  const { end, complaints } = await endOf(process);
  const log = await Deno.readTextFile(path.join(folder, ACCESS_LOG));
  const [certificates, revoked] = [clients.flatMap((c) => c.certificates), clients.flatMap((c) => c.revoked)];
  return {
    ...{ seconds, clients, samples, descriptors: { before, after }, end, complaints },
    requests: log.split("\n").length - 1,
    stored: await lookUp(path.join(folder, DATABASE), { certificates, revoked }),
  };
}

async function endOf({ process }: ServerProcess) {
  const start = performance.now();
  const { status, err } = await process.stop("SIGTERM", STOP_GRACE);
  return { end: { status, seconds: (performance.now() - start) / 1000 }, complaints: err };
}

async function clientJobs({ minutes, rate, seed }: SoakOptions, port: number): Promise<ClientJob[]> {
  using desk = new NetworkDesk(port);
  const people = await makePeople(desk);
  return (["good", "bad"] as const).map((role) => {
    return { role, port, seconds: minutes * 60, rate: rate * SHARES[role], seed, people };
  });
}

async function underTraffic(
  server: SoakServer,
  { jobs, seconds }: { readonly jobs: readonly ClientJob[]; readonly seconds: number },
) {
  await using processes = new AsyncDisposableStack();
  const traffic = Promise.all(jobs.map((job) => resultOf(processes.use(startClient(job, server.process.folder)))));
  // Whichever fails first tells why; the others are ended with the block.
  const [clients, samples] = await Promise.all([traffic, takeSamples(server, { seconds, traffic })]);
  return { clients, samples };
}

function startClient(job: ClientJob, cwd: string): RunningProcess {
  return new RunningProcess([Deno.execPath(), "run", "--allow-all", CLIENT], { cwd }, JSON.stringify(job));
}

async function resultOf(client: RunningProcess): Promise<ClientResult> {
  const { status, out, err } = await client.ended;
  if (status !== 0) throw new Error(`a client failed:\n${err}`);
  return JSON.parse(out);
}
