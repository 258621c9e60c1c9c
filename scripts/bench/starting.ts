/** From the start of the process to its first answer, on databases that exist; and what it then holds in memory. */
import type { BenchContext } from "./bench_context.ts";
import type { Figure } from "./ledger.ts";
import { residentMegabytes } from "./process_figures.ts";
import type { Amounts } from "./seed.ts";

/** What a server does after its first answer should be over by then. Milliseconds. */
const REST = 1500;

export async function measureStarting(context: BenchContext): Promise<void> {
  const { certificates, revoked } = context.scale;
  const databases = [
    { certificates: 0, revoked: 0 },
    { certificates, revoked: 0 },
    { certificates: 0, revoked: revoked.at(-1) ?? 0 },
  ];
  for (const amounts of databases) await measureDatabase(context, amounts);
}

async function measureDatabase({ scale, ledger, eachRound }: BenchContext, amounts: Amounts): Promise<void> {
  const { start, memory } = figuresOf(amounts);
  await eachRound(amounts, scale.starts, async ({ program, pid, startMs }, round) => {
    ledger.add(start, program.name, { value: startMs });
    // Once is enough: it hardly varies, and takes its time.
    if (round > 0) return;
    await new Promise((resolve) => setTimeout(resolve, REST));
    ledger.add(memory, program.name, { value: residentMegabytes(pid) });
  });
}

function figuresOf({ certificates, revoked }: Amounts): { readonly start: Figure; readonly memory: Figure } {
  const database = revoked > 0 ? `${revoked} revoked` : certificates > 0 ? `${certificates} stored` : "empty";
  return {
    start: {
      name: `start to first answer, ${database}`,
      unit: "ms",
      better: "less",
      budget: { kind: "absolute", limit: 300 },
    },
    memory: {
      name: `memory at rest, ${database}`,
      unit: "MB",
      better: "less",
      ...(revoked === 0 && { budget: { kind: "absolute", limit: 100 } as const }),
    },
  };
}
