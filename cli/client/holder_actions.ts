/** What anybody may ask of a server, and what the holder of a certificate may ask for it. */
import { equalBytes } from "../../core/bytes.ts";
import { holderRevocation } from "../../core/protocol/revocation.ts";
import { CaucaseError } from "../../core/errors.ts";
import { appendDurably, readFileBytes, writeFileDurably, writeToDevice } from "../../core/host/durable_file.ts";
import { fileError } from "../../core/host/file_error.ts";
import { belongTogether, findKeyFile, KEY_FILE_MODE, readKeyFile } from "../../core/host/key_file.ts";
import { recoverKeyPair, writeKeyPair } from "../../core/host/key_pair_change.ts";
import { readKeyPair } from "../../core/host/key_pair_file.ts";
import { type Certificate, certificateFromPem, certificateToPem } from "../../core/x509/certificate.ts";
import { csrFromFile } from "../../core/x509/csr.ts";
import { isAutoSigned } from "../../core/profiles/policies.ts";
import { answeredCertificate, isRenewalDue, issuerAmong, renewAt } from "../renewal.ts";
import { caFingerprint } from "../ca_fingerprint.ts";
import { printLine, printText } from "../terminal.ts";
import { clientFiles } from "./files.ts";
import type { ClientSession } from "./session.ts";

/**
 * `--show-ca`: the fingerprint of what the server gives to newcomers, if it is a CA certificate that we trust.
 * @throws `untrusted` when it is not
 */
export async function showCa({ api, authorities }: ClientSession): Promise<void> {
  const first = await certificateFromPem(await api.caCertificate());
  if (!authorities.some(({ der }) => equalBytes(der, first.der))) {
    throw new CaucaseError("untrusted", "the server's CA certificate for new clients is not a stored one");
  }
  printLine(await caFingerprint(first));
}

/** `--send-csr PATH…` */
export async function sendCsr({ api, outcome }: ClientSession, paths: readonly string[]): Promise<void> {
  await outcome.forEach(paths, {
    name: (path) => path,
    async action(path) {
      printLine(`${await api.submit(await requireCsrFile(path))} ${path}`);
    },
  });
}

/** `--get-csr ID PATH` */
export async function getCsr({ api, outcome }: ClientSession, wanted: readonly IdAndPath[]): Promise<void> {
  await outcome.forEach(wanted, {
    name: ({ id }) => id,
    async action({ id, path }) {
      const pem = await api.request(decimalId(id));
      if (pem === undefined) throw new CaucaseError("not-found", "no such request");
      if (!await deliverToStream(path, pem)) await writeFileDurably(path, pem, { fileSystem: clientFiles });
    },
  });
}

/** `--get-crt ID PATH` */
export async function getCrt(session: ClientSession, wanted: readonly IdAndPath[]): Promise<void> {
  await session.outcome.forEach(wanted, { name: ({ id }) => id, action: (one) => getOneCrt(session, one) });
}

/** `--revoke-crt CRT KEY` */
export async function revokeCrt({ api, outcome }: ClientSession, pairs: readonly CrtAndKey[]): Promise<void> {
  await outcome.forEach(pairs, {
    name: ({ crt }) => crt,
    async action(files) {
      const { certificate, key } = await readKeyPair(await pairPaths(files));
      await api.revoke(await holderRevocation(certificateToPem(certificate), key));
    },
  });
}

export interface RenewalRules {
  /** Renew with less than this left, in seconds. */
  readonly threshold: number;
  readonly keyBits: number;
}

/** `--renew-crt CRT KEY` */
export async function renewCrt(
  session: ClientSession,
  pairs: readonly CrtAndKey[],
  rules: RenewalRules,
): Promise<void> {
  await session.outcome.forEach(pairs, { name: ({ crt }) => crt, action: (files) => renewOne(session, files, rules) });
}

export interface IdAndPath {
  readonly id: string;
  readonly path: string;
}

export interface CrtAndKey {
  readonly crt: string;
  /** Ignored where the certificate's file holds the key too. */
  readonly key: string;
}

