/**
 * A certificate that has expired cannot renew itself: a request with the same names and a new key takes its place,
 * which a user must sign. It is kept where a renewal is (`saved_renewal.ts`), and the old files stay until the new
 * certificate is there.
 */
import { utf8 } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import type { FileSystem } from "../../core/host/durable_file.ts";
import { writeKeyPair } from "../../core/host/key_pair_change.ts";
import { type Certificate, certificateToPem } from "../../core/x509/certificate.ts";
import { csrFromPem } from "../../core/x509/csr.ts";
import { type Extension, findExtension, sameExtension } from "../../core/x509/extension.ts";
import { OID } from "../../core/der/oids.ts";
import { privateKeyToPem } from "../../core/keys/private_key.ts";
import { type KeyAndRequest, makeRequest, type RequestContent } from "../new_request.ts";
import { requireCertificateFor } from "../renewal.ts";
import type { RequestMaker } from "./bootstrap.ts";
import type { CertificateFiles } from "./entry_options.ts";
import { forgetRenewal, readSavedRenewal, saveRenewal } from "./saved_renewal.ts";

/** What of a certificate's extensions is asked for: its names, and what it may be used for. */
const ASKED_FOR: readonly string[] = [OID.SUBJECT_ALT_NAME, OID.KEY_USAGE, OID.EXTENDED_KEY_USAGE];

/**
 * The request to send in place of `expired`: the one that was made before, or one that is on the disk by now.
 * @throws `file`
 */
export async function replacementToSend(
  keyPath: string,
  expired: Certificate,
  { fileSystem, newKey }: RequestMaker,
): Promise<KeyAndRequest> {
  const made = await readReplacement(keyPath, expired, fileSystem);
  if (made !== undefined) return made;
  const request = await makeRequest(contentLike(expired), newKey);
  await saveRenewal(keyPath, { request, certificate: expired }, fileSystem);
  return request;
}

/**
 * The request that was made in place of `expired`; not one that could only renew it, as that names nothing. @throws
 * `file`
 */
export async function readReplacement(
  keyPath: string,
  expired: Certificate,
  fileSystem: FileSystem,
): Promise<KeyAndRequest | undefined> {
  const saved = await readSavedRenewal(keyPath, expired, fileSystem);
  if (saved === undefined) return undefined;
  const extensions = await extensionsOf(saved);
  const asksForAll = contentLike(expired).extensions.every((wanted) => {
    const found = findExtension(extensions, wanted.oid);
    return found !== undefined && sameExtension(found, wanted);
  });
  return asksForAll ? saved : undefined;
}

/**
 * Puts the certificate for the replacement, and its key, in the place of the expired ones.
 * @throws `untrusted` when it is not for that key, or not from one of `authorities`; `file`
 */
export async function storeReplacement(
  files: CertificateFiles,
  { certificate, authorities, request }: {
    readonly certificate: Certificate;
    readonly authorities: readonly Certificate[];
    readonly request: KeyAndRequest;
  },
  fileSystem: FileSystem,
): Promise<void> {
  await requireCertificateFor(request.key, certificate, authorities);
  const pair = { keyPem: privateKeyToPem(request.key), certificatePem: certificateToPem(certificate) };
  await writeKeyPair({ ...files, ...pair }, fileSystem);
  await forgetRenewal(files.keyPath, fileSystem);
}

/** None of a request that cannot be understood: it is of no use then, and another is made. */
async function extensionsOf({ csrPem }: KeyAndRequest): Promise<readonly Extension[]> {
  try {
    return (await csrFromPem(utf8(csrPem))).extensions;
  } catch (error) {
    if (error instanceof CaucaseError) return [];
    throw error;
  }
}

function contentLike({ subject, extensions }: Certificate): RequestContent {
  return { subject, extensions: extensions.filter(({ oid }) => ASKED_FOR.includes(oid)) };
}
