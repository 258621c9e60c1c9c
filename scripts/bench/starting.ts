/** From the start of the process to its first answer, on all kinds of databases; and what it then holds in memory. */
import type { BenchContext, Setting } from "./bench_context.ts";
import type { Budget } from "./budget.ts";
import type { Figure } from "./ledger.ts";
import { residentMegabytes } from "./process_figures.ts";
import { amountsText, EMPTY, isEmpty } from "./seed.ts";

/** What a server does after its first answer should be over by then. Milliseconds. */
const REST = 1500;

export async function measureStarting(context: BenchContext): Promise<void> {
  const { stored, revoked } = context.scale;
  const [certificates = 0, most = 0] = [stored.at(-1), revoked.at(-1)];
  const databases: readonly Setting["amounts"][] = [
    ...["new" as const, EMPTY],
    ...(certificates > 0 ? [{ ...EMPTY, certificates }] : []),
    ...(most > 0 ? [{ ...EMPTY, revoked: most }] : []),
  ];
  for (const amounts of databases) await measureDatabase(context, amounts);
}

async function measureDatabase({ scale, ledger, eachRound }: BenchContext, amounts: Setting["amounts"]): Promise<void> {
  const { start, memory } = figuresOf(amounts);
  await eachRound({ caKind: "RSA-2048", amounts }, scale.starts, async ({ program, pid, startMs }, round) => {
    ledger.add(start, program.name, { value: startMs });
    // Once is enough: it hardly varies, and takes its time.
    if (round > 0 || amounts === "new") return;
    await new Promise((resolve) => setTimeout(resolve, REST));
    ledger.add(memory, program.name, { value: residentMegabytes(pid) });
  });
}

function figuresOf(amounts: Setting["amounts"]): { readonly start: Figure; readonly memory: Figure } {
  const database = amounts === "new" ? "new database" : amountsText(amounts);
  const less = { better: "less" } as const;
  const atMost = (limit: number): Budget => ({ kind: "absolute", limit });
  return {
    start: {
      ...{ name: `start to first answer, ${database}`, unit: "ms", ...less },
      budget: atMost(amounts === "new" ? 250 : 120),
    },
    memory: {
      ...{ name: `memory at rest, ${database}`, unit: "MB", ...less },
      ...(amounts !== "new" && isEmpty(amounts) && { budget: atMost(70) }),
    },
  };
}
