/** Collects measurements by figure and program, in the order in which figures first appear. */
import { type Budget, budgetText, isMet } from "./budget.ts";
import { PROGRAM_NAMES, type ProgramName } from "./program_name.ts";
import { type Better, formatNumber, median, timesBetter } from "./statistics.ts";
import { type Column, formatTable } from "./table.ts";

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
  /** How long half and 99 of 100 of its requests took at most, in milliseconds. */
  readonly latency?: { readonly p50: number; readonly p99: number };
}

interface LedgerEntry {
  readonly figure: Figure;
  readonly samples: Readonly<Record<ProgramName, FigureSample[]>>;
}

const right = (title: string): Column => ({ title, align: "right" });
const left = (title: string): Column => ({ title, align: "left" });

const COLUMNS: readonly Column[] = [
  left(""),
  left("unit"),
  ...PROGRAM_NAMES.map(right),
  right("x step-ca"),
  right("x reference"),
  right("p50 ms"),
  right("step-ca's"),
  right("p99 ms"),
  right("step-ca's"),
  right("CPU ms"),
  right("step-ca's"),
  right("reference's"),
  right("CPU x step-ca"),
  left("budget"),
  left("met"),
];

export class BenchLedger {
  readonly #entries = new Map<string, LedgerEntry>();

  add(figure: Figure, program: ProgramName, sample: FigureSample): void {
    const entry = this.#entries.get(figure.name) ??
      { figure, samples: { "ours": [], "step-ca": [], "reference": [] } };
    this.#entries.set(figure.name, entry);
    entry.samples[program].push(sample);
  }

  /** The median of what was measured; undefined when nothing was. */
  median(figure: string, program: ProgramName): number | undefined {
    return this.#medianOf(figure, program, ({ value }) => value);
  }

  medianCpuMs(figure: string, program: ProgramName): number | undefined {
    return this.#medianOf(figure, program, ({ cpuMs }) => cpuMs);
  }

  /** Medians side by side. A ratio above 1 says that ours is better. */
  toTable(): string {
    return formatTable(COLUMNS, [...this.#entries.values()].map(({ figure }) => this.#row(figure)));
  }

  /** Everything, each single sample included. */
  toJson(): unknown {
    return [...this.#entries.values()].map(({ figure, samples }) => ({
      ...figure,
      ...Object.fromEntries(
        PROGRAM_NAMES.map((name) => [name, { median: this.median(figure.name, name), samples: samples[name] }]),
      ),
      met: this.#isMet(figure),
    }));
  }

  #row(figure: Figure): string[] {
    const { name, unit } = figure;
    const met = this.#isMet(figure);
    const p50 = (program: ProgramName) => show(this.#medianOf(name, program, ({ latency }) => latency?.p50));
    const p99 = (program: ProgramName) => show(this.#medianOf(name, program, ({ latency }) => latency?.p99));
    return [
      name,
      unit,
      ...PROGRAM_NAMES.map((program) => show(this.median(name, program))),
      this.#ratio(figure, "step-ca"),
      this.#ratio(figure, "reference"),
      ...[p50("ours"), p50("step-ca"), p99("ours"), p99("step-ca")],
      ...PROGRAM_NAMES.map((program) => show(this.medianCpuMs(name, program))),
      ratioText(this.medianCpuMs(name, "ours"), this.medianCpuMs(name, "step-ca"), "less"),
      budgetText(figure),
      met === undefined ? "" : met ? "yes" : "NO",
    ];
  }

  #ratio({ name, better }: Figure, other: ProgramName): string {
    return ratioText(this.median(name, "ours"), this.median(name, other), better);
  }

  #isMet(figure: Figure): boolean | undefined {
    return isMet(figure, (name, program) => this.median(name, program));
  }

  #medianOf(
    figure: string,
    program: ProgramName,
    what: (sample: FigureSample) => number | undefined,
  ): number | undefined {
    const values = (this.#entries.get(figure)?.samples[program] ?? []).flatMap((sample) => what(sample) ?? []);
    return values.length === 0 ? undefined : median(values);
  }
}

function ratioText(ours: number | undefined, theirs: number | undefined, better: Better): string {
  return ours === undefined || theirs === undefined ? "" : `${formatNumber(timesBetter(ours, theirs, better))}x`;
}

function show(value: number | undefined): string {
  return value === undefined ? "" : formatNumber(value);
}
