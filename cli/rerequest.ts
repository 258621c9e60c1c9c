/** `caucase rerequest`: a new key, and a request like an older one. */
import { resolve } from "node:path";
import { CaucaseError } from "../core/errors.ts";
import { readFileBytes } from "../core/host/durable_file.ts";
import { fileError } from "../core/host/file_error.ts";
import { type CertificationRequest, csrFromFile, verifyCsr } from "../core/x509/csr.ts";
import { generateRsaKey } from "../core/host/generate_key.ts";
import { privateKeyToPem } from "../core/keys/private_key.ts";
import { EXIT } from "./exit_status.ts";
import { makeRequest } from "./new_request.ts";
import { rerequestCommand } from "./rerequest/command.ts";
import { requireReplaceable, writeKeyAndRequest } from "./rerequest/files.ts";
import { parseArguments } from "./subcommand.ts";

/** Writes a key and a request for it. Resolves with the exit status. */
export async function rerequest(args: readonly string[]): Promise<number> {
  const command = rerequestCommand();
  parseArguments(command, args);
  const { template, csr, key, keyLen } = command.opts();
  const wanted = await readTemplate(template);
  if (resolve(csr) === resolve(key)) throw new CaucaseError("usage", "--csr and --key name the same file");
  await requireReplaceable(csr, "a request");
  await requireReplaceable(key, "a private key");
  const made = await makeRequest(wanted, () => generateRsaKey(keyLen));
  await writeKeyAndRequest({ path: key, pem: privateKeyToPem(made.key) }, { path: csr, pem: made.csrPem });
  return EXIT.ok;
}

/** @throws `file` unless it is a request whose signature is its own key's */
async function readTemplate(path: string): Promise<CertificationRequest> {
  const bytes = await readFileBytes(path);
  if (bytes === undefined) throw new CaucaseError("file", `cannot read ${path}: it does not exist`);
  try {
    const { csr } = await csrFromFile(bytes);
    await verifyCsr(csr);
    return csr;
  } catch (error) {
    if (error instanceof CaucaseError) throw fileError("use", path, error);
    throw error;
  }
}
