/** A revocation, and the CRL that follows it, with more and more entries there already; and the memory that takes. */
import type { BenchContext } from "./bench_context.ts";
import type { Figure } from "./ledger.ts";
import { runLoad } from "./load.ts";
import { residentMegabytes } from "./process_figures.ts";
import type { BenchServer } from "./bench_server.ts";
import { CRL, readRequest, revokeRequest } from "./requests.ts";
import { EMPTY } from "./seed.ts";
import { median } from "./statistics.ts";

/** Milliseconds for a revocation and the next CRL together, whatever the number of entries. */
const TOGETHER_BUDGET = 50;

export async function measureRevoking(context: BenchContext): Promise<void> {
  const { revoked, rounds } = context.scale;
  for (const entries of revoked) {
    await context.eachRound(
      { caKind: "RSA-2048", amounts: { ...EMPTY, revoked: entries } },
      rounds,
      (server) => measureServer(context, server, entries),
    );
  }
}

/** One connection: revoke, fetch the CRL, revoke the next one, and so on. */
async function measureServer(context: BenchContext, server: BenchServer, entries: number): Promise<void> {
  const { ledger, scale, holders } = context;
  const { name, port, isCaucase } = server.program;
  if (!isCaucase) return;
  const count = scale.revocations[name];
  const read = readRequest(port, CRL);
  const revocations = await Promise.all(
    holders(server.program).slice(0, count + 1).map((holder) => revokeRequest(port, holder)),
  );
  const { durations, cpuSeconds } = await runLoad(server, {
    connections: 1,
    requests: revocations.flatMap((revocation) => [revocation, read]),
    // The first revocation after a start reads the list from the database.
    warmUp: 2,
    count: 2 * count,
    maxSeconds: 10 * scale.maxSeconds,
  });
  const revoke = median(durations.filter((_, index) => index % 2 === 0));
  const fetch = median(durations.filter((_, index) => index % 2 === 1));
  const figures = figuresOf(entries);
  ledger.add(figures.revoke, name, { value: revoke });
  ledger.add(figures.fetch, name, { value: fetch });
  ledger.add(figures.together, name, { value: revoke + fetch, cpuMs: cpuSeconds * 1000 / count });
  ledger.add(figures.memory, name, { value: residentMegabytes(server.pid) });
}

function figuresOf(entries: number): Readonly<Record<"revoke" | "fetch" | "together" | "memory", Figure>> {
  const time = { unit: "ms", better: "less" } as const;
  return {
    revoke: { ...time, name: `revoke, ${entries} revoked` },
    fetch: { ...time, name: `then the next CRL, ${entries} revoked` },
    together: {
      ...time,
      name: `both together, ${entries} revoked`,
      budget: { kind: "absolute", limit: TOGETHER_BUDGET },
    },
    memory: { name: `memory after that, ${entries} revoked`, unit: "MB", better: "less" },
  };
}
