/** The key and certificate by which a server knows a user. */
import { CaucaseError } from "../../core/errors.ts";
import { belongTogether, readKeyFile } from "../../core/host/key_file.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import type { UserCredentials } from "./api_client.ts";

/** What is in a user's file, besides what goes to a server. */
export interface UserFile extends UserCredentials {
  readonly certificate: Certificate;
}

/** What the file at `path` holds. @throws `file` unless it is a key and the certificate for it */
export async function readUserFile(path: string): Promise<UserFile> {
  const { key, certificate, certificatePem } = await readKeyFile(path);
  if (key === undefined || certificate === undefined || certificatePem === undefined) {
    throw new CaucaseError("file", `cannot use ${path}: it must hold a user's private key and certificate`, {
      hint: certificate === undefined
        ? "once it is signed, the same caucase login, or client --mode user --get-crt ID PATH, puts it there"
        : "the key is missing",
    });
  }
  if (!belongTogether(key, certificate)) {
    throw new CaucaseError("file", `cannot use ${path}: the certificate in it is for another key than the one in it`);
  }
  return { keyPem: encodePem(PEM_LABEL.PKCS8, key.pkcs8), certificatePem, certificate };
}
