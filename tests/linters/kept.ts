/**
 * What the tests left in their folders (tests/support/kept_certificates.ts), as specimens: certificates in the tables
 * of a database that a CA certificate of the same database signed, and in files what those CAs signed for HTTPS or as
 * CRLs. What tests forge is signed by others, or lies in no database.
 */
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import type { Bytes } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import { decodePem, PEM_LABEL } from "../../core/pem.ts";
import { type Certificate, isIssuedBy, parseCertificate } from "../../core/x509/certificate.ts";
import { isCrlSignedBy, parseCrl } from "../../core/x509/crl.ts";
import { type KeptDatabase, type KeptFolder, readFolder } from "../support/kept_certificates.ts";
import type { Specimen, SpecimenKind } from "./specimen.ts";

const KIND = { cau: "user", cas: "service", http_cas: "HTTPS" } as const;

/** Databases that the reference made: what is in them shows nothing about us. */
const REFERENCE = fileURLToPath(new URL("../vectors/databases", import.meta.url));

/** Everything of ours in the files that `keepCertificates()` wrote to `folder`, each certificate and CRL once. */
export async function keptSpecimens(folder: string): Promise<Specimen[]> {
  const byContent = new Map<string, Specimen>();
  for await (const { name } of Deno.readDir(folder)) {
    const kept: KeptFolder = JSON.parse(await Deno.readTextFile(path.join(folder, name)));
    for (const specimen of await specimensOf(kept)) byContent.set(specimen.der.toBase64(), specimen);
  }
  for (const { der } of await specimensOf(await readFolder(REFERENCE))) byContent.delete(der.toBase64());
  return [...byContent.values()];
}

/** What our own code issued of all that was in one folder. */
export async function specimensOf({ databases, files }: KeptFolder): Promise<Specimen[]> {
  const specimens: Specimen[] = [];
  const issuers: { readonly certificate: Certificate; readonly ca: KeptDatabase["ca"] }[] = [];
  for (const { ca, authorities, certificates } of databases) {
    const own = await parsedCertificates(authorities.join("\n"));
    issuers.push(...own.map((certificate) => ({ certificate, ca })));
    for (const certificate of own) specimens.push(specimen("CA", `of ${ca}`, { certificate, issuer: certificate }));
    specimens.push(...await issuedBy(own, await parsedCertificates(certificates.join("\n")), KIND[ca]));
  }
  const httpCas = issuers.filter(({ ca }) => ca === "http_cas").map(({ certificate }) => certificate);
  for (const [name, text] of Object.entries(files)) {
    specimens.push(...await issuedBy(httpCas, await parsedCertificates(text), "HTTPS"));
    specimens.push(...await crlsOf(text, name, issuers.map(({ certificate }) => certificate)));
  }
  return specimens;
}

async function issuedBy(
  issuers: readonly Certificate[],
  certificates: readonly Certificate[],
  kind: SpecimenKind,
): Promise<Specimen[]> {
  const found: Specimen[] = [];
  for (const certificate of certificates) {
    const issuer = await firstOf(issuers, (candidate) => isIssuedBy(certificate, candidate));
    if (issuer !== undefined) found.push(specimen(kind, "kept", { certificate, issuer }));
  }
  return found;
}

async function crlsOf(text: string, name: string, issuers: readonly Certificate[]): Promise<Specimen[]> {
  const found: Specimen[] = [];
  for (const der of blocksOf(text, PEM_LABEL.CRL)) {
    const crl = await orUndefined(() => parseCrl(der));
    const issuer = crl && await firstOf(issuers, (candidate) => isCrlSignedBy(crl, candidate));
    if (issuer !== undefined) found.push({ kind: "CRL", label: `kept: ${name}`, der, issuer: issuer.der });
  }
  return found;
}

function specimen(
  kind: SpecimenKind,
  label: string,
  { certificate, issuer }: { readonly certificate: Certificate; readonly issuer: Certificate },
): Specimen {
  const serial = certificate.serial.toString(16);
  return { kind, label: `kept: ${label}, serial ${serial}`, der: certificate.der, issuer: issuer.der };
}

async function parsedCertificates(text: string): Promise<Certificate[]> {
  const parsed = await Promise.all(
    blocksOf(text, PEM_LABEL.CERTIFICATE).map((der) => orUndefined(() => parseCertificate(der))),
  );
  return parsed.filter((certificate) => certificate !== undefined);
}

function blocksOf(text: string, label: string): Bytes[] {
  try {
    return decodePem(text).filter((block) => block.label === label).map(({ der }) => der);
  } catch (error) {
    if (error instanceof CaucaseError) return [];
    throw error;
  }
}

/** Undefined for what is no certificate or CRL: tests also keep damaged ones, which none of our code made. */
async function orUndefined<T>(parse: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await parse();
  } catch (error) {
    if (error instanceof CaucaseError) return undefined;
    throw error;
  }
}

async function firstOf<T>(all: readonly T[], condition: (one: T) => Promise<boolean>): Promise<T | undefined> {
  for (const one of all) if (await condition(one)) return one;
  return undefined;
}
