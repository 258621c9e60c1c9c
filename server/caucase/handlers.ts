/**
 * What each route does. By the time a handler runs, path, method and origin are judged; it judges in this order: the id, the
 * type of the body, its JSON, the user's certificate, and last what an unsigned revocation holds.
 */
import type { Issuer } from "../../core/ca/issuer.ts";
import type { Actor } from "../../core/ca/actor.ts";
import type { CertificateAuthority } from "../../core/ca/certificate_authority.ts";
import { readRevocation, readRevocationEnvelope } from "../../core/ca/messages.ts";
import { CaucaseError, malformed } from "../../core/errors.ts";
import type { RouteName } from "../../core/protocol/routes.ts";
import type { HttpsVouching } from "./https_vouching.ts";
import { crlAnswer, crlListAnswer } from "./crl_answers.ts";
import type { Answer, Exchange } from "../http/exchange.ts";
import { describeCa, describeServer, type PublicCa } from "./hal.ts";
import { jsonBody, optionalTemplateBody, parseCrlId, parseRequestId } from "./request_parts.ts";
import type { User } from "./user_authentication.ts";

/** A request whose path, method and origin are judged. */
export interface Call {
  readonly exchange: Exchange;
  /** The CA that the path names. Throws where it names none. */
  readonly ca: CertificateAuthority;
  /** The parameter of the path; empty where it has none. */
  readonly id: string;
  /** Unix seconds. */
  readonly now: number;
  /** Scheme, host and port of this server over HTTPS, as the caller names it. */
  readonly httpsOrigin: string;
  readonly vouching: HttpsVouching;
  /** The user who asks; from then on the answer is theirs in the access log. Throws `unauthenticated`. */
  user(): Promise<User>;
}

export type RouteHandler = (call: Call) => Answer | Promise<Answer>;

/** The handlers of all routes but the consent page, which belongs to no CA. */
export const HANDLERS: Readonly<Record<Exclude<RouteName, "corsPage" | "corsDecide">, RouteHandler>> = {
  root: () => describeServer(),
  caRoot: ({ exchange, ca, httpsOrigin }) => describeCa(publicName(ca), exchange.secure ? "" : httpsOrigin),
  crlList: async ({ exchange, ca, now }) => crlListAnswer(exchange, await ca.crls.ensureCurrent(now), now),
  crl: getCrl,
  pendingList: listPending,
  request: async ({ ca, id, now }) => ok("application/pkcs10", await ca.issuance.request(parseRequestId(id), now)),
  certificate: async ({ exchange, ca, id, now }) =>
    ok("application/pkix-cert", await certificateFor(exchange, ca.issuance, { id: parseRequestId(id), now })),
  caCertificate: async ({ ca, now }) => caCertificate(await ca.issuers.ensureValid(now)),
  caChain: async ({ ca, now }) => ok("application/json", await ca.issuers.ensureChainJson(now)),
  httpsCa: async ({ ca, now, vouching }) => ok("application/json", await vouching.json(ca, now)),
  submit: async ({ exchange, ca, now }) => {
    const id = await ca.issuance.submit(await exchange.body(), { actor: anonymous(exchange), now });
    return { status: 201, headers: { Location: `${id}` } };
  },
  reject: async ({ ca, id, now, user }) => {
    const requestId = parseRequestId(id);
    await ca.issuance.reject(requestId, { actor: (await user()).actor, now });
    return { status: 204 };
  },
  sign,
  renew: async ({ exchange, ca, now }) =>
    ok("application/pkix-cert", await ca.issuance.renew(await jsonBody(exchange), now)),
  revoke,
};

async function getCrl({ exchange, ca, id, now }: Call): Promise<Answer> {
  const { number, der } = parseCrlId(id);
  const crls = await ca.crls.ensureCurrent(now);
  const crl = crls.find(({ keyIdentifier }) => BigInt(`0x${keyIdentifier}`) === number);
  if (crl === undefined) throw new CaucaseError("not-found", `no CA certificate has the key identifier ${number}`);
  return crlAnswer(exchange, crl, { der, now });
}

async function listPending({ ca, user }: Call): Promise<Answer> {
  await user();
  const decoder = new TextDecoder();
  const requests = await ca.issuance.pending();
  const list = requests.map(({ id, csr }) => ({ id: `${id}`, csr: decoder.decode(csr) }));
  const headers = { "Content-Type": "application/json", "Cache-Control": "private" };
  return { status: 200, headers, body: JSON.stringify(list) };
}

async function sign({ exchange, ca, id, now, user }: Call): Promise<Answer> {
  const requestId = parseRequestId(id);
  const template = await optionalTemplateBody(exchange);
  const { actor } = await user();
  await ca.issuance.sign(requestId, { template, actor, now });
  return { status: 204 };
}

async function revoke({ exchange, ca, now, user }: Call): Promise<Answer> {
  const envelope = readRevocationEnvelope(await jsonBody(exchange));
  const actor = envelope.digest === null ? (await user()).actor : anonymous(exchange);
  await ca.revocations.revoke(await readRevocation(envelope), { actor, now });
  return { status: 204 };
}

/** Looking at it with HEAD does not count as taking it away. */
function certificateFor(
  { method }: Exchange,
  issuance: CertificateAuthority["issuance"],
  { id, now }: { readonly id: bigint; readonly now: number },
): Promise<string> {
  return method === "GET" ? issuance.fetchCertificate(id, now) : issuance.certificate(id, now);
}

function anonymous({ remoteAddress }: Exchange): Actor {
  return { kind: "anonymous", address: remoteAddress };
}

/** The oldest that is valid: the trust anchor from which a newcomer can follow the whole chain. */
function caCertificate([oldest]: readonly Issuer[]): Answer {
  if (oldest === undefined) throw new Error("a CA without certificates");
  return ok("application/x-x509-ca-cert", oldest.certificatePem);
}

function publicName({ name }: CertificateAuthority): PublicCa {
  if (name === "http_cas") throw malformed("the CA of the HTTPS listener has no routes");
  return name;
}

function ok(type: string, body: string | Uint8Array): Answer {
  return { status: 200, headers: { "Content-Type": type }, body };
}
