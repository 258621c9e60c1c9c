/**
 * CA certificates with their keys, and what they sign. Keys are on P-256: their kind does not matter, and RSA takes
 * long to make.
 */
import type { Bytes } from "../../core/bytes.ts";
import type { Actor } from "../../core/ca/actor.ts";
import type { Attribution } from "../../core/ca/events.ts";
import { CA_LIFE_SPANS, HTTP_CA_LIFE_SPANS } from "../../core/ca/lifecycle.ts";
import type { CaName } from "../../core/ca/stores.ts";
import { type PrivateKey, privateKeyToPem } from "../../core/keys/private_key.ts";
import { messageSignerFor, type Signer, signerFor } from "../../core/keys/signer.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { caSubject, checkCa, prepareCa } from "../../core/profiles/ca_profile.ts";
import { checkHttps, prepareHttps } from "../../core/profiles/https_profile.ts";
import { checkLeaf, type LeafOrder, prepareLeaf } from "../../core/profiles/leaf_profile.ts";
import { signChain } from "../../core/protocol/ca_chain.ts";
import type { VouchingCa } from "../../core/protocol/envelope.ts";
import { type Certificate, certificateToPem, parseCertificate } from "../../core/x509/certificate.ts";
import { buildCrl } from "../../core/x509/crl_builder.ts";
import { CrlEntries } from "../../core/x509/crl_entries.ts";
import { encodeExtensions, type Extension } from "../../core/x509/extension.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import { type IssuerIdentity, newSerial, signCertificate, type SubjectKey } from "../../core/x509/tbs_certificate.ts";
import { newKey } from "./keys.ts";

/** 2026-11-23T14:00:00Z. */
export const NOW = 1795442400;
export const DAY = 86400;
/** L. */
export const LIFE_SPAN = 93 * DAY;

/** The name and port of all tests' servers. */
export const HOST = "ca.example.com";
export const NETLOC = `${HOST}:8009`;

/** Somebody at `now`: a stranger, unless said otherwise. */
export function by(now: number, actor: Actor = { kind: "anonymous", address: "192.0.2.1" }): Attribution {
  return { actor, now };
}

export function random(size: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(size));
}

/** A new key on P-256. */
export async function newEcKey(): Promise<PrivateKey> {
  return await newKey("P-256");
}

/** A CA certificate with its key, known to no storage. */
export interface TestCa {
  readonly key: PrivateKey;
  /** PKCS#8. */
  readonly keyPem: string;
  /** Of certificates and CRLs. */
  readonly signer: Signer;
  readonly certificate: Certificate;
  readonly certificatePem: string;
}

export interface WantedCa {
  /** Which of the three it is one of: the CA for services unless given. */
  readonly name?: CaName;
  /** When it is made, Unix seconds; `NOW` unless given. */
  readonly now?: number;
  /** Whose server it is of, and what the HTTP CA may certify; `HOST` unless given. */
  readonly host?: string;
  /** A new one unless given. */
  readonly key?: PrivateKey;
}

const ROLES = { cau: "cau", cas: "cas", http_cas: "http" } as const satisfies Record<CaName, string>;

/** A CA certificate as a server would make it. */
export async function newCa({ name = "cas", now = NOW, host = HOST, ...wanted }: WantedCa = {}): Promise<TestCa> {
  const key = wanted.key ?? await newEcKey();
  const signer = await signerFor(key);
  const lifeSpans = name === "http_cas" ? HTTP_CA_LIFE_SPANS : CA_LIFE_SPANS;
  const order = {
    ...{ subject: caSubject(ROLES[name], `${host}:8009`), publicKey: key.publicKey, serial: newSerial(random) },
    ...{ now, lifeSpan: lifeSpans * LIFE_SPAN, onlyHost: name === "http_cas" ? host : undefined },
  };
  const certificate = await parseCertificate(await signCertificate(checkCa(prepareCa(order), order), signer));
  return {
    ...{ key, keyPem: encodePem(PEM_LABEL.PKCS8, key.pkcs8), signer },
    ...{ certificate, certificatePem: certificateToPem(certificate) },
  };
}

