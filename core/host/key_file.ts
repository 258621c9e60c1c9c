/** Files that hold a private key, a certificate, or both. */
import { CaucaseError } from "../errors.ts";
import { equalBytes } from "../bytes.ts";
import { decodePem, PEM_LABEL, type PemBlock } from "../pem.ts";
import { decodeText } from "../text.ts";
import { type Certificate, parseCertificate } from "../x509/certificate.ts";
import { isPrivateKeyBlock, type PrivateKey, privateKeyFromPem } from "../keys/private_key.ts";
import { readFileBytes } from "./durable_file.ts";
import { fileError } from "./file_error.ts";

/** Mode of a file that holds a private key, from the moment it exists. */
export const KEY_FILE_MODE = 0o600;

export interface KeyFileContent {
  readonly key: PrivateKey | undefined;
  /** The key's block in canonical form, in the format that it has in the file. */
  readonly keyPem: string | undefined;
  readonly certificate: Certificate | undefined;
  readonly certificatePem: string | undefined;
}

/**
 * Reads the file at `path`. Key and certificate may come in either order, with any text and other PEM blocks (say, EC
 * PARAMETERS) around, also in UTF-16; the key may be PKCS#1, PKCS#8 or SEC1.
 * @throws `file` when it cannot be read or understood, holds more than one key or more than one certificate, or an
 *   encrypted key
 */
export async function readKeyFile(path: string): Promise<KeyFileContent> {
  const content = await findKeyFile(path);
  if (content === undefined) throw new CaucaseError("file", `cannot read ${path}: it does not exist`);
  return content;
}

/** As `readKeyFile`; undefined when there is no such file. */
export async function findKeyFile(path: string): Promise<KeyFileContent | undefined> {
  const bytes = await readFileBytes(path);
  return bytes && await parseKeyFile(bytes, path);
}

/** What a file with that content holds; `path` names it in errors. Throws as `readKeyFile` does. */
export async function parseKeyFile(bytes: Uint8Array, path: string): Promise<KeyFileContent> {
  try {
    const blocks = decodePem(decodeText(bytes));
    const key = atMostOne(blocks.filter(isPrivateKeyBlock), "private key");
    const certificate = atMostOne(blocks.filter(({ label }) => label === PEM_LABEL.CERTIFICATE), "certificate");
    return {
      key: key && await privateKeyFromPem(key),
      keyPem: key?.text,
      certificate: certificate && await parseCertificate(certificate.der),
      certificatePem: certificate?.text,
    };
  } catch (error) {
    // Anything but a refusal of the content is a bug.
    if (error instanceof CaucaseError) throw fileError("use", path, error);
    throw error;
  }
}

/** Whether `certificate` is for `key`. */
export function belongTogether(key: PrivateKey, certificate: Certificate): boolean {
  return equalBytes(key.publicKey.spki, certificate.publicKey.spki);
}

function atMostOne(blocks: readonly PemBlock[], what: string): PemBlock | undefined {
  if (blocks.length > 1) throw new CaucaseError("malformed", `it holds more than one ${what}`);
  return blocks[0];
}
