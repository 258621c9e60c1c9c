/**
 * What each route does, in two steps. The first judges what was sent, in this order: the id, the type of the body, its
 * JSON. Then the route table admits the caller, and the second step, which alone can reach a CA, does what was asked.
 */
import type { AcmeStore } from "../../core/acme/stores.ts";
import type { AuditSource } from "../../core/audit/verification.ts";
import { type Actor, addressOf } from "../../core/ca/actor.ts";
import type { CertificateAuthority } from "../../core/ca/certificate_authority.ts";
import type { Issuer } from "../../core/ca/issuer.ts";
import type { Storage } from "../../core/ca/stores.ts";
import { CaucaseError } from "../../core/errors.ts";
import { readInstallation } from "../../core/protocol/installation.ts";
import { DETAILS_TYPE, writePendingDetailsList } from "../../core/protocol/pending_details.ts";
import { writePendingList } from "../../core/protocol/pending_list.ts";
import { readRevocation, readRevocationEnvelope } from "../../core/protocol/revocation.ts";
import type { PublicCa, ROUTES } from "../../core/protocol/routes.ts";
import type { Bytes } from "../../core/bytes.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import type { Answer, Exchange } from "../http/exchange.ts";
import type { Handlers } from "../http/route_table.ts";
import { crlAnswer, crlListAnswer } from "./crl_answers.ts";
import { describeCa, describeServer } from "./hal.ts";
import type { HttpsVouching } from "./https_vouching.ts";
import { acceptsType, taggedAnswer } from "./json_answer.ts";
import type { OwnOrigins } from "./own_origins.ts";
import { jsonBody, optionalTemplateBody, parseCrlId, parseRequestId, parseSerial } from "./request_parts.ts";
import type { StatusSource } from "./server_status.ts";

/** What the second step of a handler has. */
export interface Call {
  readonly authorities: Readonly<Record<PublicCa, CertificateAuthority>>;
  readonly vouching: HttpsVouching;
  readonly own: OwnOrigins;
  readonly audit: AuditSource;
  readonly events: Storage["events"];
  readonly acme: AcmeStore;
  /** Bytes that nobody can guess. */
  readonly random: (size: number) => Bytes;
  readonly status: StatusSource;
  /** The caller as the connection shows it; for a message that a holder signed still anonymous. */
  readonly actor: Actor;
  /** Unix seconds. */
  readonly now: number;
}

/** The same, for an authenticated user. */
export interface UserCall extends Call {
  readonly user: Certificate;
}

type Act<Calling> = (call: Calling) => Answer | Promise<Answer>;

/** The second step, by the `access` of the route. For `message` the body says whether a user or a holder sent it. */
export interface Steps {
  readonly anyone: Act<Call>;
  readonly person: Act<Call>;
  readonly user: Act<UserCall>;
  readonly message:
    | { readonly from: "holder"; readonly act: Act<Call> }
    | { readonly from: "user"; readonly act: Act<UserCall> };
}

/** The values of `{ca}` in paths. */
export const PUBLIC_CAS = ["cau", "cas"] as const satisfies readonly PublicCa[];

export type CaucaseHandlers = Handlers<typeof ROUTES, Steps, { readonly ca: typeof PUBLIC_CAS }>;

/** Of the audit log. */
export type AuditRoute = Extract<keyof typeof ROUTES, `audit${string}`>;

/** Of keys for ACME accounts, and of the accounts. */
export type AcmeRoute = "eabKeys" | "createEabKey" | "revokeEabKey" | "accounts" | "account" | "endAccount";

/** Those of other modules: the consent page, which has its own keys, the register, ACME, the audit log. */
type Elsewhere =
  | "corsPage"
  | "corsDecide"
  | "register"
  | "registered"
  | "events"
  | "status"
  | "pendingDetails"
  | AcmeRoute
  | AuditRoute;

