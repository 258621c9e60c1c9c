/** What an entry says in the log: each line with its name, and what stays the same for long only once. */
import { CaucaseError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";

export class Voice {
  /** By what they are about: the last thing that was said. */
  readonly #said = new Map<string, string>();

  constructor(private readonly log: Log, private readonly name: string) {}

  info(news: string): void {
    this.log.info("updater.news", { name: this.name, news });
  }

  warning(news: string): void {
    this.log.warning("updater.noticed", { name: this.name, news });
  }

  /** A refusal is a warning, a bug an error with its stack. */
  report(error: unknown): void {
    const { name } = this;
    if (error instanceof CaucaseError) this.log.warning("updater.refused", { name, error });
    else this.log.error("updater.failed", { name, error });
  }

  /** Warns, unless the same was said about `subject` in this run, and nothing else about it since. */
  once(subject: string, news: string | CaucaseError): void {
    const text = typeof news === "string" ? news : news.message;
    if (this.#said.get(subject) === text) return;
    this.#said.set(subject, text);
    if (typeof news === "string") this.warning(news);
    else this.report(news);
  }

  /** That trouble is over: the next of its kind is said again. */
  over(subject: string): void {
    this.#said.delete(subject);
  }
}