/** An id as the protocol has it. Throws `malformed`, before anything is asked of the server. */
export function decimalId(text: string): string {
  if (!/^\d+$/.test(text)) throw new CaucaseError("malformed", "not an id: it must be a decimal integer");
  return text;
}

/** The one request that is in a file, as a server takes it. */
export async function requireCsrFile(path: string): Promise<Uint8Array> {
  const bytes = await readFileBytes(path);
  if (bytes === undefined) throw new CaucaseError("file", `cannot read ${path}: it does not exist`);
  try {
    return (await csrFromFile(bytes)).pem;
  } catch (error) {
    if (error instanceof CaucaseError) throw fileError("use", path, error);
    throw error;
  }
}

async function getOneCrt({ api, outcome, authorities }: ClientSession, { id, path }: IdAndPath): Promise<void> {
  const pem = await api.certificate(decimalId(id));
  if (pem === undefined) {
    const pending = await api.request(id) !== undefined;
    printLine(`${id} ${pending ? "CSR still pending" : "not found - maybe CSR was rejected ?"}`);
    return pending ? outcome.warned() : outcome.failed();
  }
  const certificate = await answeredCertificate(pem);
  if (await issuerAmong(authorities, certificate) === undefined) {
    throw new CaucaseError("untrusted", "no stored CA certificate vouches for the certificate");
  }
  printLine(`${id} was (originally) ${isAutoSigned(certificate) ? "automatically" : "manually"} approved`);
  await appendCertificate(path, certificate);
}

/** Adds a certificate to the file with its private key, or makes a new file for it. @throws `file` */
export async function appendCertificate(path: string, certificate: Certificate): Promise<void> {
  const pem = certificateToPem(certificate);
  if (await deliverToStream(path, pem)) return;
  const content = await findKeyFile(path);
  if (content === undefined) return await writeFileDurably(path, pem, { fileSystem: clientFiles });
  if (content.key === undefined || content.certificate !== undefined) {
    throw new CaucaseError("file", `${path} exists and does not hold exactly a private key, skipping`);
  }
  if (!belongTogether(content.key, certificate)) {
    throw new CaucaseError("file", `the key in ${path} does not match the certificate, skipping`);
  }
  await appendDurably(path, pem, { mode: KEY_FILE_MODE, fileSystem: clientFiles });
}

async function renewOne(
  { api, outcome, authorities, now }: ClientSession,
  files: CrtAndKey,
  { threshold, keyBits }: RenewalRules,
): Promise<void> {
  const paths = await pairPaths(files);
  await recoverKeyPair(paths, clientFiles);
  const { certificate, key } = await readKeyPair(paths);
  if (await issuerAmong(authorities, certificate) === undefined) {
    return printLine(`${files.crt} was not signed by this CA, revoked or otherwise invalid, skipping`);
  }
  if (!isRenewalDue(certificate, threshold, now)) {
    return printLine(`${files.crt} did not reach renew threshold, not renewing`);
  }
  const { keyPem, certificatePem } = await renewAt(api, { certificate, key, authorities, keyBits });
  await writeKeyPair({ ...paths, keyPem, certificatePem }, clientFiles);
  outcome.changed = true;
}

/** Where certificate and key are: in one file where that holds both, whatever was said about the key. */
async function pairPaths({ crt, key }: CrtAndKey): Promise<{ certificatePath: string; keyPath: string }> {
  const holdsBoth = (await readKeyFile(crt)).key !== undefined;
  if (!holdsBoth && key === "") {
    throw new CaucaseError("file", `cannot use ${crt}: it holds no private key, and no file is named that does`);
  }
  return { certificatePath: crt, keyPath: holdsBoth ? crt : key };
}

/**
 * Our own standard output by its names. It is written as such also where it leads to a file: replacing that file would
 * take it away from whatever else the shell writes there.
 */
const STANDARD_OUTPUT: readonly string[] = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/**
 * Writes `pem` to the stream or device that `path` names.
 * @returns false, and nothing was done, when it names a file or nothing
 * @throws `file`
 */
async function deliverToStream(path: string, pem: string): Promise<boolean> {
  if (!STANDARD_OUTPUT.includes(path)) return await writeToDevice(path, pem);
  printText(pem);
  return true;
}