export const HANDLERS: Omit<CaucaseHandlers, Elsewhere> = {
  root: () => () => describeServer(),
  caRoot: ({ exchange, parameters: { ca } }) => ({ own }) => describeCa(ca, exchange.secure ? "" : own.https(exchange)),
  crlList: ({ exchange, parameters: { ca } }) => async ({ authorities, now }) =>
    crlListAnswer(exchange, await authorities[ca].crls.ensureCurrent(now), now),
  crl: ({ exchange, parameters: { ca, authority_key_id } }) => {
    const { number, der } = parseCrlId(authority_key_id);
    return async ({ authorities, now }) => {
      const crls = await authorities[ca].crls.ensureCurrent(now);
      const crl = crls.find(({ keyIdentifier }) => BigInt(`0x${keyIdentifier}`) === number);
      if (crl === undefined) throw new CaucaseError("not-found", `no CA certificate has the key identifier ${number}`);
      return crlAnswer(exchange, crl, { der, now });
    };
  },
  pendingList: ({ exchange, parameters: { ca } }) => async ({ authorities, now }) =>
    acceptsType(exchange, DETAILS_TYPE)
      ? taggedAnswer(exchange, writePendingDetailsList(await authorities[ca].pending.list(now)), DETAILS)
      : await listPending(authorities[ca]),
  request: ({ parameters: { ca, csr_id } }) => {
    const id = parseRequestId(csr_id);
    return async ({ authorities, now }) => ok("application/pkcs10", await authorities[ca].issuance.request(id, now));
  },
  certificate: ({ exchange, parameters: { ca, csr_id } }) => {
    const id = parseRequestId(csr_id);
    return async ({ authorities, now }) =>
      ok("application/pkix-cert", await certificateFor(exchange, authorities[ca].issuance, { id, now }));
  },
  caCertificate: ({ parameters: { ca } }) => async ({ authorities, now }) =>
    caCertificate(await authorities[ca].issuers.ensureValid(now)),
  caChain: ({ parameters: { ca } }) => async ({ authorities, now }) =>
    ok("application/json", await authorities[ca].issuers.ensureChainJson(now)),
  httpsCa: ({ parameters: { ca } }) => async ({ authorities, now, vouching }) =>
    ok("application/json", await vouching.json(authorities[ca], now)),
  submit: async ({ exchange, parameters: { ca } }) => {
    const csr = await exchange.body();
    return async ({ authorities, actor, now }) => {
      const id = await authorities[ca].issuance.submit(csr, { actor, now });
      return { status: 201, headers: { Location: `${id}` } };
    };
  },
  reject: ({ parameters: { ca, csr_id } }) => {
    const id = parseRequestId(csr_id);
    return async ({ authorities, actor, now }) => {
      await authorities[ca].issuance.reject(id, { actor, now });
      return { status: 204 };
    };
  },
  sign: async ({ exchange, parameters: { ca, crt_id } }) => {
    const id = parseRequestId(crt_id);
    const template = await optionalTemplateBody(exchange);
    return async ({ authorities, actor, now }) => {
      await authorities[ca].issuance.approve(id, { template, actor, now });
      return { status: 204 };
    };
  },
  renew: async ({ exchange, parameters: { ca } }) => {
    const body = await jsonBody(exchange);
    const act: Act<Call> = async ({ authorities, actor, now }) =>
      ok("application/pkix-cert", await authorities[ca].issuance.renew(body, now, addressOf(actor)));
    return { from: "holder", act };
  },
  revoke: async ({ exchange, parameters: { ca } }) => {
    const envelope = readRevocationEnvelope(await jsonBody(exchange));
    const act: Act<Call> = async ({ authorities, actor, now }) => {
      await authorities[ca].revocations.revoke(await readRevocation(envelope), { actor, now });
      return { status: 204 };
    };
    return { from: envelope.digest === null ? "user" : "holder", act };
  },
  report: async ({ exchange, parameters: { ca, serial: text } }) => {
    const serial = parseSerial(text);
    const message = readInstallation(await jsonBody(exchange));
    const act: Act<Call> = async ({ authorities, actor, now }) => {
      await authorities[ca].installations.report(serial, message, { actor, now });
      return { status: 204 };
    };
    return { from: "holder", act };
  },
};

const DETAILS = { "Content-Type": DETAILS_TYPE };

async function listPending(ca: CertificateAuthority): Promise<Answer> {
  const headers = { "Content-Type": "application/json", "Cache-Control": "private" };
  return { status: 200, headers, body: writePendingList(await ca.issuance.pending()) };
}

/** Looking at it with HEAD does not count as taking it away. */
function certificateFor(
  { method }: Exchange,
  issuance: CertificateAuthority["issuance"],
  { id, now }: { readonly id: bigint; readonly now: number },
): Promise<string> {
  return method === "GET" ? issuance.fetchCertificate(id, now) : issuance.certificate(id, now);
}

/** The oldest that is valid: the trust anchor from which a newcomer can follow the whole chain. */
function caCertificate([oldest]: readonly Issuer[]): Answer {
  if (oldest === undefined) throw new Error("a CA without certificates");
  return ok("application/x-x509-ca-cert", oldest.certificatePem);
}

function ok(type: string, body: string | Uint8Array): Answer {
  return { status: 200, headers: { "Content-Type": type }, body };
}
