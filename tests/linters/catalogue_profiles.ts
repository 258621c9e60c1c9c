/**
 * One of every kind, straight from the profiles: what no server makes in an afternoon, such as other CA keys and late
 * dates.
 */
import type { Bytes } from "../../core/bytes.ts";
import { checkCaSuccessor, prepareCaSuccessor } from "../../core/profiles/ca_profile.ts";
import { newSerial, signCertificate } from "../../core/x509/tbs_certificate.ts";
import type { LeafOrder } from "../../core/profiles/leaf_profile.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import { AUTO_SIGNED_POLICY, policiesExtension } from "../../core/profiles/policies.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { keyUsage } from "../../core/x509/standard_extensions.ts";
import {
  DAY,
  httpsPairOf,
  issueLeaf,
  leafOrder,
  LIFE_SPAN,
  newCa,
  NOW,
  random,
  signCrl,
  type TestCa,
  type TestCrl,
  type WantedCa,
} from "../support/issuing.ts";
import { TEST_KEY_KINDS, testKey, type TestKeyKind } from "../support/keys.ts";
import type { Specimen, SpecimenKind } from "./specimen.ts";

/** Certificates that begin here end in the 2050s, where times change their type (RFC 5280 4.1.2.5). */
const BEFORE_2050 = Date.UTC(2049, 11, 1) / 1000;
/** Both of its ends are written in the later type. */
const AFTER_2050 = Date.UTC(2050, 0, 1) / 1000 + 10;

export async function profileCatalogue(): Promise<Specimen[]> {
  const specimens: Specimen[] = [];
  for (const kind of TEST_KEY_KINDS) {
    const ca = await listedCa(`a CA with a ${kind} key`, { kind });
    specimens.push(ca.specimen, ...await leavesOf(ca, `of a CA with a ${kind} key`));
    specimens.push(await crlOf(ca, `of a CA with a ${kind} key`));
  }
  const ca = await listedCa("a CA for many CRLs");
  specimens.push(...await Promise.all(CRLS.map(([label, content]) => crlOf(ca, label, content))));
  for (const now of [BEFORE_2050, AFTER_2050]) {
    const late = await listedCa(`a CA made at ${now}`, { now });
    specimens.push(
      late.specimen,
      ...await leavesOf(late, `made at ${now}`, now),
      await crlOf(late, "late", datedFrom(now)),
    );
  }
  const { publicKey } = await testKey("P-256");
  const local = { ...leafOrder(ca.certificate, publicKey), crlDistributionPoint: "http://localhost:8009/cas/crl/12" };
  specimens.push(await leaf(ca, local, specimenOf("service", "of a server on localhost")));
  return [...specimens, ...await successors(ca), ...await httpCas()];
}

interface ListedCa extends TestCa {
  readonly specimen: Specimen;
}

async function listedCa(label: string, wanted: WantedCa & { readonly kind?: TestKeyKind } = {}): Promise<ListedCa> {
  const ca = await newCa({ key: await testKey(wanted.kind ?? "P-256"), ...wanted });
  const { der } = ca.certificate;
  return { ...ca, specimen: specimen("CA", label, { der, issuer: der }) };
}

/** CAs that follow another: our own, one that asked for more than ours do, and one that was no CA. */
async function successors(own: TestCa): Promise<Specimen[]> {
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
      const dates = { now: NOW, lifeSpan: 4 * LIFE_SPAN };
      const order = { publicKey: key.publicKey, ...dates, serial: newSerial(random), predecessor };
      const der = await signCertificate(checkCaSuccessor(prepareCaSuccessor(order), order), await signerFor(key));
      return specimen("CA", `the successor of ${label}`, { der, issuer: der });
    }),
  );
}

/** The CAs of the HTTPS listener, each with the one certificate that it is for. */
async function httpCas(): Promise<Specimen[]> {
  const hosts = ["ca.example.com", "localhost", "192.0.2.1", "[2001:db8::1]", `${"long-label.".repeat(6)}example.com`];
  const lists = await Promise.all(hosts.map(async (host) => {
    const ca = await listedCa(`the HTTP CA of ${host}`, { name: "http_cas", host });
    const { certificate: { der } } = await httpsPairOf(ca, { host });
    return [ca.specimen, specimen("HTTPS", `for ${host}`, { der, issuer: ca.certificate.der })];
  }));
  return lists.flat();
}

/** A service's, a user's with the auto-signed mark, and that one's renewal. */
async function leavesOf(ca: TestCa, which: string, now = NOW): Promise<Specimen[]> {
  const { publicKey } = await testKey("RSA");
  const request = { subject: commonNameDer("user"), extensions: [policiesExtension([AUTO_SIGNED_POLICY], false)] };
  const order = { ...leafOrder(ca.certificate, publicKey), now };
  const userOrder = { ...order, crlDistributionPoint: undefined };
  return [
    await leaf(ca, order, specimenOf("service", which)),
    await leaf(ca, { ...userOrder, autoSigned: true }, specimenOf("user", `auto-signed, ${which}`)),
    await leaf(
      ca,
      { ...userOrder, content: request, keepCaucasePolicies: true },
      specimenOf("user", `renewed, ${which}`),
    ),
  ];
}

type SpecimenMaker = (parts: { readonly der: Bytes; readonly issuer: Bytes }) => Specimen;

function specimenOf(kind: SpecimenKind, label: string): SpecimenMaker {
  return (parts) => specimen(kind, label, parts);
}

async function leaf(ca: TestCa, order: LeafOrder, make: SpecimenMaker): Promise<Specimen> {
  const { der } = await issueLeaf(order, ca);
  return make({ der, issuer: ca.certificate.der });
}

const CRLS: readonly [string, TestCrl][] = [
  ["empty, number 0", { number: 0n }],
  ["one entry", { serials: [1n] }],
  ["a thousand entries", { serials: Array.from({ length: 1000 }, (_, index) => (1n << 150n) + BigInt(index)) }],
  ["the largest serial numbers", { serials: [127n, 128n, (1n << 159n) - 1n] }],
  ["the largest number", { number: (1n << 159n) - 1n, serials: [1n] }],
];

function datedFrom(now: number): TestCrl {
  return { thisUpdate: now, nextUpdate: now + 30 * DAY };
}

async function crlOf(ca: TestCa, label: string, content: TestCrl = {}): Promise<Specimen> {
  const der = await signCrl(ca, { ...datedFrom(NOW), ...content });
  return specimen("CRL", label, { der, issuer: ca.certificate.der });
}

function specimen(kind: SpecimenKind, label: string, parts: { der: Bytes; issuer: Bytes }): Specimen {
  return { kind, label: `profile: ${label}`, ...parts };
}
