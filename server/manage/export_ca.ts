/** All service CA certificates with their keys, encrypted, in one file. */
import type { CaStores } from "../../core/ca/stores.ts";
import { CaucaseError } from "../../core/errors.ts";
import { hostFileSystem, writeFileDurably } from "../../core/host/durable_file.ts";
import { fileError } from "../../core/host/file_error.ts";
import { KEY_FILE_MODE } from "../../core/host/key_file.ts";
import { randomBytes } from "../../core/host/random.ts";
import { certificateToPem } from "../../core/x509/certificate.ts";
import { encryptPrivateKey } from "../../core/keys/encrypted_key.ts";
import { readCaRecords } from "./ca_records.ts";
import type { Passphrases } from "./pem_files.ts";

/** @throws `file` when there is anything at `path` */
export async function requireAbsent(path: string): Promise<void> {
  try {
    if (await hostFileSystem.status(path) === undefined) return;
  } catch (error) {
    throw fileError("write", path, error);
  }
  throw new CaucaseError("file", `cannot write ${path}: it exists`, {
    hint: "choose another path, or move it away first",
  });
}

/**
 * Writes each certificate, then its key, to a new file at `path`, mode 0600.
 * @throws `storage`, `file`, `not-found` when there is nothing to export
 */
export async function exportCa(store: CaStores, path: string, passphrases: Passphrases): Promise<void> {
  await requireAbsent(path);
  const records = await readCaRecords(store);
  if (records.length === 0) throw new CaucaseError("not-found", "the database has no service CA certificate to export");
  const passphrase = await passphrases.forExport();
  const parts: string[] = [];
  for (const { certificate, key } of records) {
    parts.push(certificateToPem(certificate), await encryptPrivateKey(key, { passphrase, random: randomBytes }));
  }
  await requireAbsent(path);
  await writeFileDurably(path, parts.join(""), { mode: KEY_FILE_MODE });
}
