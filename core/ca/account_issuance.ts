/** Certificates for ACME accounts: at once, or when a person has signed. */
import { type AcmePolicy, needsApproval, needsProof } from "../acme/acme_settings.ts";
import { isProved } from "../acme/authorization.ts";
import { type Order, type OrderRecord, orderState } from "../acme/order.ts";
import { AcmeProblem } from "../acme/problem.ts";
import type { AcmeStore, Finalization, LastIssued } from "../acme/stores.ts";
import { utf8 } from "../bytes.ts";
import { encodePem, PEM_LABEL } from "../pem.ts";
import type { CertificationRequest } from "../x509/csr.ts";
import type { AcmeOrigin } from "./events.ts";
import type { Issuers } from "./issuers.ts";
import { contentFor, issueLeaf, MAX_PENDING_BYTES, newRequestId } from "./leaf_issuing.ts";
import type { IssuanceSettings } from "./settings.ts";
import { KeyedQueue } from "./single_flight.ts";
import type { CaStores } from "./stores.ts";

export interface AccountIssuanceParts {
  readonly acme: AcmeStore;
  /** Of CAS, as the others. */
  readonly stores: CaStores;
  readonly issuers: Issuers;
  readonly settings: IssuanceSettings;
}

/** Who decides. */
export interface FinalizingRules {
  readonly policy: AcmePolicy;
  /** Whether a user's approval of names holds for the renewals of their certificate. */
  readonly renewApproved: boolean;
}

/** What finalizes an order. */
export interface OrderFinalization {
  /** Id of the order. */
  readonly order: string;
  /** As `readOrderCsr()` took it. */
  readonly csr: CertificationRequest;
  readonly now: number;
}

export class AccountIssuance {
  readonly #byOrder = new KeyedQueue<string>();

  constructor(private readonly parts: AccountIssuanceParts, private readonly rules: FinalizingRules) {}

  /**
   * Issues the certificate of an order, or leaves its request with those that a person decides about. Durable when it
   * resolves; killed before that, the order is as it was. The answer is the order afterwards.
   * @throws `AcmeProblem` `orderNotReady`: also for all but one of those that finalize an order at the same time
   * @throws `too-many-pending`; `duplicate-key` for a key that was certified too often lately
   */
  finalize(wanted: OrderFinalization): Promise<OrderRecord> {
    return this.#byOrder.run(wanted.order, async () => {
      const { order, ...rest } = await this.#ready(wanted.order, wanted.now);
      if (needsProof(this.rules.policy) && !rest.authorizations.every(isProved)) {
        throw notReady("a name of the order was never validated by a challenge");
      }
      if (!await this.#finalize(order, wanted)) throw notReady("the order was finalized meanwhile");
      const after = await this.parts.acme.orders.find(order.id);
      if (after === undefined) throw notReady("there is no such order any more");
      return after;
    });
  }

  async #ready(id: string, now: number): Promise<OrderRecord> {
    const record = await this.parts.acme.orders.find(id);
    const status = record && orderState(record, now).status;
    if (record === undefined || status !== "ready") throw notReady(`the order is ${status ?? "unknown"}`);
    return record;
  }

  async #finalize(order: Order, { csr, now }: OrderFinalization): Promise<boolean> {
    const { acme, settings } = this.parts;
    const { account } = order;
    const finalization: Finalization = {
      order: order.id,
      id: newRequestId(settings.random),
      keyId: csr.publicKey.keyId,
      csr: utf8(encodePem(PEM_LABEL.CSR, csr.der)),
      by: { actor: { kind: "account", id: account }, now },
    };
    const last = await acme.orders.lastIssued(account, order.identifiers);
    const of = order.replaces ?? last?.serial;
    const isApproved = last !== undefined && await this.#holdsApproval(last, now);
    if (needsApproval(this.rules.policy) && !(this.rules.renewApproved && isApproved)) {
      const limits = { maxPending: settings.maxPending, maxPendingBytes: MAX_PENDING_BYTES };
      return await acme.orders.awaitApproval({ ...finalization, of, ...limits });
    }
    const origin: AcmeOrigin = { kind: "acme", account, order: order.id, of };
    const content = contentFor(csr, origin);
    const certificate = await issueLeaf({ content, publicKey: csr.publicKey, origin, now }, this.parts);
    const keptUntil = now + settings.retention.unread;
    return await acme.orders.issue({ ...finalization, certificate, origin, keptUntil, isApproved });
  }

  async #holdsApproval({ serial, notAfter, isApproved }: LastIssued, now: number): Promise<boolean> {
    return isApproved && notAfter >= now && !await this.parts.stores.revocations.isRevoked(serial);
  }
}

function notReady(detail: string): AcmeProblem {
  return new AcmeProblem("orderNotReady", detail);
}