/** An order for a service certificate that asks for `extensions`. */
export function leafOrder(
  issuer: IssuerIdentity,
  publicKey: SubjectKey,
  extensions: readonly Extension[] = [],
): LeafOrder {
  return {
    content: { subject: commonNameDer("service"), extensions },
    publicKey,
    issuer,
    now: NOW,
    lifeSpan: LIFE_SPAN,
    serial: newSerial(random),
    crlDistributionPoint: `http://${NETLOC}/cas/crl/12`,
    autoSigned: false,
    keepCaucasePolicies: false,
  };
}

/** The certificate that was ordered. */
export async function issueLeaf(order: LeafOrder, { signer }: Pick<TestCa, "signer">): Promise<Certificate> {
  return await parseCertificate(await signCertificate(checkLeaf(prepareLeaf(order), order), signer));
}

/** A certificate for a service, good for L from `now`. */
export async function leafOf(
  ca: TestCa,
  publicKey: SubjectKey,
  now = ca.certificate.notBefore + 10,
): Promise<Certificate> {
  return await issueLeaf({ ...leafOrder(ca.certificate, publicKey), now }, ca);
}

/** A certificate for the HTTPS listener, and the content of the file in which a server keeps it with its key. */
export interface HttpsPair {
  readonly certificate: Certificate;
  readonly pem: string;
}

/** Made by an HTTP CA at `NOW`. */
export async function httpsPairOf(
  ca: TestCa,
  { host = HOST, lifeSpan = LIFE_SPAN }: { readonly host?: string; readonly lifeSpan?: number } = {},
): Promise<HttpsPair> {
  const key = await newEcKey();
  const { certificate: issuer } = ca;
  const order = { host, publicKey: key.publicKey, issuer, now: NOW, lifeSpan, serial: newSerial(random) };
  const certificate = await parseCertificate(await signCertificate(checkHttps(prepareHttps(order), order), ca.signer));
  return { certificate, pem: privateKeyToPem(key) + certificateToPem(certificate) };
}

/** What is to be in a CRL; dates are Unix seconds. */
export interface TestCrl {
  /** 1 unless given. */
  readonly number?: bigint;
  /** When the certificate of its CA begins, unless given. */
  readonly thisUpdate?: number;
  /** L later unless given. */
  readonly nextUpdate?: number;
  /** None unless given. */
  readonly serials?: readonly bigint[];
  readonly revocationDate?: number;
}

/** DER of a CRL of that CA. */
export async function signCrl({ certificate, signer }: TestCa, content: TestCrl): Promise<Bytes> {
  const { number = 1n, thisUpdate = certificate.notBefore, serials = [] } = content;
  const { nextUpdate = thisUpdate + LIFE_SPAN, revocationDate = thisUpdate } = content;
  const entries = CrlEntries.NONE.with(serials.map((serial) => ({ serial, revocationDate })));
  return (await buildCrl({ issuer: certificate, thisUpdate, nextUpdate, number, entries }, signer)).join();
}

/** The same, PEM. */
export async function crlOf(ca: TestCa, content: TestCrl = {}): Promise<string> {
  return encodePem(PEM_LABEL.CRL, await signCrl(ca, content));
}

/** The chain from one CA certificate to the next as a server hands it out, JSON. Oldest first. */
export async function chainOf(cas: readonly TestCa[]): Promise<string> {
  return await signChain(await Promise.all(cas.map((ca) => vouching(ca))));
}

/** What vouches with the certificate of a CA, in messages that `signingKey` signs. */
export async function vouching({ key, certificatePem }: TestCa, signingKey = key): Promise<VouchingCa> {
  return { certificatePem, messageSigner: await messageSignerFor(signingKey) };
}

/** The same list in hexadecimal, for comparison by byte. */
export function hexOf(extensions: readonly Extension[] | Extension | undefined): string {
  const list = extensions === undefined ? [] : [extensions].flat();
  return encodeExtensions(list).toHex();
}
