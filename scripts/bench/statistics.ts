/** The few numbers that a series of measurements is boiled down to. */

/** Whether a larger value is the better one. */
export type Better = "more" | "less";

/**
 * The middle value; the mean of the two in the middle where their count is even.
 * @throws Error for no values: nothing was measured
 */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new Error("no values to take the median of");
  return (lower + upper) / 2;
}

/**
 * The smallest value that `percent` of all values do not exceed.
 * @throws Error for no values: nothing was measured
 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * percent / 100) - 1)];
  if (value === undefined) throw new Error("no values to take a percentile of");
  return value;
}

/** How many times better `ours` is than `other`: above 1 is better, whichever way the values count. */
export function timesBetter(ours: number, other: number, better: Better): number {
  return better === "more" ? ours / other : other / ours;
}

/** Three significant digits, and never an exponent: `21300`, `4.56`, `0.0123`. */
export function formatNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const digits = 2 - Math.floor(Math.log10(Math.abs(value)));
  if (digits >= 0) return value.toFixed(Math.min(digits, 6));
  const unit = 10 ** -digits;
  return String(Math.round(value / unit) * unit);
}
