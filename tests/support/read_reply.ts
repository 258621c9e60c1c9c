/** The answer to a request of a test, read to its end. */
import type { IncomingMessage } from "node:http";
import { concatBytes } from "../../core/bytes.ts";
import type { Reply } from "./desk.ts";

export async function readReply(response: IncomingMessage): Promise<Reply> {
  const pieces: Uint8Array[] = [];
  for await (const piece of response) pieces.push(piece);
  const bytes = concatBytes(...pieces);
  const byName = Object.entries(response.headers).map(([name, value]) => [name, [value ?? []].flat().join(", ")]);
  const { statusCode: status = 0 } = response;
  return { status, headers: Object.fromEntries(byName), bytes, text: new TextDecoder().decode(bytes) };
}
