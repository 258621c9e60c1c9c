/** Collects measurements by figure and program, in the order in which figures first appear. */
import { type Budget, budgetText, isMet, type Medians } from "./budget.ts";
import { type Better, formatNumber, median, timesBetter } from "./statistics.ts";
import { type Column, formatTable } from "./table.ts";

export type ProgramName = "ours" | "reference";

/** Something that is measured, often. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly better: Better;
  readonly budget?: Budget;
}

export interface FigureSample {
  /** In the figure's unit. */
  readonly value: number;
  /** CPU that the server's process spent on each request, in milliseconds, where that was measured. */
  readonly cpuMs?: number;
}

interface LedgerEntry {
  readonly figure: Figure;
  readonly samples: Readonly<Record<ProgramName, FigureSample[]>>;
}

const COLUMNS: readonly Column[] = [
  { title: "", align: "left" },
  { title: "unit", align: "left" },
  { title: "ours", align: "right" },
  { title: "reference", align: "right" },
  { title: "ratio", align: "right" },
  { title: "CPU ms/request", align: "right" },
  { title: "reference's", align: "right" },
  { title: "budget", align: "left" },
  { title: "met", align: "left" },
];

export class BenchLedger {
  readonly #entries = new Map<string, LedgerEntry>();

  add(figure: Figure, program: ProgramName, sample: FigureSample): void {
    const entry = this.#entries.get(figure.name) ?? { figure, samples: { ours: [], reference: [] } };
    this.#entries.set(figure.name, entry);
    entry.samples[program].push(sample);
  }

  /** The median of what was measured; undefined when nothing was. */
  median(figure: string, program: ProgramName): number | undefined {
    return medianOf(this.#samples(figure, program).map(({ value }) => value));
  }

  medianCpuMs(figure: string, program: ProgramName): number | undefined {
    return medianOf(this.#samples(figure, program).flatMap(({ cpuMs }) => cpuMs ?? []));
  }

  /** Medians side by side. A ratio above 1 says that ours is better. */
  toTable(): string {
    return formatTable(COLUMNS, [...this.#entries.values()].map(({ figure }) => this.#row(figure)));
  }

  /** Everything, each single sample included. */
  toJson(): unknown {
    return [...this.#entries.values()].map(({ figure, samples }) => ({
      ...figure,
      ours: { median: this.median(figure.name, "ours"), samples: samples.ours },
      reference: { median: this.median(figure.name, "reference"), samples: samples.reference },
      met: isMet(figure, this.#medians),
    }));
  }

  readonly #medians: Medians = {
    ours: (figure) => this.median(figure, "ours"),
    reference: (figure) => this.median(figure, "reference"),
  };

  #row(figure: Figure): string[] {
    const { name, unit, better } = figure;
    const [ours, reference] = [this.median(name, "ours"), this.median(name, "reference")];
    const ratio = ours === undefined || reference === undefined ? undefined : timesBetter(ours, reference, better);
    const met = isMet(figure, this.#medians);
    return [
      name,
      unit,
      show(ours),
      show(reference),
      ratio === undefined ? "" : `${formatNumber(ratio)}x`,
      show(this.medianCpuMs(name, "ours")),
      show(this.medianCpuMs(name, "reference")),
      budgetText(figure),
      met === undefined ? "" : met ? "yes" : "NO",
    ];
  }

  #samples(figure: string, program: ProgramName): readonly FigureSample[] {
    return this.#entries.get(figure)?.samples[program] ?? [];
  }
}

function medianOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : median(values);
}

function show(value: number | undefined): string {
  return value === undefined ? "" : formatNumber(value);
}
