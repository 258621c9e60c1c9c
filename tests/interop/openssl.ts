/** What the `openssl` command says: a third opinion on everything that two implementations of ours agree on. */
import assert from "node:assert/strict";
import { opensslPath } from "../support/requirements.ts";
import { type Outcome, runCommand } from "../support/process.ts";

function openssl(cwd: string, ...args: string[]): Promise<Outcome> {
  return runCommand([opensslPath() ?? "openssl", ...args], { cwd });
}

async function output(cwd: string, ...args: string[]): Promise<string> {
  const { status, out, err } = await openssl(cwd, ...args);
  assert.equal(status, 0, `openssl ${args.join(" ")}: ${err}`);
  return out;
}

const KEY_OPTIONS = {
  RSA: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
  EC: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
};

/** A new private key (PKCS#8, 0600) in `file`. */
export async function makeKey(folder: string, file: string, kind: "RSA" | "EC"): Promise<void> {
  await output(folder, "genpkey", ...KEY_OPTIONS[kind], "-out", file);
}

/** A request to be made: files `<name>.key.pem` (0600, RSA 2048) and `<name>.csr.pem`. */
export interface WantedRequest {
  readonly name: string;
  /** In OpenSSL's form; `/CN=<name>` unless given. */
  readonly subject?: string;
  /** Extensions in OpenSSL's form, as `subjectAltName=DNS:a.example`. */
  readonly extensions?: readonly string[];
  /** A key file to use instead of a new key. */
  readonly key?: string;
}

export async function makeRequest(folder: string, wanted: WantedRequest): Promise<void> {
  const { name, subject = `/CN=${name}`, extensions = [], key } = wanted;
  const keyOptions = key === undefined
    ? ["-newkey", "rsa:2048", "-nodes", "-keyout", `${name}.key.pem`]
    : ["-key", key];
  const extensionOptions = extensions.flatMap((extension) => ["-addext", extension]);
  await output(
    folder,
    "req",
    "-new",
    "-utf8",
    ...keyOptions,
    "-subj",
    subject,
    ...extensionOptions,
    "-out",
    `${name}.csr.pem`,
  );
}

export async function makeRequests(folder: string, ...names: string[]): Promise<void> {
  for (const name of names) await makeRequest(folder, { name });
}

export interface ShownCertificate {
  /** Decimal. */
  readonly serial: string;
  readonly subject: string;
  readonly issuer: string;
  /** Unix seconds. */
  readonly notAfter: number;
  /** The whole text that OpenSSL prints. */
  readonly text: string;
  /** PEM. */
  readonly publicKey: string;
  /** Upper-case hex with colons. */
  readonly subjectKeyIdentifier: string;
  readonly authorityKeyIdentifier: string;
}

/** What the first certificate of a file says. */
export async function showCertificate(folder: string, file: string): Promise<ShownCertificate> {
  const fields = ["-serial", "-subject", "-issuer", "-enddate", "-nameopt", "RFC2253", "-dateopt", "iso_8601"];
  const short = await output(folder, "x509", "-in", file, "-noout", ...fields);
  const text = await output(folder, "x509", "-in", file, "-noout", "-text");
  return {
    serial: BigInt(`0x${field(short, /^serial=(.*)$/m)}`).toString(),
    subject: field(short, /^subject=(.*)$/m),
    issuer: field(short, /^issuer=(.*)$/m),
    notAfter: Date.parse(field(short, /^notAfter=(.*)$/m).replace(" ", "T")) / 1000,
    text,
    publicKey: await output(folder, "x509", "-in", file, "-noout", "-pubkey"),
    subjectKeyIdentifier: field(text, /Subject Key Identifier:\s+([0-9A-F:]+)/),
    authorityKeyIdentifier: field(text, /Authority Key Identifier:\s+(?:keyid:)?([0-9A-F:]+)/),
  };
}

/** What a request asks for: subject and extensions as OpenSSL prints them, and its public key (PEM). */
export async function showRequest(folder: string, file: string): Promise<{ names: string; publicKey: string }> {
  const hidden = "no_version,no_header,no_pubkey,no_sigdump,no_signame";
  return {
    names: await output(folder, "req", "-in", file, "-noout", "-verify", "-text", "-reqopt", hidden),
    publicKey: await output(folder, "req", "-in", file, "-noout", "-pubkey"),
  };
}

function field(text: string, pattern: RegExp): string {
  const value = pattern.exec(text)?.[1];
  assert.ok(value !== undefined, `${pattern} is not in: ${text}`);
  return value.trim();
}

/** The public key (PEM) of the private key in a file. */
export function publicKeyOf(folder: string, keyFile: string): Promise<string> {
  return output(folder, "pkey", "-in", keyFile, "-pubout");
}

/** What the first CRL of a file says; `number` is its crlNumber, `serials` what is revoked, decimal. */
export async function showCrl(folder: string, file: string): Promise<{ number: number; serials: string[] }> {
  const text = await output(folder, "crl", "-in", file, "-noout", "-text");
  return {
    number: Number(field(text, /CRL Number:\s+(\S+)/)),
    serials: [...text.matchAll(/Serial Number: ([0-9A-F]+)/g)].map(([, hex]) => BigInt(`0x${hex}`).toString()),
  };
}

export interface Verification {
  readonly certificate: string;
  readonly ca: string;
  readonly crl: string;
  /** Unix seconds to judge at; now unless given. */
  readonly at?: number;
}

/** Verifies a certificate against the CA certificates and the CRLs of two files: "OK", or OpenSSL's reason. */
export async function verify(folder: string, wanted: Verification): Promise<string> {
  const time = wanted.at === undefined ? [] : ["-attime", `${wanted.at}`];
  const trust = ["-x509_strict", "-CAfile", wanted.ca, "-CRLfile", wanted.crl, "-crl_check"];
  const { status, err } = await openssl(folder, "verify", ...trust, ...time, wanted.certificate);
  if (status === 0) return "OK";
  return /error \d+ at \d+ depth lookup: (.*)/.exec(err)?.[1] ?? err;
}
