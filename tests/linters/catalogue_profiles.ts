/** One of every kind, straight from the profiles: what no server makes in an afternoon, such as other CA keys and late dates. */
import type { Bytes } from "../../core/bytes.ts";
import { caSubject, checkCa, checkCaSuccessor, prepareCa, prepareCaSuccessor } from "../../core/profiles/ca_profile.ts";
import { type Certificate, parseCertificate } from "../../core/x509/certificate.ts";
import { buildCrl, CrlEntries } from "../../core/x509/crl_builder.ts";
import { checkHttps, prepareHttps } from "../../core/profiles/https_profile.ts";
import { newSerial, signCertificate } from "../../core/x509/tbs_certificate.ts";
import { checkLeaf, type LeafOrder, prepareLeaf } from "../../core/profiles/leaf_profile.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import { AUTO_SIGNED_POLICY, policiesExtension } from "../../core/profiles/policies.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { keyUsage } from "../../core/x509/standard_extensions.ts";
import { DAY, leafOrder, LIFE_SPAN, NOW, random } from "../support/issuing.ts";
import { TEST_KEY_KINDS, testKey, type TestKeyKind } from "../support/keys.ts";
import type { Specimen, SpecimenKind } from "./specimen.ts";

interface Ca {
  readonly key: PrivateKey;
  readonly certificate: Certificate;
}

/** Certificates that begin here end in the 2050s, where times change their type (RFC 5280 4.1.2.5). */
const BEFORE_2050 = Date.UTC(2049, 11, 1) / 1000;
/** Both of its ends are written in the later type. */
const AFTER_2050 = Date.UTC(2050, 0, 1) / 1000 + 10;

export async function profileCatalogue(): Promise<Specimen[]> {
  const specimens: Specimen[] = [];
  for (const kind of TEST_KEY_KINDS) {
    const ca = await newCa(`a CA with a ${kind} key`, { kind });
    specimens.push(ca.specimen, ...await leavesOf(ca, `of a CA with a ${kind} key`));
    specimens.push(await crlOf(ca, `of a CA with a ${kind} key`, {}));
  }
  const ca = await newCa("a CA for many CRLs", {});
  specimens.push(...await Promise.all(CRLS.map(([label, content]) => crlOf(ca, label, content))));
  for (const now of [BEFORE_2050, AFTER_2050]) {
    const late = await newCa(`a CA made at ${now}`, { now });
    specimens.push(late.specimen, ...await leavesOf(late, `made at ${now}`, now), await crlOf(late, "late", { now }));
  }
  const { publicKey } = await testKey("P-256");
  const local = { ...leafOrder(ca.certificate, publicKey), crlDistributionPoint: "http://localhost:8009/cas/crl/12" };
  specimens.push(await leaf(ca, local, specimenOf("service", "of a server on localhost")));
  return [...specimens, ...await successors(ca), ...await httpCas()];
}

interface WantedCa {
  readonly kind?: TestKeyKind;
  readonly role?: "cau" | "cas" | "http";
  readonly netloc?: string;
  readonly onlyHost?: string;
  readonly now?: number;
}

async function newCa(label: string, wanted: WantedCa): Promise<Ca & { readonly specimen: Specimen }> {
  const { kind = "P-256", role = "cas", netloc = "ca.example.com:8009", onlyHost, now = NOW } = wanted;
  const key = await testKey(kind);
  const order = { ...caOrder(key, now), subject: caSubject(role, netloc), onlyHost };
  const der = await signCertificate(checkCa(prepareCa(order), order), await signerFor(key));
  return { key, certificate: await parseCertificate(der), specimen: specimen("CA", label, { der, issuer: der }) };
}

function caOrder({ publicKey }: PrivateKey, now: number) {
  return { publicKey, now, lifeSpan: 4 * LIFE_SPAN, serial: newSerial(random) };
}

