/** `caucase cert renew` */
import { CaucaseError } from "../../core/errors.ts";
import { recoverKeyPair, writeKeyPair } from "../../core/host/key_pair_change.ts";
import { readKeyPair } from "../../core/host/key_pair_file.ts";
import { readKeyFile } from "../../core/host/key_file.ts";
import { SECONDS_PER_DAY } from "../../core/ca/lifecycle.ts";
import type { PublicCa } from "../../core/protocol/routes.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { clientFiles } from "../client/files.ts";
import { EXIT } from "../exit_status.ts";
import { dayText } from "../output/times.ts";
import { connect, type Connection } from "../profile/connection.ts";
import { isRenewalDue, issuerAmong, renewAt } from "../renewal.ts";
import { parseArguments } from "../subcommand.ts";
import { printLine } from "../terminal.ts";
import { certRenewCommand } from "./command.ts";

/** Renews a certificate. Resolves with the exit status. */
export async function certRenew(args: readonly string[]): Promise<number> {
  const command = certRenewCommand();
  parseArguments(command, args);
  const { key: keyFile, threshold, keyLen, ...connection } = command.opts();
  const [named] = command.processedArgs;
  // The user's own certificate may have ended: it is read where it is renewed, not to show who asks.
  const server = await connect(connection);
  const crt = named ?? server.settings.userKey;
  if (crt === undefined) {
    throw new CaucaseError("usage", "there is no user whose certificate could be renewed", {
      hint: "name the file with the certificate",
    });
  }
  const holdsBoth = (await readKeyFile(crt)).key !== undefined;
  const paths = { certificatePath: crt, keyPath: holdsBoth ? crt : keyFile ?? crt };
  await recoverKeyPair(paths, clientFiles);
  const { certificate, key } = await readKeyPair(paths);
  if (threshold !== undefined && !isRenewalDue(certificate, threshold * SECONDS_PER_DAY, server.now)) {
    printLine(`${crt} is good until ${dayText(certificate.notAfter)}: it was not renewed`);
    return EXIT.ok;
  }
  const { ca, authorities } = await issuing(server, certificate, crt);
  const renewed = await renewAt(server.apis[ca], { certificate, key, authorities, keyBits: keyLen });
  await writeKeyPair({ ...paths, keyPem: renewed.keyPem, certificatePem: renewed.certificatePem }, clientFiles);
  printLine(`renewed ${crt}: ${renewed.certificate.serial}, until ${dayText(renewed.certificate.notAfter)}`);
  return EXIT.ok;
}

/** Which of the two CAs a certificate is of. @throws `untrusted` for neither */
async function issuing(
  server: Connection,
  certificate: Certificate,
  path: string,
): Promise<{ readonly ca: PublicCa; readonly authorities: readonly Certificate[] }> {
  for (const ca of ["cas", "cau"] as const) {
    const authorities = await server.authorities(ca);
    if (await issuerAmong(authorities, certificate) !== undefined) return { ca, authorities };
  }
  throw new CaucaseError("untrusted", `${path} is not a certificate of ${server.url}`);
}
