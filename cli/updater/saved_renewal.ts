/**
 * A renewal under way: its new key and request are on the disk, in `<key file>.renewing` (0600), before the request is
 * sent. When the answer is lost, or we are killed, the same request is sent again and a server of caucase answers the
 * same certificate; a new key each time would leave a trail of certificates that nobody holds.
 */
import { CaucaseError } from "../../core/errors.ts";
import { equalBytes } from "../../core/bytes.ts";
import { type FileSystem, readFileBytes, writeFileDurably } from "../../core/host/durable_file.ts";
import { fileError } from "../../core/host/file_error.ts";
import { KEY_FILE_MODE, parseKeyFile } from "../../core/host/key_file.ts";
import { onlyPem, PEM_LABEL } from "../../core/pem.ts";
import { type Certificate, certificateToPem } from "../../core/x509/certificate.ts";
import { privateKeyToPem } from "../../core/keys/private_key.ts";
import type { KeyAndRequest } from "../new_request.ts";

/** Where the renewal of the key at `keyPath` is kept. */
export function renewalPath(keyPath: string): string {
  return `${keyPath}.renewing`;
}

/** @throws `file` */
export async function saveRenewal(
  keyPath: string,
  { request, certificate }: { readonly request: KeyAndRequest; readonly certificate: Certificate },
  fileSystem: FileSystem,
): Promise<void> {
  // With the certificate that it renews, so that nobody takes it for the renewal of a later one.
  const content = privateKeyToPem(request.key) + request.csrPem + certificateToPem(certificate);
  await writeFileDurably(renewalPath(keyPath), content, { mode: KEY_FILE_MODE, fileSystem });
}

/**
 * The renewal of `certificate` that was begun; undefined when there is none. What is there for another certificate, or
 * cannot be read, is of no use any more.
 * @throws `file` when it cannot be read for reasons of the system
 */
export async function readSavedRenewal(
  keyPath: string,
  certificate: Certificate,
  fileSystem: FileSystem,
): Promise<KeyAndRequest | undefined> {
  const path = renewalPath(keyPath);
  const bytes = await readFileBytes(path, fileSystem);
  if (bytes === undefined) return undefined;
  try {
    const { key, certificate: renewed } = await parseKeyFile(bytes, path);
    if (key === undefined || renewed === undefined || !equalBytes(renewed.der, certificate.der)) return undefined;
    const csr = onlyPem(new TextDecoder().decode(bytes), [PEM_LABEL.CSR], "request");
    return { key, csrPem: csr.text };
  } catch (error) {
    if (error instanceof CaucaseError) return undefined;
    throw error;
  }
}

/** Forgets it. @throws `file` */
export async function forgetRenewal(keyPath: string, fileSystem: FileSystem): Promise<void> {
  const path = renewalPath(keyPath);
  try {
    await fileSystem.remove(path);
  } catch (error) {
    throw fileError("remove", path, error);
  }
}

/**
 * Forgets what is of no use any more: a kill came between the new pair and the removal of what led to it. @throws
 * `file`
 */
export async function forgetOldRenewal(
  keyPath: string,
  certificate: Certificate,
  fileSystem: FileSystem,
): Promise<void> {
  if (await fileSystem.status(renewalPath(keyPath)) === undefined) return;
  if (await readSavedRenewal(keyPath, certificate, fileSystem) === undefined) await forgetRenewal(keyPath, fileSystem);
}
