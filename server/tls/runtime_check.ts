/**
 * Refuses runtimes that do not ask clients for certificates. Old ones take `requestCert` and ignore it without a word,
 * and users could then never authenticate.
 */
import type { AddressInfo } from "node:net";
import { connect, createServer, type TLSSocket } from "node:tls";
import { CaucaseError } from "../../core/errors.ts";

/** The first version whose HTTPS server asks for client certificates. */
const FIRST_VERSION = [2, 7, 14] as const;

/** @throws `unsupported-runtime` where the runtime is older than the first version that can do it */
export function requireClientCertificateSupport(version: string = Deno.version.deno): void {
  if (isAtLeast(version, FIRST_VERSION)) return;
  throw unsupported(`Deno ${version}`);
}

/** How long the proof may take, in milliseconds. */
const PROOF_DEADLINE = 5_000;

/**
 * Sees for itself: a connection to ourselves, where the server's own key pair stands in for the client's. Costs less
 * than a tenth of a second, most of it the first use of TLS. Where no connection can be made (no loopback interface)
 * nothing is proved, and the version must do.
 * @throws `unsupported-runtime` where the certificate did not arrive
 */
export async function proveClientCertificates(
  identity: { readonly key: string; readonly cert: string },
  receive: typeof receiveCertificate = receiveCertificate,
): Promise<void> {
  if (await receive(identity) === "missing") throw unsupported(`Deno ${Deno.version.deno}, as installed here,`);
}

/** Whether a client certificate that was sent arrived at the server. */
type Proof = "arrived" | "missing" | "no connection";

function receiveCertificate({ key, cert }: { readonly key: string; readonly cert: string }): Promise<Proof> {
  const { promise, resolve } = Promise.withResolvers<Proof>();
  // The runtime would load all its roots where `ca` is empty, which takes longer than everything else here.
  const options = { key, cert, ca: [cert], requestCert: true, rejectUnauthorized: false };
  const server = createServer(options, (socket) => resolve(certificateArrived(socket) ? "arrived" : "missing"));
  const timer = setTimeout(() => resolve("no connection"), PROOF_DEADLINE);
  server.on("error", () => resolve("no connection"));
  server.on("tlsClientError", () => resolve("no connection"));
  server.listen({ host: "127.0.0.1", port: 0 }, () => {
    const { port } = server.address() as AddressInfo;
    const client = connect({ host: "127.0.0.1", port, key, cert, ca: [cert], rejectUnauthorized: false });
    client.on("error", () => resolve("no connection"));
    promise.then(() => client.destroy());
  });
  return promise.finally(() => {
    clearTimeout(timer);
    server.close();
  });
}

function certificateArrived(socket: TLSSocket): boolean {
  const arrived = (socket.getPeerCertificate()?.raw?.length ?? 0) > 0;
  socket.destroy();
  return arrived;
}

function unsupported(runtime: string): CaucaseError {
  return new CaucaseError("unsupported-runtime", `${runtime} does not ask clients for their certificates`, {
    hint: `caucase needs Deno ${FIRST_VERSION.join(".")} or newer`,
  });
}

function isAtLeast(version: string, least: readonly number[]): boolean {
  const numbers = version.split(/[^0-9]+/).map(Number);
  for (const [index, part] of least.entries()) {
    const difference = (numbers[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
