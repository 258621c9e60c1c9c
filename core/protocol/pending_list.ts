/** The pending requests of a CA, answer to `GET csr`: `[{"id": "<decimal>", "csr": "<PEM>"}, …]`. */
import * as v from "valibot";
import type { Bytes } from "../bytes.ts";
import { malformed } from "../errors.ts";
import { parseJson } from "../json.ts";

const ListShape = v.array(v.object({ id: v.pipe(v.string(), v.regex(/^\d+$/)), csr: v.string() }));

/** A request in the list as it was received. */
export interface PendingRequest {
  /** Decimal; a text, as an id can be larger than a JSON number holds exactly. */
  readonly id: string;
  /** With any text that stands around it. */
  readonly csrPem: string;
}

/** The list as JSON text. What is not UTF-8 in a request (an old database may have it) is shown as U+FFFD. */
export function writePendingList(requests: readonly { readonly id: bigint; readonly csr: Bytes }[]): string {
  const decoder = new TextDecoder();
  return JSON.stringify(requests.map(({ id, csr }) => ({ id: `${id}`, csr: decoder.decode(csr) })));
}

/** The list that a server answered. Throws `malformed`; the requests themselves are not parsed. */
export function readPendingList(text: string): PendingRequest[] {
  const list = v.safeParse(ListShape, parseJson(text, "the list of pending requests"));
  if (!list.success) throw malformed("the list of pending requests is not what it should be");
  return list.output.map(({ id, csr }) => ({ id, csrPem: csr }));
}
