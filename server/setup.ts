/** What the parts of a server are made from. */
import type { Netloc } from "../core/protocol/netloc.ts";
import type { KeyOperations } from "./keys/operations.ts";
import type { Operations } from "./ops/operations.ts";
import type { ServeHost, ServeOptions } from "./serve_options.ts";
import type { Watcher } from "./watcher.ts";

export interface Setup {
  readonly options: ServeOptions;
  readonly netloc: Netloc;
  readonly host: ServeHost & { readonly keyOperations: KeyOperations };
  /** Health and metrics, where somebody asked for them. */
  readonly operations: Operations | undefined;
  readonly watcher: Watcher | undefined;
}
