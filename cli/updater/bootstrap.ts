/** From no certificate to the first one: a key and a request, which somebody must approve. */
import { type Bytes, utf8 } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import { type FileSystem, readFileBytes, writeFileDurably } from "../../core/host/durable_file.ts";
import { fileError } from "../../core/host/file_error.ts";
import { KEY_FILE_MODE, parseKeyFile } from "../../core/host/key_file.ts";
import { writeKeyPair } from "../../core/host/key_pair_change.ts";
import { type Certificate, certificateToPem } from "../../core/x509/certificate.ts";
import { buildCsr, csrFromFile } from "../../core/x509/csr.ts";
import { type PrivateKey, privateKeyToPem } from "../../core/keys/private_key.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { answeredCertificate, requireCertificateFor } from "../renewal.ts";
import type { CertificateFiles } from "./entry_options.ts";
import type { HolderApi } from "./host.ts";

export interface RequestMaker {
  readonly fileSystem: FileSystem;
  newKey(): Promise<PrivateKey>;
}

/**
 * The request to send, as it is in its file: one that was there, or where `identity` says what to ask for one that is
 * made now. Key, then request, are on the disk before this resolves: after a restart the same ones are used.
 * @throws `file` when there is none, or when it is not for the key at hand
 */
export async function requestToSend(files: CertificateFiles, maker: RequestMaker): Promise<Bytes> {
  const { fileSystem } = maker;
  const { identity } = files;
  const csr = await readFileBytes(files.csrPath, fileSystem);
  const key = (await findKey(files, fileSystem))?.key;
  if (identity === undefined) return await requireRequest(files, { csr, key });
  if (csr !== undefined && key !== undefined && await isFor(key, csr, files.csrPath)) return csr;
  const signer = await signerFor(key ?? await storeNewKey(files, maker));
  const made = utf8(await buildCsr(identity, signer));
  await writeFileDurably(files.csrPath, made, { fileSystem });
  return made;
}

/** The request that somebody else made. */
async function requireRequest(
  files: CertificateFiles,
  { csr, key }: { readonly csr: Bytes | undefined; readonly key: PrivateKey | undefined },
): Promise<Bytes> {
  if (csr === undefined) throw noRequest(files);
  if (key === undefined) throw unusable(files.keyPath, "there is no private key for the request in it");
  if (await isFor(key, csr, files.csrPath)) return csr;
  throw unusable(files.csrPath, `it is for another key than the one in ${files.keyPath}`);
}

/** SHA-256 of a request's file, hex: whether the one that was sent is still the one to send. */
export async function requestFingerprint(csr: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(csr))).toHex();
}

/** What has become of the request with that `id`: "unknown" when it was rejected. */
export async function askFor(api: HolderApi, id: string): Promise<Certificate | "pending" | "unknown"> {
  const pem = await api.certificate(id);
  if (pem !== undefined) return await answeredCertificate(pem);
  if (await api.request(id) !== undefined) return "pending";
  // Anything that stands in for the server, such as a proxy, says "not found" too: believe only one that has a CA.
  await api.caChain();
  const late = await api.certificate(id);
  return late === undefined ? "unknown" : await answeredCertificate(late);
}

/**
 * Puts the first certificate beside its key.
 * @throws `untrusted` when it is not for the key, or not from one of `authorities`; `file`
 */
export async function storeFirst(
  files: CertificateFiles,
  { certificate, authorities }: { readonly certificate: Certificate; readonly authorities: readonly Certificate[] },
  fileSystem: FileSystem,
): Promise<void> {
  const found = await findKey(files, fileSystem);
  if (found === undefined) throw unusable(files.keyPath, "the private key for the certificate is gone");
  await requireCertificateFor(found.key, certificate, authorities);
  const pair = { keyPem: found.keyPem, certificatePem: certificateToPem(certificate) };
  await writeKeyPair({ ...files, ...pair }, fileSystem);
}

/** The private key in the key file; undefined when there is no such file or it is empty. */
async function findKey({ keyPath }: CertificateFiles, fileSystem: FileSystem) {
  const bytes = await readFileBytes(keyPath, fileSystem);
  if (bytes === undefined || bytes.length === 0) return undefined;
  const { key, keyPem } = await parseKeyFile(bytes, keyPath);
  if (key === undefined || keyPem === undefined) throw unusable(keyPath, "it holds no private key");
  return { key, keyPem };
}

async function storeNewKey({ keyPath }: CertificateFiles, { newKey, fileSystem }: RequestMaker): Promise<PrivateKey> {
  const key = await newKey();
  await writeFileDurably(keyPath, privateKeyToPem(key), { mode: KEY_FILE_MODE, fileSystem });
  return key;
}

async function isFor(key: PrivateKey, csr: Bytes, path: string): Promise<boolean> {
  try {
    return (await csrFromFile(csr)).csr.publicKey.keyId === key.publicKey.keyId;
  } catch (error) {
    if (error instanceof CaucaseError) throw fileError("use", path, error);
    throw error;
  }
}

function noRequest({ certificatePath, csrPath }: CertificateFiles): CaucaseError {
  return new CaucaseError("file", `there is no certificate in ${certificatePath}, and no request in ${csrPath}`, {
    hint: "make key and request with openssl or `caucase rerequest` and name them by --key and --csr, " +
      "or say what to ask for by --subject, --dns, --ip, --email, --uri",
  });
}

function unusable(path: string, reason: string): CaucaseError {
  return new CaucaseError("file", `cannot use ${path}: ${reason}`);
}
