/** `caucase cert get` */
import { CaucaseError } from "../../core/errors.ts";
import { type Certificate, certificateToPem } from "../../core/x509/certificate.ts";
import { writeFileDurably } from "../../core/host/durable_file.ts";
import { clientFiles } from "../client/files.ts";
import { appendCertificate, decimalId } from "../client/holder_actions.ts";
import { EXIT } from "../exit_status.ts";
import { caOf } from "../options.ts";
import { connect, type Connection, requireUser } from "../profile/connection.ts";
import { answeredCertificate, issuerAmong } from "../renewal.ts";
import type { PublicCa } from "../../core/protocol/routes.ts";
import { parseArguments } from "../subcommand.ts";
import { printBytes, printError, printText } from "../terminal.ts";
import { certGetCommand } from "./command.ts";

/** Fetches a certificate. Resolves with the exit status. */
export async function certGet(args: readonly string[]): Promise<number> {
  const command = certGetCommand();
  parseArguments(command, args);
  const { mode, request, out, der = false, ...connection } = command.opts();
  const [serial] = command.processedArgs;
  if ((serial === undefined) === (request === undefined)) {
    throw new CaucaseError("usage", "one certificate is fetched: by its serial number, or by --request");
  }
  if (serial !== undefined && !/^\d+$/.test(serial)) {
    throw new CaucaseError("usage", "the serial number must be a decimal integer");
  }
  const server = await connect(connection);
  const ca = caOf(mode);
  const found = serial === undefined
    ? await forRequest(server, ca, decimalId(request ?? ""))
    : await ofRegister(server, {
      ca,
      serial,
    });
  if (found === "pending") {
    printError(`request ${request} is still pending`);
    return EXIT.warning;
  }
  await deliver(found, { out, der });
  return EXIT.ok;
}

/** @throws `not-found` */
async function ofRegister(
  server: Connection,
  { ca, serial }: { readonly ca: PublicCa; readonly serial: string },
): Promise<Certificate> {
  requireUser(server);
  const pem = await server.apis[ca].registeredPem(serial);
  if (pem !== undefined) return await answeredCertificate(pem);
  throw new CaucaseError("not-found", `the register has no certificate with the serial number ${serial}`);
}

/** @throws `not-found` when there is neither request nor certificate; `untrusted` when no CA that we know made it */
async function forRequest(server: Connection, ca: PublicCa, id: string): Promise<Certificate | "pending"> {
  const api = server.apis[ca];
  const pem = await api.certificate(id);
  if (pem === undefined) {
    if (await api.request(id) !== undefined) return "pending";
    throw new CaucaseError("not-found", `there is no request ${id}: it may have been rejected`);
  }
  const certificate = await answeredCertificate(pem);
  if (await issuerAmong(await server.authorities(ca), certificate) !== undefined) return certificate;
  throw new CaucaseError("untrusted", "no CA certificate that is trusted vouches for the certificate");
}

async function deliver(
  certificate: Certificate,
  { out, der }: { readonly out: string | undefined; readonly der: boolean },
): Promise<void> {
  if (out !== undefined && !der) return await appendCertificate(out, certificate);
  if (out !== undefined) return await writeFileDurably(out, certificate.der, { fileSystem: clientFiles });
  if (der) printBytes(certificate.der);
  else printText(certificateToPem(certificate));
}
