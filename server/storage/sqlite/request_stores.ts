/** Requests and certificates of one CA in an SQLite database. */
import type { Bytes } from "../../../core/bytes.ts";
import type { Attribution } from "../../../core/ca/events.ts";
import { duplicateKey, pendingRefusal, tooManyOfKey } from "../../../core/ca/store_rules.ts";
import type {
  CertificateStore,
  IssuedRecord,
  NewCertificate,
  NewRequest,
  RegisteredCertificate,
  RequestStore,
  StoredRequest,
} from "../../../core/ca/stores.ts";
import type { CaucaseError } from "../../../core/errors.ts";
import type { CaTables } from "./ca_tables.ts";

interface Submitted {
  readonly id: bigint;
  readonly known: boolean;
}

export class SqliteRequests implements RequestStore {
  constructor(private readonly tables: CaTables) {}

  submit(request: NewRequest): Promise<Submitted> {
    return this.tables.write(() => this.#submit(request));
  }

  find(id: bigint, now: number): Promise<StoredRequest | undefined> {
    return Promise.try(() => this.tables.requests.find(id, now));
  }

  findLike(keyId: string, csr: Bytes, now: number): Promise<readonly StoredRequest[]> {
    return Promise.try(() => this.tables.requests.findLike(keyId, csr, now));
  }

  pending(): Promise<readonly StoredRequest[]> {
    return Promise.try(() => this.tables.requests.pending());
  }

  reject(id: bigint, by: Attribution): Promise<boolean> {
    return this.tables.write(() => {
      if (!this.tables.requests.reject(id)) return false;
      this.tables.record({ kind: "rejected", id }, by);
      return true;
    });
  }

  receivedCount(): Promise<number> {
    return Promise.try(() => Number(this.tables.values.counter("received_csr")));
  }

  freezeAutoSignAmount(amount: number): Promise<number> {
    return this.tables.write(() => {
      this.tables.values.setAutoSignAmountOnce(amount);
      return this.tables.values.autoSignAmount() ?? amount;
    });
  }

  frozenAutoSignAmount(): Promise<number | undefined> {
    return Promise.try(() => this.tables.values.autoSignAmount());
  }

  #submit(request: NewRequest): Submitted | CaucaseError {
    const { id, keyId, csr, autoSignAmount, by } = request;
    const { requests, values } = this.tables;
    requests.removeExpired(by.now);
    const [known] = requests.findLike(keyId, csr, by.now);
    if (known) return { id: known.id, known: true };
    if (this.tables.refusesKey(keyId, by.now)) return duplicateKey(keyId);
    const inTime = values.counter("received_csr") < BigInt(autoSignAmount);
    const autoSigned = inTime ? request.autoSigned : undefined;
    const refusal = autoSigned ? undefined : pendingRefusal(requests.pendingSize(), request);
    if (refusal) return refusal;
    values.increase("received_csr");
    requests.insert({ id, keyId, csr, ...(autoSigned && certified(autoSigned)) });
    this.tables.record({ kind: "requested", id, key: keyId }, by);
    if (autoSigned) this.tables.recordIssued(id, autoSigned, by);
    return { id, known: false };
  }
}

export class SqliteCertificates implements CertificateStore {
  constructor(private readonly tables: CaTables) {}

  sign(id: bigint, issued: IssuedRecord, by: Attribution): Promise<boolean> {
    return this.tables.write(() => {
      if (!this.tables.requests.sign(id, issued.certificate.pem, issued.expirationDate)) return false;
      this.tables.recordIssued(id, issued, by);
      return true;
    });
  }

  add(certificate: NewCertificate): Promise<boolean> {
    const { id, csr, seenLike, by, certificate: { keyId } } = certificate;
    const { requests } = this.tables;
    return this.tables.write(() => {
      requests.removeExpired(by.now);
      if (requests.findLike(keyId, csr, by.now).length !== seenLike) return false;
      if (this.tables.refusesKey(keyId, by.now)) return duplicateKey(keyId);
      if (requests.isFull(keyId)) return tooManyOfKey(keyId);
      requests.insert({ id, keyId, csr, ...certified(certificate) });
      this.tables.recordIssued(id, certificate, by);
      return true;
    });
  }

  expireEarlier(id: bigint, expirationDate: number): Promise<void> {
    return this.tables.writeLoosely(() => this.tables.requests.expireEarlier(id, expirationDate));
  }

  registered(serial: bigint): Promise<RegisteredCertificate | undefined> {
    return Promise.try(() => this.tables.register.find(serial));
  }

  forgetEnded(before: number): Promise<number> {
    return this.tables.write(() => this.tables.register.removeEnded(before));
  }
}

/** What a certificate changes about its request's row. */
function certified({ certificate, expirationDate }: IssuedRecord) {
  return { certificatePem: certificate.pem, expirationDate };
}
