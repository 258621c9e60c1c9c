/** The first CRL, a revocation and the CRL after it, with more and more entries; what others wait; and the memory. */
import type { BenchContext } from "./bench_context.ts";
import type { BenchServer } from "./bench_server.ts";
import type { Budget } from "./budget.ts";
import type { Figure } from "./ledger.ts";
import { runLoad } from "./load.ts";
import { residentMegabytes } from "./process_figures.ts";
import { CRL, readRequest, revokeRequest } from "./requests.ts";
import { EMPTY } from "./seed.ts";
import { longestWait } from "./stalls.ts";
import { median } from "./statistics.ts";

export async function measureRevoking(context: BenchContext): Promise<void> {
  const { revoked, rounds } = context.scale;
  for (const entries of revoked) {
    const setting = { caKind: "RSA-2048", amounts: { ...EMPTY, revoked: entries } } as const;
    await context.eachRound(setting, rounds, async (server) => {
      if (server.program.isCaucase) await measureServer(context, server, entries);
    });
  }
}

async function measureServer(context: BenchContext, server: BenchServer, entries: number): Promise<void> {
  const { ledger } = context;
  const { name } = server.program;
  const figures = figuresOf(entries);
  const size = await fetchCrl(server);
  ledger.add(figures.first, name, { value: performance.now() - server.startedAt });
  ledger.add(figures.size, name, { value: size / 1e6 });
  const { revoke, fetch, wait, cpuMs } = await revokeAndFetch(context, server);
  ledger.add(figures.revoke, name, { value: revoke });
  ledger.add(figures.fetch, name, { value: fetch });
  ledger.add(figures.together, name, { value: revoke + fetch, cpuMs });
  ledger.add(QUIET, name, { value: await longestWait(server, () => resting(QUIET_MS)) });
  ledger.add(figures.wait, name, { value: wait });
  ledger.add(figures.memory, name, { value: residentMegabytes(server.pid) });
}

/** Its bytes. */
async function fetchCrl({ program: { port } }: BenchServer): Promise<number> {
  return (await (await fetch(`http://127.0.0.1:${port}${CRL}`)).bytes()).length;
}

/** One connection: revoke, fetch the CRL, revoke the next one, and so on. Then again with others, who cost time. */
async function revokeAndFetch({ scale, holders }: BenchContext, server: BenchServer) {
  const { name, port } = server.program;
  const count = scale.revocations[name];
  const read = readRequest(port, CRL);
  const revocations = await Promise.all(
    holders(server.program).slice(0, 2 * count + 1).map((holder) => revokeRequest(port, holder)),
  );
  const revokeEach = (from: number, to: number, warmUp: number) =>
    runLoad(server, {
      connections: 1,
      requests: revocations.slice(from, to).flatMap((revocation) => [revocation, read]),
      warmUp,
      count: 2 * count,
      maxSeconds: 10 * scale.maxSeconds,
    });
  // The first revocation after a start reads the list from the database.
  const { durations, cpuSeconds } = await revokeEach(0, count + 1, 2);
  const wait = await longestWait(server, async () => void await revokeEach(count + 1, 2 * count + 1, 0));
  return {
    revoke: median(durations.filter((_, index) => index % 2 === 0)),
    fetch: median(durations.filter((_, index) => index % 2 === 1)),
    wait,
    cpuMs: cpuSeconds * 1000 / count,
  };
}

/** What a busy machine makes others wait for, whatever the server does. */
const QUIET: Figure = { name: "others wait at most, nothing happens", unit: "ms", better: "less" };
const QUIET_MS = 500;

async function resting(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

type Measured = "first" | "revoke" | "fetch" | "together" | "wait" | "memory" | "size";

/** From here on, what is in one piece with a CRL is what counts. */
const LARGE = 1_000_000;

function figuresOf(entries: number): Readonly<Record<Measured, Figure>> {
  const [time, space] = [{ unit: "ms", better: "less" }, { unit: "MB", better: "less" }] as const;
  const atMost = (limit: number): Budget => ({ kind: "absolute", limit });
  const isLarge = entries >= LARGE;
  const size = `size of the CRL, ${entries} revoked`;
  return {
    first: { ...time, name: `start to first CRL, ${entries} revoked`, budget: atMost(1500) },
    revoke: { ...time, name: `revoke, ${entries} revoked` },
    fetch: { ...time, name: `then the next CRL, ${entries} revoked` },
    together: { ...time, name: `both together, ${entries} revoked`, budget: atMost(isLarge ? 250 : 30) },
    wait: { ...time, name: `others wait at most meanwhile, ${entries} revoked`, budget: atMost(20) },
    size: { ...space, name: size },
    memory: {
      ...{ ...space, name: `memory after that, ${entries} revoked` },
      ...(isLarge && { budget: { kind: "multiple", of: size, times: 4 } as const }),
    },
  };
}
