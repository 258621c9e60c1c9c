/** CAs and requests for tests of what issues certificates. Keys are EC: their kind does not matter to a profile. */
import type { Bytes } from "../../core/bytes.ts";
import type { Actor } from "../../core/ca/actor.ts";
import type { Attribution } from "../../core/ca/events.ts";
import { encodeExtensions, type Extension } from "../../core/x509/extension.ts";
import { caSubject, checkCa, prepareCa } from "../../core/profiles/ca_profile.ts";
import { type IssuerIdentity, newSerial, signCertificate, type SubjectKey } from "../../core/x509/tbs_certificate.ts";
import type { LeafOrder } from "../../core/profiles/leaf_profile.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import { parsePrivateKeyDer, type PrivateKey } from "../../core/keys/private_key.ts";
import { type Signer, signerFor } from "../../core/keys/signer.ts";

/** 2026-11-23T14:00:00Z. */
export const NOW = 1795442400;
export const DAY = 86400;
export const LIFE_SPAN = 93 * DAY;

/** Somebody at `now`: a stranger, unless said otherwise. */
export function by(now: number, actor: Actor = { kind: "anonymous", address: "192.0.2.1" }): Attribution {
  return { actor, now };
}

export interface TestCa {
  readonly key: PrivateKey;
  readonly signer: Signer;
  readonly issuer: IssuerIdentity;
  readonly der: Bytes;
}

/** A new key on P-256. */
export async function newEcKey(): Promise<PrivateKey> {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  return await parsePrivateKeyDer(new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)));
}

export function random(size: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(size));
}

/** A service CA made at `NOW`; with `onlyHost` an HTTP CA that may certify nothing else. */
export async function newCa(onlyHost?: string): Promise<TestCa> {
  const key = await newEcKey();
  const { publicKey } = key;
  const signer = await signerFor(key);
  const subject = caSubject(onlyHost === undefined ? "cas" : "http", "ca.example.com:8009");
  const order = { subject, publicKey, now: NOW, lifeSpan: 4 * LIFE_SPAN, serial: newSerial(random), onlyHost };
  const der = await signCertificate(checkCa(prepareCa(order), order), signer);
  return { key, signer, issuer: { subject, keyIdentifier: publicKey.keyId, publicKey }, der };
}

/** An order for a service certificate that asks for `extensions`. */
export function leafOrder(
  issuer: IssuerIdentity,
  publicKey: SubjectKey,
  extensions: readonly Extension[] = [],
): LeafOrder {
  return {
    request: { subject: commonNameDer("service"), extensions },
    publicKey,
    issuer,
    now: NOW,
    lifeSpan: LIFE_SPAN,
    serial: newSerial(random),
    crlDistributionPoint: "http://ca.example.com:8009/cas/crl/12",
    autoSigned: false,
    keepCaucasePolicies: false,
  };
}

/** The same list in hexadecimal, for comparison by byte. */
export function hexOf(extensions: readonly Extension[] | Extension | undefined): string {
  const list = extensions === undefined ? [] : [extensions].flat();
  return encodeExtensions(list).toHex();
}
