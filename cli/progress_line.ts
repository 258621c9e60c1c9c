/** One line on the terminal that says how far a long piece of work is, and is gone when it ends. */
import type { Progress } from "../core/progress.ts";

/** Where it is shown. */
export interface Screen {
  write(text: string): void;
  /** How many characters a line has. */
  columns(): number;
}

/** Between two states of the line, in milliseconds. */
const PAUSE = 200;

export class ProgressLine implements Disposable {
  /** Characters that stand there. */
  #length = 0;
  #shownAt = -Infinity;

  /** Shows nothing without a screen. `now` is in milliseconds, from anywhere. */
  constructor(private readonly screen: Screen | undefined, private readonly now: () => number) {}

  /** Shows how far it is, unless that was shown just now. */
  show(progress: Progress): void {
    const now = this.now();
    if (this.screen === undefined || now - this.#shownAt < PAUSE) return;
    this.#shownAt = now;
    // The last column stays free: some terminals begin a new line there.
    const line = progressText(progress, this.screen.columns() - 1);
    this.screen.write(`\r${line.padEnd(this.#length)}`);
    this.#length = line.length;
  }

  /** Takes the line away: before anything else is written, and at the end. */
  clear(): void {
    if (this.#length > 0) this.screen?.write(`\r${" ".repeat(this.#length)}\r`);
    this.#length = 0;
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}

/** `Reading a.caucased: 1.5 of 6.0 MB (25 %)`, in so many characters at most: what is cut off is what is being done. */
export function progressText(progress: Progress, width: number): string {
  const figures = figuresText(progress);
  // Anything but ASCII may be wider than it is long, or steer the terminal.
  const task = progress.task.replace(/[^\x20-\x7e]/g, "?");
  const room = width - figures.length - 2;
  if (task.length <= room) return `${task}: ${figures}`;
  return room > 3 ? `${task.slice(0, room - 3)}...: ${figures}` : figures.slice(0, Math.max(width, 0));
}

function figuresText({ done, total, unit }: Progress): string {
  const scale = scaleOf(unit, total ?? done);
  if (total === undefined) return `${scale.text(done)} ${scale.name}`;
  // A file may grow while it is read.
  const percent = total === 0 ? 100 : Math.min(100, Math.floor(100 * done / total));
  return `${scale.text(done)} of ${scale.text(total)} ${scale.name} (${percent} %)`;
}

function scaleOf(unit: Progress["unit"], largest: number): { name: string; text: (count: number) => string } {
  if (unit !== "bytes") return { name: unit, text: String };
  if (largest < 1e6) return { name: "kB", text: (count) => (count / 1e3).toFixed(0) };
  return { name: "MB", text: (count) => (count / 1e6).toFixed(1) };
}
