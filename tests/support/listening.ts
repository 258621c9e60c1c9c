/** Listeners on 127.0.0.1 for tests, with certificates that nobody needs to trust. */
import { privateKeyToPem } from "../../core/keys/private_key.ts";
import { certificateToPem } from "../../core/x509/certificate.ts";
import type { Handler } from "../../server/http/exchange.ts";
import type { Limits } from "../../server/http/limits.ts";
import { type Endpoint, type Listeners, startListeners } from "../../server/http/listener.ts";
import type { Site } from "../../server/http/site.ts";
import { leafOf, newCa, newEcKey } from "./issuing.ts";
import { recordedLog } from "./recorded_log.ts";

/** A key and a certificate for it, PEM and DER. */
export interface TestIdentity {
  readonly key: string;
  readonly cert: string;
  readonly der: Uint8Array;
}

export async function newIdentity(): Promise<TestIdentity> {
  const ca = await newCa();
  const key = await newEcKey();
  const certificate = await leafOf(ca, key.publicKey);
  return { key: privateKeyToPem(key), cert: certificateToPem(certificate), der: certificate.der };
}

const serverIdentity = newIdentity();

export interface Listening extends AsyncDisposable {
  readonly listeners: Listeners;
  readonly http: number;
  readonly https: number;
  /** The lines of the access log so far. */
  readonly accessLog: string[];
  /** What the administrator was told so far. */
  readonly log: string[];
}

/** A site that is one handler; what that throws is answered 500. */
export function siteOf(handler: Handler): Site {
  return { prefix: "", answer: handler, refuse: () => ({ status: 500 }) };
}

/** HTTP and HTTPS on free ports of an address. */
export function endpointsOf(host: string, handler: Handler): [http: Endpoint, https: Endpoint] {
  const both = { host, port: 0, sites: [siteOf(handler)] };
  return [{ ...both, secure: false }, { ...both, secure: true }];
}

/** Listens on free ports with `handler` until it is disposed of. */
export async function listening(handler: Handler, limits: Partial<Limits> = {}): Promise<Listening> {
  const { key, cert } = await serverIdentity;
  const accessLog: string[] = [];
  const log: string[] = [];
  const endpoints = endpointsOf("127.0.0.1", handler);
  const listeners = await startListeners({
    endpoints,
    tls: () => Promise.resolve({ key, cert, ca: [cert] }),
    limits: { sweepMs: 20, ...limits },
    accessLog: (line) => accessLog.push(line),
    log: recordedLog(log),
  });
  const [http, https] = [listeners.portOf(endpoints[0]), listeners.portOf(endpoints[1])];
  return { listeners, http, https, accessLog, log, [Symbol.asyncDispose]: () => listeners.close(0) };
}

/** Answers 200 with what it was asked and the length of the body. */
export const echo: Handler = async (exchange) => {
  const body = await exchange.body();
  return { status: 200, body: `${exchange.method} ${exchange.target} ${body.length}` };
};
