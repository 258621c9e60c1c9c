/** TLS for redirects to https: a host that asks for its first certificate has none that anybody trusts. */
import type net from "node:net";
import tls from "node:tls";
import { parseIpAddress } from "../../../core/x509/ip_address.ts";
import { failed, reasonOf } from "./failure.ts";

/** TLS over a connection, with any certificate. @throws `FailedAttempt` of the type `tls` */
export function startTls(socket: net.Socket, host: string): Promise<tls.TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<tls.TLSSocket>();
  const fail = (error: unknown) => reject(failed("tls", `TLS with ${host}: ${reasonOf(error)}`));
  const secured = tls.connect({
    socket,
    rejectUnauthorized: false,
    // Else the runtime loads all the machine's roots, for nothing, and asks for a right to do so.
    ca: [],
    // RFC 6066 3: never an address.
    ...(parseIpAddress(host) === undefined && { servername: host }),
  });
  secured.on("error", fail);
  secured.once("secureConnect", () => resolve(secured));
  socket.once("close", () => fail(new Error("the connection was closed")));
  return promise;
}
