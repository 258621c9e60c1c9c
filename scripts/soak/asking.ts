/** Questions whose answers are counted, and must be of those that are expected. */
import type { PublicCa } from "../../core/protocol/routes.ts";
import assert from "node:assert/strict";
import { type AskOptions, CSR_TYPE, type Desk, JSON_TYPE, type Reply } from "../../tests/support/desk.ts";
import type { Tally } from "./tally.ts";

export class Asking {
  constructor(private readonly desk: Desk, private readonly tally: Tally) {}

  /** @throws AssertionError for another status than the `expected` ones */
  async ask(
    method: string,
    path: string,
    options: AskOptions & { readonly expected: readonly number[] },
  ): Promise<Reply> {
    const { expected, ...rest } = options;
    const reply = await this.desk.ask(method, path, rest);
    this.tally.status(reply.status);
    assert.ok(
      expected.includes(reply.status),
      `${method} ${path.slice(0, 100)}: ${reply.status} ${reply.text.slice(0, 200).trim()}`,
    );
    return reply;
  }

  get(
    path: string,
    headers: Readonly<Record<string, string>> = {},
    expected: readonly number[] = [200],
  ): Promise<Reply> {
    return this.ask("GET", path, { headers, expected });
  }

  putJson(path: string, body: string, expected: readonly number[]): Promise<Reply> {
    return this.ask("PUT", path, { headers: JSON_TYPE, body, expected });
  }

  /** The id of a request that was taken; undefined where there are too many already. */
  async submit(ca: PublicCa, csr: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
    const { status, headers } = await this.ask("PUT", `/${ca}/csr`, {
      headers: CSR_TYPE,
      body: csr,
      expected: [201, 507],
    });
    return status === 507 ? undefined : headers["location"];
  }
}
