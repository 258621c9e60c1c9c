/** Key pairs of another CA become service CA certificates. */
import type { CaStores, StoredIssuer } from "../../core/ca/stores.ts";
import { equalBytes } from "../../core/bytes.ts";
import { belongTogether } from "../../core/host/key_file.ts";
import { onlyPem, PEM_LABEL } from "../../core/pem.ts";
import {
  type Certificate,
  certificateToPem,
  isIssuedBy,
  isValidAt,
  parseCertificate,
} from "../../core/x509/certificate.ts";
import { findExtension, readExtensionValue } from "../../core/x509/extension.ts";
import { readDer, readNamedBits } from "../../core/der/reader.ts";
import { TAG } from "../../core/der/tags.ts";
import { OID } from "../../core/der/oids.ts";
import { isPrivateKeyBlock, type PrivateKey } from "../../core/keys/private_key.ts";
import { checkKeyStrength } from "../../core/keys/public_key.ts";
import { pemReference } from "../keys/pem_keys.ts";
import { about, openKey, type Passphrases, readPemBlocks, unusable } from "./pem_files.ts";

/** A CA certificate with its key, and the file that the certificate was in. */
export interface CaKeyPair {
  readonly certificate: Certificate;
  readonly key: PrivateKey;
  readonly path: string;
}

const CRL_SIGN = 6;
const PAIR_HINT = "if certificate and key are in two files, give --import-ca for each";
const CHECK_HINT = "--import-bad-ca takes it as it is";

/**
 * The key pairs in the files at `paths`, oldest first, each once; key and certificate may be in different files.
 * @throws `file` for a certificate without its key, a key without a certificate, and a file that holds neither
 */
export async function readKeyPairs(paths: readonly string[], passphrases: Passphrases): Promise<CaKeyPair[]> {
  const certificates: { certificate: Certificate; path: string }[] = [];
  const keys: { key: PrivateKey; path: string }[] = [];
  for (const path of paths) {
    const before = certificates.length + keys.length;
    for (const block of await readPemBlocks(path)) {
      if (isPrivateKeyBlock(block)) keys.push({ key: await openKey(block, path, passphrases), path });
      if (block.label !== PEM_LABEL.CERTIFICATE) continue;
      const certificate = await about(path, () => parseCertificate(block.der));
      const isKnown = certificates.some((other) => equalBytes(other.certificate.der, certificate.der));
      if (!isKnown) certificates.push({ certificate, path });
    }
    if (certificates.length + keys.length === before) throw unusable(path, "it holds no key and no new certificate");
  }
  return pairUp(certificates, keys);
}

function pairUp(
  certificates: readonly { readonly certificate: Certificate; readonly path: string }[],
  keys: readonly { readonly key: PrivateKey; readonly path: string }[],
): CaKeyPair[] {
  const pairs = certificates.map(({ certificate, path }) => {
    const key = keys.find((candidate) => belongTogether(candidate.key, certificate))?.key;
    if (key === undefined) {
      throw unusable(path, "the key of a certificate in it is in none of the files to import", PAIR_HINT);
    }
    return { certificate, key, path };
  });
  for (const { key, path } of keys) {
    const isUsed = pairs.some(({ certificate }) => belongTogether(key, certificate));
    if (!isUsed) throw unusable(path, "the certificate of a key in it is in none of the files to import", PAIR_HINT);
  }
  return pairs.toSorted((a, b) => a.certificate.notBefore - b.certificate.notBefore);
}

/**
 * Whether services can rely on such a CA: what the certificates and CRLs it will sign need (RFC 5280 4.2.1.3, 4.2.1.9,
 * 6.3.3).
 * @throws `file` with the first thing that is wrong
 */
export async function checkCaKeyPair({ certificate, path }: CaKeyPair, now: number): Promise<void> {
  await about(path, () => checkKeyStrength(certificate.publicKey));
  const reason = await reasonAgainst(certificate, now);
  if (reason !== undefined) throw unusable(path, reason, CHECK_HINT);
}

async function reasonAgainst(certificate: Certificate, now: number): Promise<string | undefined> {
  if (!certificate.isCa) return "a certificate in it is not one of a CA";
  if (!signsCrls(certificate)) return "a CA certificate in it may not sign CRLs";
  if (!isValidAt(certificate, now)) return "a CA certificate in it has expired, or is not valid yet";
  if (!await isIssuedBy(certificate, certificate)) return "a CA certificate in it is not signed with its own key";
  return undefined;
}

function signsCrls({ extensions }: Certificate): boolean {
  const usage = findExtension(extensions, OID.KEY_USAGE);
  return usage === undefined || readExtensionValue(usage, "keyUsage", (value) => {
    return readNamedBits(readDer(value, TAG.BIT_STRING, "value"), "value").has(CRL_SIGN);
  });
}

/** Those that the CA does not have yet, as its store takes them. */
export async function newIssuers(
  stores: CaStores,
  pairs: readonly CaKeyPair[],
): Promise<(StoredIssuer & { readonly keyIdentifier: string })[]> {
  // As DER: another program that wrote to the database may have cut the lines of PEM elsewhere.
  const derOf = (pem: string) => onlyPem(pem, [PEM_LABEL.CERTIFICATE], "CA certificate in the database").der.toHex();
  const stored = new Set((await stores.issuers.list()).issuers.map(({ certificatePem }) => derOf(certificatePem)));
  return pairs.filter(({ certificate }) => !stored.has(certificate.der.toHex())).map(({ certificate, key }) => ({
    notAfter: certificate.notAfter,
    key: pemReference(key),
    certificatePem: certificateToPem(certificate),
    keyIdentifier: certificate.keyIdentifier,
  }));
}