/** CAs that follow another: our own, one that asked for more than ours do, and one that was no CA. */
async function successors(own: Ca): Promise<Specimen[]> {
  const policy = policiesExtension([{ oid: "1.3.6.1.4.1.99999.3", qualifiers: undefined }], false);
  const { subject, extensions } = own.certificate;
  const predecessors = {
    "ours": own.certificate,
    "an imported one with a policy": { subject, extensions: [...extensions, policy], isCa: true },
    "an imported one that was no CA": { subject, extensions: [keyUsage([0], true)], isCa: false },
  };
  return await Promise.all(
    Object.entries(predecessors).map(async ([label, predecessor]) => {
      const key = await testKey("P-384");
      const order = { ...caOrder(key, NOW), predecessor };
      const der = await signCertificate(checkCaSuccessor(prepareCaSuccessor(order), order), await signerFor(key));
      return specimen("CA", `the successor of ${label}`, { der, issuer: der });
    }),
  );
}

/** The CAs of the HTTPS listener, each with the one certificate that it is for. */
async function httpCas(): Promise<Specimen[]> {
  const hosts = ["ca.example.com", "localhost", "192.0.2.1", "[2001:db8::1]", `${"long-label.".repeat(6)}example.com`];
  const lists = await Promise.all(hosts.map(async (host) => {
    const ca = await newCa(`the HTTP CA of ${host}`, { role: "http", netloc: `${host}:8009`, onlyHost: host });
    const { publicKey } = await testKey("P-256");
    const order = { host, publicKey, issuer: ca.certificate, now: NOW, lifeSpan: LIFE_SPAN, serial: newSerial(random) };
    const der = await signCertificate(checkHttps(prepareHttps(order), order), await signerFor(ca.key));
    return [ca.specimen, specimen("HTTPS", `for ${host}`, { der, issuer: ca.certificate.der })];
  }));
  return lists.flat();
}

/** A service's, a user's with the auto-signed mark, and that one's renewal. */
async function leavesOf(ca: Ca, which: string, now = NOW): Promise<Specimen[]> {
  const { publicKey } = await testKey("RSA");
  const request = { subject: commonNameDer("user"), extensions: [policiesExtension([AUTO_SIGNED_POLICY], false)] };
  const order = { ...leafOrder(ca.certificate, publicKey), now };
  const userOrder = { ...order, crlDistributionPoint: undefined };
  return [
    await leaf(ca, order, specimenOf("service", which)),
    await leaf(ca, { ...userOrder, autoSigned: true }, specimenOf("user", `auto-signed, ${which}`)),
    await leaf(ca, { ...userOrder, request, keepCaucasePolicies: true }, specimenOf("user", `renewed, ${which}`)),
  ];
}

type Maker = (parts: { readonly der: Bytes; readonly issuer: Bytes }) => Specimen;

function specimenOf(kind: SpecimenKind, label: string): Maker {
  return (parts) => specimen(kind, label, parts);
}

async function leaf({ key, certificate }: Ca, order: LeafOrder, make: Maker): Promise<Specimen> {
  const der = await signCertificate(checkLeaf(prepareLeaf(order), order), await signerFor(key));
  return make({ der, issuer: certificate.der });
}

interface WantedCrl {
  readonly number?: bigint;
  readonly serials?: readonly bigint[];
  readonly now?: number;
}

const CRLS: readonly [string, WantedCrl][] = [
  ["empty, number 0", { number: 0n }],
  ["one entry", { serials: [1n] }],
  ["a thousand entries", { serials: Array.from({ length: 1000 }, (_, index) => (1n << 150n) + BigInt(index)) }],
  ["the largest serial numbers", { serials: [127n, 128n, (1n << 159n) - 1n] }],
  ["the largest number", { number: (1n << 159n) - 1n, serials: [1n] }],
];

async function crlOf({ key, certificate }: Ca, label: string, wanted: WantedCrl): Promise<Specimen> {
  const { number = 1n, serials = [], now = NOW } = wanted;
  const entries = CrlEntries.NONE.with(serials.map((serial) => ({ serial, revocationDate: now })));
  const content = { issuer: certificate, thisUpdate: now, nextUpdate: now + 30 * DAY, number, entries };
  return specimen("CRL", label, { der: await buildCrl(content, await signerFor(key)), issuer: certificate.der });
}

function specimen(kind: SpecimenKind, label: string, parts: { der: Bytes; issuer: Bytes }): Specimen {
  return { kind, label: `profile: ${label}`, ...parts };
}
