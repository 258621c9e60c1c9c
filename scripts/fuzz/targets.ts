/** All targets, by name. */
import type { Target } from "./target.ts";
import { acmeJws, acmePayload } from "./targets/acme_requests.ts";
import { acmeCertificate, tlsFlight } from "./targets/acme_validation.ts";
import { backupBlocks, backupHeader, backupHeaderJson, backupStream, dump } from "./targets/backups.ts";
import { certificate, crl, request, requestFile } from "./targets/certificates.ts";
import { der, pem } from "./targets/formats.ts";
import { cookie, keySet, nameText, netloc, origin, requestTarget } from "./targets/http.ts";
import { encryptedKey, keyFile, privateKey, publicKey } from "./targets/keys.ts";
import { nativeSignature } from "./targets/native.ts";
import { chain, envelope, renewal, revocation, voucher } from "./targets/messages.ts";

export const TARGETS: readonly Target[] = [
  ...[pem, der],
  ...[privateKey, publicKey, encryptedKey, keyFile, nativeSignature],
  ...[request, requestFile, certificate, crl],
  ...[envelope, renewal, revocation, chain, voucher],
  ...[backupHeader, backupHeaderJson, backupStream, backupBlocks, dump],
  ...[cookie, keySet, origin, netloc, requestTarget, nameText],
  ...[tlsFlight, acmeCertificate, acmeJws, acmePayload],
];
