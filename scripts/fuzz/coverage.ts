/** Which blocks of the program ran, as the engine counts them. */
import { Session } from "node:inspector";

/** As the protocol of the engine's inspector has it (Profiler.takePreciseCoverage). */
interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly {
    readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[];
  }[];
}

/** Ours: what a dependency or the runtime does says little about us. */
const PRODUCT = /\/(?:core|server|cli)\/[^?]*$/;

export class Coverage implements Disposable {
  readonly #session = new Session();
  readonly #root: string;

  private constructor() {
    this.#root = new URL("../../", import.meta.url).href;
    this.#session.connect();
  }

  /** Undefined where the runtime has no inspector to ask; then novelty is judged by outcomes alone. */
  static async start(): Promise<Coverage | undefined> {
    try {
      const coverage = new Coverage();
      await coverage.#post("Profiler.enable");
      await coverage.#post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
      await coverage.take();
      return coverage;
    } catch (error) {
      console.error(`without coverage: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }

  /** Blocks that ran since the last call. */
  async take(): Promise<Set<string>> {
    const { result } = await this.#post("Profiler.takePreciseCoverage") as { result: readonly ScriptCoverage[] };
    const blocks = new Set<string>();
    for (const { url, functions } of result) {
      if (!url.startsWith(this.#root) || !PRODUCT.test(url)) continue;
      const path = url.slice(this.#root.length);
      for (const { startOffset, endOffset, count } of functions.flatMap(({ ranges }) => ranges)) {
        if (count > 0) blocks.add(`${path}:${startOffset}-${endOffset}`);
      }
    }
    return blocks;
  }

  [Symbol.dispose](): void {
    this.#session.disconnect();
  }

  #post(method: string, parameters: object = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const done = (error: Error | null, result?: object) => error ? reject(error) : resolve(result);
      this.#session.post(method, parameters, done);
    });
  }
}
