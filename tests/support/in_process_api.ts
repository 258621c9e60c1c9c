/**
 * A server as its holders see it, without sockets: calls go straight to a CA, and fail as they would over the
 * network.
 */
import type { CertificateAuthority } from "../../core/ca/certificate_authority.ts";
import { type Message, messageText } from "../../core/protocol/envelope.ts";
import { readInstallation } from "../../core/protocol/installation.ts";
import { joinBody } from "../../core/pieces.ts";
import { CaucaseError } from "../../core/errors.ts";
import type { HolderApi } from "../../cli/updater/host.ts";
import { statusOf } from "../../server/caucase/refusals.ts";
import { by } from "./issuing.ts";

export interface InProcessServer {
  readonly ca: CertificateAuthority;
  now(): number;
  /** What happens to a call on its way: may throw instead of carrying it out, or after it. */
  carry<T>(name: keyof HolderApi, call: () => Promise<T>): Promise<T>;
}

export const SERVER_URL = "http://ca.example.com:8009/";

export function inProcessApi({ ca, now, carry }: InProcessServer): HolderApi {
  const call = <T>(name: keyof HolderApi, action: () => Promise<T>) => carry(name, () => refusing(name, action));
  const text = new TextDecoder();
  return {
    serverUrl: SERVER_URL,
    caCertificate: () =>
      call("caCertificate", async () => (await ca.issuers.ensureValid(now()))[0]?.certificatePem ?? ""),
    caChain: () => call("caChain", () => ca.issuers.ensureChainJson(now())),
    crls: () =>
      call(
        "crls",
        async () => (await ca.crls.ensureCurrent(now())).map((crl) => text.decode(joinBody(crl.pem()))).join("\n"),
      ),
    submit: (csr) => call("submit", async () => `${await ca.issuance.submit(new Uint8Array(csr), by(now()))}`),
    request: (id) =>
      call("request", () => optional(async () => text.decode(await ca.issuance.request(BigInt(id), now())))),
    certificate: (id) => call("certificate", () => optional(() => ca.issuance.fetchCertificate(BigInt(id), now()))),
    reportInstallation: (serial, message: Message) =>
      call("reportInstallation", async () => {
        await ca.installations.report(BigInt(serial), readInstallation(messageText(message)), by(now()));
        return true;
      }),
    renew: (message: Message) => call("renew", () => ca.issuance.renew(messageText(message), now())),
  };
}

/** What the network says when nobody answers. */
export function unreachable(): CaucaseError {
  return new CaucaseError("unreachable", `${SERVER_URL}: connection refused`);
}

async function refusing<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    const status = statusOf(error);
    throw new CaucaseError("refused", `${name}: the server answered ${status}: ${error.message}`, { status });
  }
}

async function optional<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof CaucaseError && statusOf(error) === 404) return undefined;
    throw error;
  }
}
