/** Issuing and renewing: alone and sixteen at a time, on an empty database and on full ones. */
import type { BenchContext } from "./bench_context.ts";
import { leastForIssuing, leastForRenewing, measureCosts } from "./costs.ts";
import type { Figure } from "./ledger.ts";
import { runLoad, throughput } from "./load.ts";
import type { BenchServer } from "./program.ts";
import { renewRequest, submitRequest } from "./requests.ts";
import type { Amounts } from "./seed.ts";

type LoadKind = "issue" | "renew";

const CONNECTIONS = 16;
const EMPTY: Amounts = { certificates: 0, revoked: 0 };

export async function measureIssuing(context: BenchContext): Promise<void> {
  await measureOperation(context, "issue", [{ ...EMPTY, certificates: context.scale.certificates }]);
}

export async function measureRenewing(context: BenchContext): Promise<void> {
  const { certificates, revoked } = context.scale;
  const full = [{ ...EMPTY, certificates }, { ...EMPTY, revoked: revoked.at(-1) ?? 0 }];
  await measureOperation(context, "renew", full);
}

async function measureOperation(
  context: BenchContext,
  operation: LoadKind,
  fullDatabases: readonly Amounts[],
): Promise<void> {
  const { rounds, fullRounds } = context.scale;
  await context.eachRound(EMPTY, rounds, async (server) => {
    await measureServer(context, server, { operation, amounts: EMPTY });
    if (server.program.name === "ours") await measureLeast(context, operation);
  });
  for (const amounts of fullDatabases) {
    await context.eachRound(amounts, fullRounds, (server) => measureServer(context, server, { operation, amounts }));
  }
  reportRest(context, operation);
}

async function measureServer(
  { scale, ledger, requests, holders }: BenchContext,
  server: BenchServer,
  { operation, amounts }: { readonly operation: LoadKind; readonly amounts: Amounts },
): Promise<void> {
  const { name, port } = server.program;
  const volumes = [[1, scale.issued.oneByOne], [CONNECTIONS, scale.issued.together]] as const;
  let used = 0;
  for (const [connections, volume] of volumes) {
    const count = volume[name];
    const warmUp = used === 0 ? scale.warmUp[name] : 0;
    const csrs = requests.slice(used, used += warmUp + count);
    const result = await runLoad(server, {
      connections,
      requests: await Promise.all(
        csrs.map((csr, index) =>
          operation === "issue" ? submitRequest(port, csr) : renewRequest(port, chosen(holders(name), index), csr)
        ),
      ),
      warmUp,
      count,
      maxSeconds: scale.maxSeconds,
    });
    ledger.add(figureOf(operation, connections, amounts), name, throughput(result));
  }
}

function chosen<T>(list: readonly T[], index: number): T {
  const one = list[index % list.length];
  if (one === undefined) throw new Error("nothing to choose from");
  return one;
}

function figureOf(operation: LoadKind, connections: number, amounts: Amounts): Figure {
  const together = connections > 1;
  const onEmpty = nameOf(operation, connections, EMPTY);
  const name = nameOf(operation, connections, amounts);
  const figure = { name, unit: "/s", better: "more" } as const;
  if (name !== onEmpty) return { ...figure, budget: { kind: "same as", figure: onEmpty } };
  return together ? { ...figure, budget: { kind: "reference", times: 5 } } : figure;
}

function nameOf(operation: LoadKind, connections: number, { certificates, revoked }: Amounts): string {
  const database = revoked > 0 ? `${revoked} revoked` : certificates > 0 ? `${certificates} stored` : "empty";
  return `${operation}, ${connections} conn., ${database}`;
}

const CPU = { unit: "ms CPU", better: "less" } as const;

/** What a request costs at the least, measured between the rounds: other programs slow this machine down for both. */
async function measureLeast({ scale, ledger }: BenchContext, operation: LoadKind): Promise<void> {
  const costs = await measureCosts(scale.costSeconds);
  const value = operation === "issue" ? leastForIssuing(costs) : leastForRenewing(costs);
  ledger.add({ ...CPU, name: leastName(operation) }, "ours", { value });
}

function leastName(operation: LoadKind): string {
  return `${operation}: crypto and commit by themselves`;
}

/** For all that is neither cryptography nor database, in milliseconds. */
const REST_BUDGET = 0.5;

/**
 * What a request costs our server beyond what it cannot do without; with many at once, commits are shared and cost
 * less.
 */
function reportRest({ ledger }: BenchContext, operation: LoadKind): void {
  const spent = ledger.medianCpuMs(nameOf(operation, CONNECTIONS, EMPTY), "ours");
  const least = ledger.median(leastName(operation), "ours");
  if (spent === undefined || least === undefined) return;
  const budget = { kind: "absolute", limit: REST_BUDGET } as const;
  ledger.add({ ...CPU, name: `${operation}: all the rest of a request`, budget }, "ours", { value: spent - least });
}
