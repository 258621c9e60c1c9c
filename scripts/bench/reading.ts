/** Public reads: what every holder and verifier fetches, over and over. */
import type { BenchContext } from "./bench_context.ts";
import type { Figure } from "./ledger.ts";
import { runLoad, throughput } from "./load.ts";
import type { BenchServer } from "./program.ts";
import { CA_CERTIFICATE, CRL, readRequest } from "./requests.ts";
import type { Volume } from "./scale.ts";

interface Read {
  readonly figure: Figure;
  readonly target: string;
  readonly connections: number;
  readonly revoked: number;
  readonly volume: Volume;
}

export async function measureReading(context: BenchContext): Promise<void> {
  const { rounds, revoked } = context.scale;
  const most = revoked.at(-1) ?? 0;
  for (const entries of [0, most]) {
    const reads = readsOf(context, most).filter((read) => read.revoked === entries);
    await context.eachRound({ certificates: 0, revoked: entries }, rounds, async (server) => {
      for (const read of reads) await measureRead(context, server, read);
    });
  }
}

function readsOf({ scale: { reads, largeReads } }: BenchContext, most: number): readonly Read[] {
  const figure = { unit: "/s", better: "more" } as const;
  const small = { revoked: 0, volume: reads };
  const oneByOne = { ours: Math.ceil(reads.ours / 8), reference: Math.ceil(reads.reference / 2) };
  return [{
    figure: { ...figure, name: "CA certificate, 1 conn." },
    target: CA_CERTIFICATE,
    connections: 1,
    revoked: 0,
    volume: oneByOne,
  }, {
    figure: { ...figure, name: "CA certificate, 16 conn.", budget: { kind: "absolute", limit: 20_000 } },
    target: CA_CERTIFICATE,
    connections: 16,
    ...small,
  }, {
    figure: { ...figure, name: "CRL without entries, 16 conn." },
    target: CRL,
    connections: 16,
    ...small,
  }, {
    figure: { ...figure, name: `CRL of ${most} entries, 16 conn.` },
    target: CRL,
    connections: 16,
    revoked: most,
    volume: largeReads,
  }];
}

async function measureRead(
  { scale, ledger }: BenchContext,
  server: BenchServer,
  { figure, target, connections, volume }: Read,
): Promise<void> {
  const { name, port } = server.program;
  const result = await runLoad(server, {
    connections,
    requests: [readRequest(port, target)],
    warmUp: Math.ceil(volume[name] / 10),
    count: volume[name],
    maxSeconds: scale.maxSeconds,
  });
  ledger.add(figure, name, throughput(result));
}
