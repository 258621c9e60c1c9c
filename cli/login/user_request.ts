/** `login --request`: a new user's key, request and certificate, over several calls if need be. */
import { CaucaseError } from "../../core/errors.ts";
import { utf8 } from "../../core/bytes.ts";
import { appendDurably, readFileBytes, writeFileDurably } from "../../core/host/durable_file.ts";
import { generateRsaKey } from "../../core/host/generate_key.ts";
import { findKeyFile, KEY_FILE_MODE } from "../../core/host/key_file.ts";
import { sha256Hex } from "../../core/keys/hashes.ts";
import { type PrivateKey, privateKeyToPem } from "../../core/keys/private_key.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { decodeText } from "../../core/text.ts";
import { type Certificate, certificateToPem } from "../../core/x509/certificate.ts";
import { buildCsr, csrFromFile } from "../../core/x509/csr.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import type { ApiClient } from "../net/api_client.ts";
import { answeredCertificate, requireCertificateFor } from "../renewal.ts";

export interface UserRequest {
  /** Where key and certificate belong. The request and its id are beside them until the certificate is there. */
  readonly path: string;
  /** Common name. */
  readonly name: string;
  /** RSA bits of a new key. */
  readonly keyBits: number;
}

/** What has become of it. */
export type RequestOutcome =
  | { readonly kind: "there" }
  | { readonly kind: "waiting"; readonly id: string; readonly fingerprint: string };

/**
 * Goes on from where the last call ended: key, request, its id, certificate. Each is on the disk before the next step.
 * @throws `file`; `not-found` when the request was rejected; `untrusted` when what the server answers is not for it
 */
export async function pursueRequest(
  cau: ApiClient,
  wanted: UserRequest,
  authorities: readonly Certificate[],
): Promise<RequestOutcome> {
  const { path } = wanted;
  const content = await findKeyFile(path);
  if (content?.key !== undefined && content.certificate !== undefined) return { kind: "there" };
  if (content !== undefined && content.key === undefined) {
    throw new CaucaseError("file", `cannot use ${path}: it exists and holds no private key`);
  }
  const key = content?.key ?? await newKey(wanted);
  const csr = await requestFor(key, wanted);
  const id = await sentId(cau, path, csr);
  const pem = await cau.certificate(id);
  if (pem === undefined) {
    if (await cau.request(id) !== undefined) return { kind: "waiting", id, fingerprint: await fingerprintOf(csr) };
    await removeNotes(path);
    throw new CaucaseError("not-found", `request ${id} was rejected`, { hint: "the next call sends a new one" });
  }
  const certificate = await answeredCertificate(pem);
  await requireCertificateFor(key, certificate, authorities);
  await appendDurably(path, certificateToPem(certificate), { mode: KEY_FILE_MODE });
  await removeNotes(path);
  return { kind: "there" };
}

/** What both sides of a telephone compare: SHA-256 of the request's DER, lower-case hex. */
async function fingerprintOf(csr: Uint8Array<ArrayBuffer>): Promise<string> {
  return sha256Hex((await csrFromFile(csr)).csr.der);
}

async function newKey({ path, keyBits }: UserRequest): Promise<PrivateKey> {
  const key = await generateRsaKey(keyBits);
  await writeFileDurably(path, privateKeyToPem(key), { mode: KEY_FILE_MODE });
  return key;
}

/** The request of an earlier call, if it is for this key and name; else a new one. */
async function requestFor(key: PrivateKey, { path, name }: UserRequest): Promise<Uint8Array<ArrayBuffer>> {
  const earlier = await readFileBytes(requestPath(path));
  const subject = commonNameDer(name);
  if (earlier !== undefined) {
    const { csr } = await csrFromFile(earlier);
    if (csr.publicKey.keyId === key.publicKey.keyId && csr.subject.toHex() === subject.toHex()) return earlier;
  }
  const made = utf8(await buildCsr({ subject, extensions: [] }, await signerFor(key)));
  await writeFileDurably(requestPath(path), made);
  // An id is that of a request: the one of another request is of no use.
  await removeIfThere(idPath(path));
  return made;
}

async function sentId(cau: ApiClient, path: string, csr: Uint8Array): Promise<string> {
  const noted = await readFileBytes(idPath(path));
  const [, url, id] = /^(\S+) (\d+)\n$/.exec(noted === undefined ? "" : decodeText(noted)) ?? [];
  if (id !== undefined && url === cau.serverUrl) return id;
  const sent = await cau.submit(csr);
  await writeFileDurably(idPath(path), `${cau.serverUrl} ${sent}\n`);
  return sent;
}

function requestPath(path: string): string {
  return `${path}.csr`;
}

function idPath(path: string): string {
  return `${path}.csr.id`;
}

async function removeNotes(path: string): Promise<void> {
  for (const note of [idPath(path), requestPath(path)]) await removeIfThere(note);
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
