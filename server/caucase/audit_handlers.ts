/** The audit log over HTTP, as C2SP tlog-tiles has it: a checkpoint that changes, and tiles that never do. */
import type { AuditSource } from "../../core/audit/verification.ts";
import { parseTilePath, type TileName } from "../../core/audit/tiles.ts";
import { CaucaseError } from "../../core/errors.ts";
import type { Answer, Exchange } from "../http/exchange.ts";
import type { AuditRoute, CaucaseHandlers } from "./handlers.ts";
import { taggedAnswer } from "./json_answer.ts";

const TEXT = "text/plain; charset=utf-8";

/** What is hashed stays as it is; but only users may have it. */
const FOREVER = "private, max-age=31536000, immutable";

export const AUDIT_HANDLERS: Pick<CaucaseHandlers, AuditRoute> = {
  auditCheckpoint: ({ exchange }) => async ({ audit }) => current(exchange, await audit.checkpoint()),
  auditKey: ({ exchange }) => async ({ audit }) => current(exchange, `${await audit.verifierKey()}\n`),
  auditTile: ({ parameters: { level, tile } }) => tileStep([level, tile]),
  auditFarTile: ({ parameters: { level, tile, next } }) => tileStep([level, tile, next]),
  auditFarthestTile: ({ parameters: { level, tile, next, last } }) => tileStep([level, tile, next, last]),
};

function tileStep(segments: readonly string[]) {
  const name = tileOf(segments);
  return async ({ audit }: { readonly audit: AuditSource }): Promise<Answer> => ({
    status: 200,
    headers: { "Content-Type": "application/octet-stream", "Cache-Control": FOREVER },
    body: await audit.tile(name),
  });
}

/** A path that no tile has is none of ours. */
function tileOf(segments: readonly string[]): TileName {
  try {
    return parseTilePath(segments.join("/"));
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    throw new CaucaseError("not-found", "no such path", { cause: error });
  }
}

function current(exchange: Exchange, body: string): Answer {
  return taggedAnswer(exchange, body, { "Content-Type": TEXT });
}
