/** `caucase rerequest`: a new key, and a request like an older one. */
import { resolve } from "node:path";
import { CaucaseError } from "../core/errors.ts";
import { hostFileSystem, readFileBytes } from "../core/host/durable_file.ts";
import { fileError } from "../core/host/file_error.ts";
import { KEY_FILE_MODE } from "../core/host/key_file.ts";
import { prepareFile } from "../core/host/prepared_file.ts";
import { decodePem, PEM_LABEL, type PemBlock } from "../core/pem.ts";
import { buildCsr, type CertificationRequest, csrFromPem, verifyCsr } from "../core/x509/csr.ts";
import { generateRsaKey, isPrivateKeyBlock, privateKeyToPem } from "../core/x509/private_key.ts";
import { signerFor } from "../core/x509/signer.ts";
import { EXIT } from "./exit_status.ts";
import { keyBits } from "./options.ts";
import { newCommand, parseArguments } from "./subcommand.ts";

/** Writes a key and a request for it. Resolves with the exit status. */
export async function rerequest(args: readonly string[]): Promise<number> {
  const command = rerequestCommand();
  parseArguments(command, args);
  const { template, csr, key, keyLen } = command.opts();
  const wanted = await readTemplate(template);
  if (resolve(csr) === resolve(key)) throw new CaucaseError("usage", "--csr and --key name the same file");
  await requireReplaceable(csr, { what: "a request", fits: isRequestBlock });
  await requireReplaceable(key, { what: "a private key", fits: isPrivateKeyBlock });
  const newKey = await generateRsaKey(keyLen);
  const request = { path: csr, pem: await buildCsr(wanted, await signerFor(newKey)) };
  await writeKeyAndRequest({ path: key, pem: privateKeyToPem(newKey) }, request);
  return EXIT.ok;
}

function rerequestCommand() {
  return newCommand(
    "rerequest",
    "Make a new private key, and sign with it a request with subject and extensions of an older one. " +
      "An older request and an older key at the same paths are replaced; files that hold anything else are not.",
  )
    .requiredOption("--template <csr>", "the request to be like; it must be signed with its own key")
    .requiredOption("--csr <path>", "where to write the new request")
    .requiredOption("--key <path>", "where to write the new private key")
    .option("--key-len <bits>", "RSA bits of the new key", keyBits, 2048);
}

/** @throws `file` unless it is a request whose signature is its own key's */
async function readTemplate(path: string): Promise<CertificationRequest> {
  const bytes = await readFileBytes(path);
  if (bytes === undefined) throw new CaucaseError("file", `cannot read ${path}: it does not exist`);
  try {
    const template = await csrFromPem(bytes);
    await verifyCsr(template);
    return template;
  } catch (error) {
    if (error instanceof CaucaseError) throw fileError("use", path, error);
    throw error;
  }
}

/**
 * The reference replaces whatever it finds. A script that runs twice must go on working, but a mistyped path must not cost
 * anybody a certificate: a request takes the place of nothing but a request, a private key that of a private key, and both
 * that of an empty file, as `mktemp` makes them.
 * @throws `file` when there is anything else
 */
async function requireReplaceable(
  path: string,
  { what, fits }: { readonly what: string; readonly fits: (block: PemBlock) => boolean },
): Promise<void> {
  const old = await readFileBytes(path);
  if (old === undefined || old.length === 0) return;
  const [block, another] = blocksOf(old);
  if (block !== undefined && another === undefined && fits(block)) return;
  throw new CaucaseError("file", `cannot write ${path}: it exists, and is not ${what} and nothing else`, {
    hint: "choose another path, or move it away first",
  });
}

/** None when it is not PEM, whatever else it is. */
function blocksOf(bytes: Uint8Array): PemBlock[] {
  try {
    return decodePem(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof CaucaseError) return [];
    throw error;
  }
}

function isRequestBlock({ label }: PemBlock): boolean {
  return label === PEM_LABEL.CSR || label === PEM_LABEL.NEW_CSR;
}

interface PemFile {
  readonly path: string;
  readonly pem: string;
}

/**
 * Both are on the disk under other names before the first is seen, so that a full disk changes nothing; and no request is ever
 * seen, and sent, whose key could still be lost.
 */
async function writeKeyAndRequest(key: PemFile, request: PemFile): Promise<void> {
  const newKey = { path: key.path, content: key.pem, mode: KEY_FILE_MODE };
  const newRequest = { path: request.path, content: request.pem, mode: undefined };
  await using preparedKey = await prepareFile(newKey, hostFileSystem);
  await using preparedRequest = await prepareFile(newRequest, hostFileSystem);
  await preparedKey.replace();
  await preparedKey.settle();
  await preparedRequest.replace();
  await preparedRequest.settle();
}
