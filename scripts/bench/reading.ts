/** Public reads: what every holder and verifier fetches, over and over. */
import type { BenchContext } from "./bench_context.ts";
import type { Figure } from "./ledger.ts";
import { runLoad, throughput } from "./load.ts";
import type { BenchServer } from "./bench_server.ts";
import type { Program } from "./program.ts";
import { CRL, readRequest } from "./requests.ts";
import type { Volume } from "./scale.ts";
import { EMPTY } from "./seed.ts";

interface Read {
  readonly figure: Figure;
  /** Undefined for a program that has nothing of the kind. */
  target(program: Program): string | undefined;
  readonly connections: number;
  readonly revoked: number;
  readonly volume: Volume;
}

export async function measureReading(context: BenchContext): Promise<void> {
  const { rounds, revoked } = context.scale;
  const most = revoked.at(-1) ?? 0;
  for (const entries of new Set([0, most])) {
    const reads = readsOf(context, most).filter((read) => read.revoked === entries);
    const setting = { caKind: "RSA-2048", amounts: { ...EMPTY, revoked: entries } } as const;
    await context.eachRound(setting, rounds, async (server) => {
      for (const read of reads) await measureRead(context, server, read);
    });
  }
}

function readsOf({ scale: { reads, largeReads } }: BenchContext, most: number): readonly Read[] {
  const figure = { unit: "/s", better: "more" } as const;
  const certificate = {
    target: ({ caCertificate }: Program) => caCertificate,
    revoked: 0,
  };
  const crl = {
    connections: 16,
    target: ({ isCaucase }: Program) => isCaucase ? CRL : undefined,
  };
  const budget = { kind: "program", than: "step-ca", times: 1.2 } as const;
  return [
    { figure: { ...figure, name: "CA certificate, 1 conn." }, ...certificate, connections: 1, volume: fewer(reads) },
    { figure: { ...figure, name: "CA certificate, 16 conn.", budget }, ...certificate, connections: 16, volume: reads },
    { figure: { ...figure, name: "CRL without entries, 16 conn." }, ...crl, revoked: 0, volume: reads },
    { figure: { ...figure, name: `CRL of ${most} entries, 16 conn.` }, ...crl, revoked: most, volume: largeReads },
  ];
}

/** Over one connection. */
function fewer(reads: Volume): Volume {
  const eighth = (count: number) => Math.ceil(count / 8);
  return {
    "ours": eighth(reads.ours),
    "step-ca": eighth(reads["step-ca"]),
    "reference": Math.ceil(reads.reference / 2),
  };
}

async function measureRead(
  { scale, ledger }: BenchContext,
  server: BenchServer,
  { figure, target, connections, volume }: Read,
): Promise<void> {
  const { name, port, tls } = server.program;
  const read = target(server.program);
  if (read === undefined) return;
  const result = await runLoad(server, {
    connections,
    requests: [readRequest(port, read)],
    ...(tls && { tls: [tls] }),
    warmUp: Math.ceil(volume[name] / 10),
    count: volume[name],
    maxSeconds: scale.maxSeconds,
  });
  ledger.add(figure, name, throughput(result));
}
