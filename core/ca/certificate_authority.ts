/** One certificate authority: its parts, put together. */
import type { AcmeStore } from "../acme/stores.ts";
import { AccountIssuance, type FinalizingRules } from "./account_issuance.ts";
import { AccountRevocation } from "./account_revocation.ts";
import { Installations } from "./installations.ts";
import { Issuers } from "./issuers.ts";
import { CrlPublisher } from "./crl_publisher.ts";
import { Issuance } from "./issuance.ts";
import { PendingReview } from "./pending_review.ts";
import type { RegisterStore } from "./register.ts";
import { Revocations } from "./revocations.ts";
import type { IssuanceSettings, IssuerSettings } from "./settings.ts";
import type { CaName, CaStores } from "./stores.ts";
import { Verification } from "./verification.ts";

export interface CertificateAuthority {
  readonly name: CaName;
  /** L, in seconds. */
  readonly lifeSpan: number;
  readonly issuers: Issuers;
  readonly verification: Verification;
  readonly issuance: Issuance;
  readonly crls: CrlPublisher;
  readonly revocations: Revocations;
  readonly installations: Installations;
  readonly register: RegisterStore;
  readonly pending: PendingReview;
  /** What ACME accounts get from it. */
  forAccounts(acme: AcmeStore, rules: FinalizingRules): AccountServices;
}

export interface AccountServices {
  readonly issuance: AccountIssuance;
  readonly revocation: AccountRevocation;
}

export function createCertificateAuthority(
  stores: CaStores,
  settings: IssuerSettings & Omit<IssuanceSettings, "lifeSpan">,
): CertificateAuthority {
  const { lifeSpan, verify } = settings;
  const issuers = new Issuers(stores, settings);
  const verification = new Verification(stores, issuers);
  const crls = new CrlPublisher(stores, issuers, settings);
  const issuance = new Issuance({ stores, issuers, verification, settings });
  const revocations = new Revocations({ stores, issuers, verification, crls, verify, lifeSpan });
  const installations = new Installations({ stores, verification, verify });
  const pending = new PendingReview({ stores, issuers, settings });
  const { name, register } = stores;
  const forAccounts = (acme: AcmeStore, rules: FinalizingRules) => ({
    issuance: new AccountIssuance({ acme, stores, issuers, settings }, rules),
    revocation: new AccountRevocation({ acme, stores, revocations }),
  });
  const asked = { issuance, revocations, installations, register, pending, forAccounts };
  return { name, lifeSpan, issuers, verification, crls, ...asked };
}
