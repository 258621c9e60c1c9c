/**
 * A CA certificate with its key, and the only source of issued certificates: nothing else calls
 * `signCertificate()`. An order names a profile. It is prepared, judged against that profile, and only then signed.
 */
import type { Bytes, RandomSource } from "../bytes.ts";
import { bytesToBigInt } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import type { Signer } from "../keys/signer.ts";
import { encodePem, PEM_LABEL } from "../pem.ts";
import {
  type CaOrder,
  type CaSuccessorOrder,
  checkCa,
  checkCaSuccessor,
  prepareCa,
  prepareCaSuccessor,
} from "../profiles/ca_profile.ts";
import { checkHttps, type HttpsOrder, prepareHttps } from "../profiles/https_profile.ts";
import { checkLeaf, type LeafOrder, prepareLeaf } from "../profiles/leaf_profile.ts";
import { type Certificate, certificateFromPem, certificateToPem } from "../x509/certificate.ts";
import { type CheckedTbsCertificate, newSerial, signCertificate } from "../x509/tbs_certificate.ts";
import type { KeyReference, KeyStore, OpenedKey } from "./key_store.ts";
import type { Validity } from "./lifecycle.ts";

/** What an issuer adds to an order by itself. */
type Ordered<Order> = Omit<Order, "issuer" | "serial">;

/** A certificate that an issuer is to make for somebody else's key. */
export type CertificateOrder =
  /** For a user or a service. */
  | { readonly profile: "leaf" } & Ordered<LeafOrder>
  /** For the server's own HTTPS listener. */
  | { readonly profile: "https" } & Ordered<HttpsOrder>;

/** A certificate that a new CA key makes for itself. */
export type CaCertificateOrder =
  | { readonly profile: "ca" } & Omit<CaOrder, "serial" | "publicKey">
  | { readonly profile: "ca-successor" } & Omit<CaSuccessorOrder, "serial" | "publicKey">;

/** What an issued certificate can be. */
export const PROFILES = ["leaf", "https", "ca", "ca-successor"] as const satisfies readonly (
  | CertificateOrder["profile"]
  | CaCertificateOrder["profile"]
)[];
export type Profile = typeof PROFILES[number];

/** A certificate as it left the door. Times are Unix seconds. */
export interface IssuedCertificate {
  readonly der: Bytes;
  readonly pem: string;
  readonly serial: bigint;
  readonly notBefore: number;
  readonly notAfter: number;
  /** Key identifier of the CA that signed it, hex. */
  readonly issuer: string;
  /** Key identifier of its key, hex. */
  readonly keyId: string;
  readonly profile: Profile;
}

export class Issuer implements Validity {
  readonly notBefore: number;
  readonly notAfter: number;
  readonly certificatePem: string;
  /** Signs CRLs, and certificates through `issue()`. */
  readonly signer: Signer;
  /** Signs messages. */
  readonly messageSigner: Signer;

  constructor(
    readonly certificate: Certificate,
    key: OpenedKey,
    private readonly random: RandomSource,
  ) {
    this.notBefore = certificate.notBefore;
    this.notAfter = certificate.notAfter;
    this.certificatePem = certificateToPem(certificate);
    this.signer = key.signer;
    this.messageSigner = key.messageSigner;
  }

  /** Key identifier that is used everywhere for it, hex. */
  get keyIdentifier(): string {
    return this.certificate.keyIdentifier;
  }

  /** @throws `unacceptable` when the profile forbids what was ordered, `malformed` for an extension that is none */
  async issue(order: CertificateOrder): Promise<IssuedCertificate> {
    const checked = prepareAndCheck({ ...order, issuer: this.certificate, serial: newSerial(this.random) });
    return await signed(checked, { signer: this.signer, profile: order.profile });
  }
}

/**
 * The first certificate of a CA key: signed with itself.
 * @throws as `Issuer.issue()` does
 */
export async function issueCaCertificate(
  order: CaCertificateOrder,
  { key, random }: { readonly key: OpenedKey; readonly random: RandomSource },
): Promise<IssuedCertificate> {
  const parts = { publicKey: key.publicKey, serial: newSerial(random) };
  const checked = order.profile === "ca"
    ? checkCa(prepareCa({ ...order, ...parts }), { ...order, ...parts })
    : checkCaSuccessor(prepareCaSuccessor({ ...order, ...parts }), { ...order, ...parts });
  return await signed(checked, { signer: key.signer, profile: order.profile });
}

/**
 * A stored CA certificate, ready for use.
 * @throws `untrusted` when key and certificate do not belong together; `malformed`, `unacceptable`
 */
export async function openIssuer(
  { certificatePem, key: reference }: { readonly certificatePem: string; readonly key: KeyReference },
  { keys, random }: { readonly keys: KeyStore; readonly random: RandomSource },
): Promise<Issuer> {
  const certificate = await certificateFromPem(certificatePem);
  const key = await keys.open(reference);
  if (key.publicKey.keyId !== certificate.publicKey.keyId) {
    throw new CaucaseError("untrusted", "the private key does not belong to the certificate");
  }
  return new Issuer(certificate, key, random);
}

function prepareAndCheck(
  order:
    | { readonly profile: "leaf" } & LeafOrder
    | { readonly profile: "https" } & HttpsOrder,
): CheckedTbsCertificate {
  return order.profile === "leaf" ? checkLeaf(prepareLeaf(order), order) : checkHttps(prepareHttps(order), order);
}

async function signed(
  tbs: CheckedTbsCertificate,
  { signer, profile }: { readonly signer: Signer; readonly profile: Profile },
): Promise<IssuedCertificate> {
  const der = await signCertificate(tbs, signer);
  return {
    der,
    pem: encodePem(PEM_LABEL.CERTIFICATE, der),
    serial: bytesToBigInt(tbs.serial),
    notBefore: tbs.notBefore,
    notAfter: tbs.notAfter,
    issuer: tbs.issuer.keyIdentifier,
    keyId: tbs.publicKey.keyId,
    profile,
  };
}
