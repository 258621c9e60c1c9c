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
import type { CaName, RegisteredCertificate } from "../../../core/ca/stores.ts";
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
      const certificate = this.transactions.register.find(serial);
      const id = this.transactions.register.idOf(serial);
      return certificate && id !== undefined ? this.#record(index, { certificate, id }, now) : undefined;
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
      const certificate = this.transactions.register.get(id);
      if (certificate !== undefined) records.push(this.#record(index, { certificate, id }, now));
      yield;
    }
    return records;
  }

  #record(
    index: RegisterIndex,
    { certificate, id }: { readonly certificate: RegisteredCertificate; readonly id: number },
    now: number,
  ): RegisterRecord {
    const { register, revocations, installations } = this.transactions;
    const successor = index.successorOf(id);
    const revocation = revocations.find(certificate.serial);
    const { notAfter } = certificate;
    return {
      certificate,
      status: statusOf({ notAfter, isRenewed: successor !== undefined, isRevoked: revocation !== undefined }, now),
      renewedBy: successor === undefined ? undefined : register.get(successor)?.serial,
      revocation,
      installation: installations.find(certificate.serial),
    };
  }
}
