/**
 * Takes the place of server/http/server_events.ts in the executable for tests. `node:http` of old runtimes tells of no
 * connections, and gives each request something that resembles a socket: here each request is a connection of its own,
 * and the last on it.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { canonicalAddress } from "../../../server/http/addresses.ts";
import { Connection } from "../../../server/http/connection.ts";
import type * as real from "../../../server/http/server_events.ts";

export const watchServer: typeof real.watchServer = (server, { pool, limits, serve, secure }) => {
  const accept = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    Object.assign(socket, { destroySoon: () => socket.destroy(), getPeerCertificate: () => null });
    Object.assign(request, { httpVersionMajor: 1, httpVersionMinor: 1 });
    request.once("end", () => Object.assign(request, { complete: true }));
    const remoteAddress = canonicalAddress(socket.remoteAddress ?? "");
    const connection = new Connection({ socket, remoteAddress, pool, limits, serve });
    if (!pool.admit(connection)) return void response.destroy();
    if (secure && isWithTls(socket)) connection.secured(socket);
    response.setHeader("Connection", "close");
    connection.accept({ request, response, expectsContinue });
    response.once("close", () => pool.remove(connection));
  };
  // Such a listener shows one certificate to its end.
  if (secure) Object.assign(server, { setSecureContext: () => {} });
  server.on("request", accept(false));
  server.on("checkContinue", accept(true));
};

function isWithTls(socket: Socket): socket is TLSSocket {
  return "getPeerCertificate" in socket;
}
