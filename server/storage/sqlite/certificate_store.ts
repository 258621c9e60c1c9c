/** Certificates of one CA in an SQLite database: in the row of their request, and in the register. */
import type { Attribution } from "../../../core/ca/events.ts";
import { certified, duplicateKey, tooManyOfKey } from "../../../core/ca/store_rules.ts";
import type { CertificateStore, IssuedRecord, NewCertificate, RegisteredCertificate } from "../../../core/ca/stores.ts";
import type { RequestTable } from "./request_store.ts";
import type { Transactions } from "./transactions.ts";

export class SqliteCertificates implements CertificateStore {
  constructor(private readonly requests: RequestTable, private readonly transactions: Transactions) {}

  complete(id: bigint, issued: IssuedRecord, by: Attribution): Promise<boolean> {
    return this.transactions.write(() => {
      if (!this.requests.complete(id, issued.certificate.pem, issued.keptUntil)) return false;
      this.transactions.recordIssued(id, issued, by);
      return true;
    });
  }

  add(certificate: NewCertificate): Promise<boolean> {
    const { id, csr, seenLike, by, certificate: { keyId } } = certificate;
    const { requests } = this;
    return this.transactions.write(() => {
      requests.removeExpired(by.now);
      if (requests.findLike(keyId, csr, by.now).length !== seenLike) return false;
      if (requests.refusesKey(keyId, by.now)) return duplicateKey(keyId);
      if (requests.isFull(keyId)) return tooManyOfKey(keyId);
      requests.insert({ id, keyId, csr, ...certified(certificate) });
      this.transactions.recordIssued(id, certificate, by);
      return true;
    });
  }

  expireEarlier(id: bigint, keptUntil: number): void {
    this.transactions.writeLater(() => this.requests.expireEarlier(id, keptUntil));
  }

  registered(serial: bigint): Promise<RegisteredCertificate | undefined> {
    return this.transactions.read(() => this.transactions.register.find(serial));
  }

  forgetEnded(before: number): Promise<number> {
    return this.transactions.write(() => this.transactions.register.removeEnded(before));
  }
}
