/** Issuing and renewing: alone and many at a time, with each kind of CA key, on an empty database and on full ones. */
import type { BenchContext } from "./bench_context.ts";
import { CA_KINDS, type CaKind } from "./ca_material.ts";
import { leastForIssuing, leastForRenewing, measureCosts } from "./costs.ts";
import type { Figure } from "./ledger.ts";
import { runLoad, throughput } from "./load.ts";
import type { BenchServer } from "./bench_server.ts";
import { issuedOver } from "./scale.ts";
import { type Amounts, amountsText, EMPTY, isEmpty } from "./seed.ts";

export type LoadKind = "issue" | "renew";

/** What is measured by one row for each number of connections. */
interface Operation {
  readonly kind: LoadKind;
  readonly caKind: CaKind;
  readonly amounts: Amounts;
}

/** The kind of CA key on whose databases there are rows with more in them, and figures of what a request costs. */
const USUAL: CaKind = "RSA-2048";
const MANY = 16;

export async function measureIssuing(context: BenchContext): Promise<void> {
  await measureOperation(context, "issue", filled(context));
}

export async function measureRenewing(context: BenchContext): Promise<void> {
  const most = context.scale.revoked.at(-1) ?? 0;
  const revoked = most > 0 ? [{ ...EMPTY, revoked: most }] : [];
  await measureOperation(context, "renew", [...filled(context), ...revoked]);
}

function filled({ scale: { stored } }: BenchContext): readonly Amounts[] {
  return stored.filter((certificates) => certificates > 0).map((certificates) => ({ ...EMPTY, certificates }));
}

async function measureOperation(context: BenchContext, kind: LoadKind, full: readonly Amounts[]): Promise<void> {
  const { rounds, fullRounds } = context.scale;
  for (const caKind of CA_KINDS) {
    const operation = { kind, caKind, amounts: EMPTY };
    await context.eachRound(operation, rounds, async (server) => {
      await measureServer(context, server, operation);
      if (server.program.name === "ours" && caKind === USUAL) await measureLeast(context, kind);
    });
  }
  for (const amounts of full) {
    const operation = { kind, caKind: USUAL, amounts };
    await context.eachRound(operation, fullRounds, (server) => measureServer(context, server, operation));
  }
  reportRest(context, kind);
}

async function measureServer(context: BenchContext, server: BenchServer, operation: Operation): Promise<void> {
  const { scale, ledger } = context;
  const { name } = server.program;
  let used = 0;
  for (const connections of scale.connections) {
    const count = issuedOver(scale, connections)[name];
    const warmUp = used === 0 ? scale.warmUp[name] : 0;
    const range = { from: used, to: used += warmUp + count };
    const requests = await requestsFor(context, server, { operation: operation.kind, ...range });
    const result = await runLoad(server, { connections, ...requests, warmUp, count, maxSeconds: scale.maxSeconds });
    ledger.add(figureOf(operation, connections), name, throughput(result));
  }
}

/** Those of the context's requests, as its protocol has them. */
export function requestsFor(
  context: BenchContext,
  { program }: BenchServer,
  { operation, from, to }: { readonly operation: LoadKind; readonly from: number; readonly to: number },
) {
  const requests = context.requests(program.caKind).slice(from, to);
  return operation === "issue" ? program.issue(requests) : program.renew(context.holders(program), requests);
}

/** How many times as fast as step-ca, over many connections; over one, the same for all. */
const TIMES: Readonly<Record<LoadKind, Partial<Record<CaKind, number>>>> = {
  issue: { "RSA-2048": 1.5, "P-256": 1.2 },
  renew: { "RSA-2048": 1.2 },
};
const TIMES_ALONE = 1.2;

function figureOf(operation: Operation, connections: number): Figure {
  const figure = { name: nameOf(operation, connections), unit: "/s", better: "more" } as const;
  if (!isEmpty(operation.amounts)) {
    return { ...figure, budget: { kind: "same as", figure: nameOf({ ...operation, amounts: EMPTY }, connections) } };
  }
  const many = TIMES[operation.kind][operation.caKind];
  const times = connections === 1 && operation.kind === "issue" ? TIMES_ALONE : connections === MANY ? many : undefined;
  return times === undefined ? figure : { ...figure, budget: { kind: "program", than: "step-ca", times } };
}

function nameOf({ kind, caKind, amounts }: Operation, connections: number): string {
  return `${kind}, ${caKind} CA, ${connections} conn.${isEmpty(amounts) ? "" : `, ${amountsText(amounts)}`}`;
}

const CPU = { unit: "ms CPU", better: "less" } as const;

/** What a request costs at the least, measured between the rounds: other programs slow this machine down for both. */
async function measureLeast({ scale, ledger }: BenchContext, kind: LoadKind): Promise<void> {
  const costs = await measureCosts(scale.costSeconds);
  const value = kind === "issue" ? leastForIssuing(costs) : leastForRenewing(costs);
  ledger.add({ ...CPU, name: leastName(kind) }, "ours", { value });
  // A batch of certificates needs one: what all commits together are bounded by.
  const disk = { name: "fdatasync of this disk", unit: "/s", better: "more" } as const;
  if (kind === "issue") ledger.add(disk, "ours", { value: costs.synchronisations });
}

function leastName(kind: LoadKind): string {
  return `${kind}, ${USUAL} CA: crypto and commit by themselves`;
}

/** For all that is neither cryptography nor database, in milliseconds. */
const REST_BUDGET = 0.5;

/** What a request costs beyond what it cannot do without; with many at once, commits are shared and cost less. */
function reportRest({ ledger }: BenchContext, kind: LoadKind): void {
  const spent = ledger.medianCpuMs(nameOf({ kind, caKind: USUAL, amounts: EMPTY }, MANY), "ours");
  const least = ledger.median(leastName(kind), "ours");
  if (spent === undefined || least === undefined) return;
  const budget = { kind: "absolute", limit: REST_BUDGET } as const;
  ledger.add({ ...CPU, name: `${kind}, ${USUAL} CA: all the rest of a request`, budget }, "ours", {
    value: spent - least,
  });
}
