/** One certificate authority: its parts, put together. */
import { Authorities } from "./authorities.ts";
import { CrlPublisher } from "./crl_publisher.ts";
import { Issuance } from "./issuance.ts";
import { RevocationDesk } from "./revocation.ts";
import type { AuthoritySettings, IssuanceSettings } from "./settings.ts";
import type { CaName, CaStore } from "./store.ts";
import { Verification } from "./verification.ts";

export interface CertificateAuthority {
  readonly name: CaName;
  /** L, in seconds. */
  readonly lifeSpan: number;
  readonly authorities: Authorities;
  readonly verification: Verification;
  readonly issuance: Issuance;
  readonly crls: CrlPublisher;
  readonly revocations: RevocationDesk;
}

export function createCertificateAuthority(
  store: CaStore,
  settings: AuthoritySettings & Omit<IssuanceSettings, "lifeSpan">,
): CertificateAuthority {
  const { lifeSpan } = settings;
  const authorities = new Authorities(store, settings);
  const verification = new Verification(store, authorities);
  const crls = new CrlPublisher(store, authorities, settings);
  const issuance = new Issuance({ store, authorities, verification, settings });
  const revocations = new RevocationDesk({ store, authorities, verification, crls, lifeSpan });
  return { name: store.name, lifeSpan, authorities, verification, issuance, crls, revocations };
}
