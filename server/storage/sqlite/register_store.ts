/** The register of one CA, as people ask it: its index says which certificates, its tables what they are. */
import {
  cursorText,
  type RegisterCounts,
  type RegisterPage,
  type RegisterRecord,
  type RegisterStore,
  statusOf,
} from "../../../core/ca/register.ts";
import type { RegisterIndex } from "../../../core/ca/register_index.ts";
import type { CaName } from "../../../core/ca/stores.ts";
import type { RegisterQuery } from "../../../core/protocol/register_query.ts";
import { inTurns } from "../../in_turns.ts";
import type { RegisterFeed } from "./register_feed.ts";
import type { Transactions } from "./transactions.ts";

export class SqliteRegister implements RegisterStore {
  constructor(
    private readonly ca: CaName,
    private readonly feed: RegisterFeed,
    private readonly transactions: Transactions,
  ) {}

  async list(query: RegisterQuery, now: number): Promise<RegisterPage> {
    const index = await this.feed.current();
    const { places, hasMore } = await inTurns(index.search(this.ca, query, now));
    const records = await inTurns(this.#records(index, places.map(({ id }) => id), now));
    const last = places.at(-1);
    const next = hasMore && last !== undefined ? cursorText(last) : undefined;
    return await this.transactions.read(() => ({ records, next }));
  }

  async find(serial: bigint, now: number): Promise<RegisterRecord | undefined> {
    const index = await this.feed.current();
    return await this.transactions.read(() => {
      const id = this.transactions.register.idOf(serial);
      return id === undefined ? undefined : this.#record(index, id, now);
    });
  }

  async counts(now: number): Promise<RegisterCounts> {
    const index = await this.feed.current();
    return await inTurns(index.counts(this.ca, now));
  }

  /** Those that are still there. */
  *#records(index: RegisterIndex, ids: readonly number[], now: number): Generator<void, RegisterRecord[]> {
    const records: RegisterRecord[] = [];
    for (const id of ids) {
      const record = this.#record(index, id, now);
      if (record !== undefined) records.push(record);
      yield;
    }
    return records;
  }

  /** Undefined for one that is not there any more. */
  #record(index: RegisterIndex, id: number, now: number): RegisterRecord | undefined {
    const { register, revocations, installations } = this.transactions;
    const successor = index.successorOf(id);
    const row = register.get(id, successor);
    if (row === undefined) return undefined;
    const { certificate, renewedBy, isReported } = row;
    const isRevoked = index.isRevoked(id);
    const { serial, notAfter } = certificate;
    return {
      certificate,
      status: statusOf({ notAfter, isRenewed: successor !== undefined, isRevoked }, now),
      renewedBy,
      revocation: isRevoked ? revocations.find(serial) : undefined,
      installation: isReported ? installations.find(serial) : undefined,
    };
  }
}
