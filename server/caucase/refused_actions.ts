/** Records what users asked for and were refused: somebody who tries out what they may do is seen. */
import type { Attribution, RefusedAction } from "../../core/ca/events.ts";
import { CA_NAMES, type CaName } from "../../core/ca/stores.ts";
import { RefusalBudget } from "../../core/audit/refusal_budget.ts";
import { CaucaseError, describeError } from "../../core/errors.ts";
import type { Admitting } from "../http/route_table.ts";
import { statusOf } from "./refusals.ts";

/** Characters of what the client sent, at most. */
const LONGEST = 200;

/** See `Storage` in core/ca/stores.ts. */
export type RecordRefused = (ca: CaName, refused: RefusedAction, by: Attribution) => Promise<void>;

export class RefusedActions {
  readonly #budget = new RefusalBudget();

  constructor(private readonly record: RecordRefused) {}

  /**
   * Of an authenticated user. What would have changed nothing is not recorded, nor what failed without the user's doing
   * (a full disk would be refused here too).
   */
  async tell(error: unknown, { exchange, action }: Admitting, by: Attribution): Promise<void> {
    const isReading = exchange.method === "GET" || exchange.method === "HEAD";
    if (isReading || !(error instanceof CaucaseError) || statusOf(error) === 500 || by.actor.kind !== "user") return;
    const omitted = this.#budget.take(`${by.actor.issuer} ${by.actor.serial}`, by.now);
    if (omitted === undefined) return;
    const [path = ""] = exchange.target.split("?");
    const refused: RefusedAction = {
      kind: "refused",
      action: action.name,
      object: path.slice(0, LONGEST),
      code: error.code,
      reason: describeError(error).slice(0, LONGEST),
      omitted,
    };
    await this.record(CA_NAMES.find((name) => name === action.parameters["ca"]) ?? "cau", refused, by);
  }
}
