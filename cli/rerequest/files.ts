/** The files that a new request is about: what may be replaced, and in which order. */
import { CaucaseError } from "../../core/errors.ts";
import { hostFileSystem, readFileBytes } from "../../core/host/durable_file.ts";
import { KEY_FILE_MODE } from "../../core/host/key_file.ts";
import { prepareFile } from "../../core/host/prepared_file.ts";
import { decodePem, PEM_LABEL, type PemBlock } from "../../core/pem.ts";
import { decodeText } from "../../core/text.ts";
import { isPrivateKeyBlock } from "../../core/keys/private_key.ts";

/** How to tell what a file holds. */
const KINDS = {
  "a request": ({ label }: PemBlock) => label === PEM_LABEL.CSR || label === PEM_LABEL.NEW_CSR,
  "a private key": isPrivateKeyBlock,
} as const;

export interface PemFile {
  readonly path: string;
  readonly pem: string;
}

/**
 * The reference replaces whatever it finds. A script that runs twice must go on working, but a mistyped path must not
 * cost anybody a certificate: a request takes the place of nothing but a request, a private key that of a private key,
 * and both that of an empty file, as `mktemp` makes them.
 * @throws `file` when there is anything else
 */
export async function requireReplaceable(path: string, what: keyof typeof KINDS): Promise<void> {
  const old = await readFileBytes(path);
  if (old === undefined || old.length === 0) return;
  const [block, another] = blocksOf(old);
  if (block !== undefined && another === undefined && KINDS[what](block)) return;
  throw new CaucaseError("file", `cannot write ${path}: it exists, and is not ${what} and nothing else`, {
    hint: "choose another path, or move it away first",
  });
}

/**
 * Both are on the disk under other names before the first is seen, so that a full disk changes nothing; and no request
 * is ever seen, and sent, whose key could still be lost.
 */
export async function writeKeyAndRequest(
  key: PemFile,
  request: PemFile,
  fileSystem = hostFileSystem,
): Promise<void> {
  const newKey = { path: key.path, content: key.pem, mode: KEY_FILE_MODE };
  const newRequest = { path: request.path, content: request.pem, mode: undefined };
  await using preparedKey = await prepareFile(newKey, fileSystem);
  await using preparedRequest = await prepareFile(newRequest, fileSystem);
  await preparedKey.replace();
  await preparedKey.settle();
  await preparedRequest.replace();
  await preparedRequest.settle();
}

/** None when it is not PEM, whatever else it is. */
function blocksOf(bytes: Uint8Array): PemBlock[] {
  try {
    return decodePem(decodeText(bytes));
  } catch (error) {
    if (error instanceof CaucaseError) return [];
    throw error;
  }
}
