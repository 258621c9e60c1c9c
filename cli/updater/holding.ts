/** Where the certificate stands, by what is on the disk and what was sent. */
import { utf8 } from "../../core/bytes.ts";
import { type FileSystem, readFileBytes } from "../../core/host/durable_file.ts";
import { requestFingerprint } from "./bootstrap.ts";
import type { CertificateFiles } from "./entry_options.ts";
import type { OnDisk } from "./observe.ts";
import type { Holding, RequestFate } from "./plan.ts";
import { readReplacement } from "./replacement.ts";
import type { UpdaterState } from "./state.ts";

/** @throws `file` when a request cannot be read for reasons of the system */
export async function holdingOf(
  files: CertificateFiles | undefined,
  { pair, trouble }: Pick<OnDisk, "pair" | "trouble">,
  { request, fileSystem }: { readonly request: UpdaterState["request"]; readonly fileSystem: FileSystem },
): Promise<Holding> {
  if (files === undefined) return { kind: "none" };
  if (trouble !== undefined) return { kind: "unusable" };
  if (pair === undefined) {
    const csr = await readFileBytes(files.csrPath, fileSystem);
    return { kind: "absent", request: await fateOf(request, csr) };
  }
  const { notBefore, notAfter } = pair.certificate;
  const made = request === null ? undefined : await readReplacement(files.keyPath, pair.certificate, fileSystem);
  return { kind: "held", notBefore, notAfter, request: await fateOf(request, made && utf8(made.csrPem)) };
}

/** A person who puts another request there, or takes it away, wants to begin from the start. */
async function fateOf(request: UpdaterState["request"], csr: Uint8Array | undefined): Promise<RequestFate> {
  const isSent = request !== null && csr !== undefined && await requestFingerprint(csr) === request.csr;
  if (!isSent) return "unsent";
  return request.rejected ? "rejected" : "sent";
}
