/** Gauges and counters whose values are read when metrics are gathered, and not kept in between. */
import { Counter, Gauge, type Registry } from "prom-client";

/** What is known now: a value with its labels. An undefined one is left out. */
export type Sample<Label extends string> = readonly [
  value: number | undefined,
  labels?: Readonly<Record<Label, string>>,
];

/** What a metric is. */
export interface Described<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Label[];
}

/** Takes all samples of a metric, in the place of those that it had. */
export type Show<Label extends string> = (...samples: readonly Sample<Label>[]) => void;

/** A gauge in `registry` that shows what it was told last. */
export function shownGauge<Label extends string = never>(registry: Registry, about: Described<Label>): Show<Label> {
  const { name, help, labels = [] } = about;
  const gauge = new Gauge<Label>({ name, help, labelNames: labels, registers: [registry] });
  return showing(gauge, labels, (value, of) => gauge.set(of, value));
}

/** The same for totals that somebody else keeps: they never fall. */
export function shownCounter<Label extends string = never>(registry: Registry, about: Described<Label>): Show<Label> {
  const { name, help, labels = [] } = about;
  const counter = new Counter<Label>({ name, help, labelNames: labels, registers: [registry] });
  return showing(counter, labels, (value, of) => counter.inc(of, value));
}

function showing<Label extends string>(
  metric: Gauge<Label> | Counter<Label>,
  names: readonly Label[],
  add: (value: number, labels: Partial<Record<Label, string>>) => void,
): Show<Label> {
  const show: Show<Label> = (...samples) => {
    metric.reset();
    // Without labels it would show 0 until it is told something.
    if (names.length === 0) metric.remove();
    for (const [value, labels = {}] of samples) if (value !== undefined) add(value, labels);
  };
  show();
  return show;
}
