/** Certificates of one CA in an SQLite database: in the row of their request, and in the register. */
import type { Attribution } from "../../../core/ca/events.ts";
import { certified, duplicateKey, tooManyOfKey } from "../../../core/ca/store_rules.ts";
import type {
  CaName,
  CertificateStore,
  IssuedRecord,
  NewCertificate,
  RegisteredCertificate,
} from "../../../core/ca/stores.ts";
import type { RegisterFeed } from "./register_feed.ts";
import type { RequestTable } from "./request_store.ts";
import type { Transactions } from "./transactions.ts";

export class SqliteCertificates implements CertificateStore {
  constructor(
    private readonly ca: CaName,
    private readonly parts: {
      readonly requests: RequestTable;
      readonly transactions: Transactions;
      readonly feed: RegisterFeed;
    },
  ) {}

  complete(id: bigint, issued: IssuedRecord, by: Attribution): Promise<boolean> {
    return this.parts.transactions.write(() => {
      if (!this.parts.requests.complete(id, issued.certificate.pem, issued.keptUntil)) return false;
      this.parts.transactions.arrivals.remove(id);
      this.parts.transactions.recordIssued(id, issued, by);
      this.parts.transactions.orders.signed(issued, by.actor.kind === "user", by.now);
      return true;
    });
  }

  add(certificate: NewCertificate): Promise<boolean> {
    const { id, csr, seenLike, by, certificate: { keyId } } = certificate;
    const { requests } = this.parts;
    return this.parts.transactions.write(() => {
      requests.removeExpired(by.now);
      if (requests.findLike(keyId, csr, by.now).length !== seenLike) return false;
      if (requests.refusesKey(keyId, by.now)) return duplicateKey(keyId);
      if (requests.isFull(keyId)) return tooManyOfKey(keyId);
      requests.insert({ id, keyId, csr, ...certified(certificate) });
      this.parts.transactions.recordIssued(id, certificate, by);
      return true;
    });
  }

  expireEarlier(id: bigint, keptUntil: number): void {
    this.parts.transactions.writeLater(() => this.parts.requests.expireEarlier(id, keptUntil));
  }

  registered(serial: bigint): Promise<RegisteredCertificate | undefined> {
    return this.parts.transactions.read(() => this.parts.transactions.register.find(serial));
  }

  async forgetEnded(before: number): Promise<number> {
    const { register, revocations } = this.parts.transactions;
    const { feed } = this.parts;
    const count = await this.parts.transactions.write(() => {
      const removed = register.removeEnded(before);
      feed.segments.removeOf(removed);
      return removed.length + revocations.removeForgotten(before);
    });
    feed.forget(this.ca, before);
    return count;
  }
}
