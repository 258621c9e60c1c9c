/** The operations of a caucase server, for one of its CAs: paths and methods come from the route table. */
import { type Bytes, utf8 } from "../../core/bytes.ts";
import { type Message, messageText } from "../../core/protocol/envelope.ts";
import { type PendingRequest, readPendingList } from "../../core/protocol/pending_list.ts";
import {
  DETAILS_TYPE,
  type PendingDetails,
  readPendingDetails,
  readPendingDetailsList,
} from "../../core/protocol/pending_details.ts";
import {
  type CertificateEntry,
  type CertificateList,
  readCertificateEntry,
  readCertificateList,
} from "../../core/protocol/register.ts";
import { type RegisterQuery, writeRegisterQuery } from "../../core/protocol/register_query.ts";
import { readServerStatus, type ServerStatus } from "../../core/protocol/server_status.ts";
import { CaucaseError, malformed } from "../../core/errors.ts";
import { type PublicCa, type Route, type RouteName, ROUTES } from "../../core/protocol/routes.ts";
import { httpRequest, type HttpResponse } from "./http_request.ts";
import { refusalError } from "./refusal.ts";
import { operationUrl, parseServerUrl } from "./server_url.ts";

/** A user's certificate and key, PEM. */
export interface UserCredentials {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface ApiClientOptions {
  readonly user?: UserCredentials;
  /**
   * The trust anchors to demand of the HTTPS server, PEM; undefined to take any. Asked before the first call as a user.
   */
  readonly anchors?: () => Promise<readonly string[] | undefined>;
  /** Whether what anybody may ask goes to HTTPS too. */
  readonly secure?: boolean;
  readonly signal?: AbortSignal;
}

interface CallOptions {
  readonly id?: string;
  /** Instead of the route's own, where that has several parameters. */
  readonly path?: string;
  /** With its question mark. */
  readonly query?: string;
  /** The media type that is asked for. */
  readonly accept?: string;
  readonly body?: Uint8Array;
  readonly contentType?: string;
  /** Go to HTTPS and show the user's certificate. */
  readonly asUser?: boolean;
}

/** What fills the route's parameter, its query with the question mark, and the body. */
export interface UserCall {
  readonly id?: string;
  readonly query?: string;
  readonly json?: string;
}

export class ApiClient {
  readonly #base: URL;

  /**
   * @param baseUrl of HTTP; a path in it is kept
   * @throws `usage` when it is no HTTP URL
   */
  constructor(
    baseUrl: string,
    private readonly ca: PublicCa,
    private readonly options: ApiClientOptions = {},
  ) {
    this.#base = parseServerUrl(baseUrl, "--ca-url");
  }

  /** The same operations, as somebody. */
  as(options: ApiClientOptions): ApiClient {
    return new ApiClient(this.#base.href, this.ca, { ...this.options, ...options });
  }

  /** Base URL of the server, for people. */
  get serverUrl(): string {
    return this.#base.href;
  }

  /** The oldest valid CA certificate, PEM. */
  async caCertificate(): Promise<string> {
    return text(await this.#call("caCertificate"));
  }

  /** The signed chain of CA certificates, JSON. */
  async caChain(): Promise<string> {
    return text(await this.#call("caChain"));
  }

  /** The current CRLs of all CA certificates, PEM. */
  async crls(): Promise<string> {
    return text(await this.#call("crlList"));
  }

  /** The CA that vouches for the HTTPS server, JSON; undefined where the server cannot say. */
  async httpsVoucher(): Promise<string | undefined> {
    // The reference takes the name for an id that is no number.
    return await optional(() => this.#call("httpsCa"), [400, 404]);
  }

  /** Sends a request; its id. */
  async submit(csr: Uint8Array): Promise<string> {
    const { headers } = await this.#call("submit", { body: csr, contentType: "application/pkcs10" });
    const { location = "" } = headers;
    if (!/^\d+$/.test(location)) throw malformed("the server's answer to the request has no id in Location");
    return location;
  }

  /** A stored request, PEM; undefined when there is none. */
  async request(id: string): Promise<string | undefined> {
    return await optional(() => this.#call("request", { id }));
  }

  /** The certificate for a request, PEM; undefined when there is none (yet). */
  async certificate(id: string): Promise<string | undefined> {
    return await optional(() => this.#call("certificate", { id }));
  }

  /** A new certificate, PEM. */
  async renew(message: Message): Promise<string> {
    return text(await this.#call("renew", jsonBody(message)));
  }

  /** Revokes; an unsigned message goes as a user. */
  async revoke(message: Message): Promise<void> {
    await this.#call("revoke", { ...jsonBody(message), asUser: message.digest === null });
  }

  /**
   * Tells that the certificate with that serial number is installed. False where the server does not know such reports,
   * as the reference does not.
   */
  async reportInstallation(serial: string, message: Message): Promise<boolean> {
    const answer = await optional(() => this.#call("report", { id: serial, ...jsonBody(message) }), [404, 405]);
    return answer !== undefined;
  }

  async pending(): Promise<PendingRequest[]> {
    return readPendingList(text(await this.#call("pendingList", { asUser: true })));
  }

  /** Pending requests with their details; `plain` from a server that has none. */
  async pendingDetails(): Promise<PendingAnswer> {
    const response = await this.#call("pendingList", { asUser: true, accept: DETAILS_TYPE });
    return isDetails(response)
      ? { details: readPendingDetailsList(text(response)) }
      : { plain: readPendingList(text(response)) };
  }

  /** The details of a pending request; undefined where the server has none, or knows nobody who may read them. */
  async requestDetails(id: string): Promise<PendingDetails | undefined> {
    if (this.options.user === undefined) return undefined;
    const found = await optional(() => this.#call("pendingDetails", { id, asUser: true }), [400, 404, 405]);
    return found === undefined ? undefined : readPendingDetails(found);
  }

  /** A page of the register. @throws `not-found` where the server has no register */
  async register(query: Partial<RegisterQuery>): Promise<CertificateList> {
    const call = () => this.#call("register", { query: writeRegisterQuery(query), asUser: true });
    return readCertificateList(await ofOurs(call, this.serverUrl, "register of certificates"));
  }

  /** A certificate of the register, by its decimal serial number; undefined when it is not there. */
  async registered(serial: string): Promise<CertificateEntry | undefined> {
    const found = await optional(() => this.#call("registered", { id: serial, asUser: true, accept: JSON_TYPE }));
    if (found !== undefined) return readCertificateEntry(found);
    // Not there, or no register at all?
    await this.register({ limit: 1 });
    return undefined;
  }

  /** The same certificate itself, PEM. */
  async registeredPem(serial: string): Promise<string | undefined> {
    const found = await optional(() => this.#call("registered", { id: serial, asUser: true, accept: PEM_TYPE }));
    if (found === undefined) await this.register({ limit: 1 });
    return found;
  }

  /** How the server does. @throws `not-found` where it cannot say */
  async status(): Promise<ServerStatus> {
    return readServerStatus(await ofOurs(() => this.#call("status", { asUser: true }), this.serverUrl, "status"));
  }

  /**
   * A file of the audit log, by its path there: `checkpoint`, `key`, a tile's (core/audit/tiles.ts).
   * @throws `not-found` where there is no such file, or no audit log
   */
  async audit(path: string): Promise<Bytes> {
    try {
      return (await this.#call("auditCheckpoint", { path: `/audit/${path}`, asUser: true })).body;
    } catch (error) {
      if (!(error instanceof CaucaseError) || error.details.status !== 404) throw error;
      throw new CaucaseError("not-found", `${this.serverUrl} has no audit log, or not ${path} of it`, {
        hint: "it is a server of the reference implementation, or an older one; a new one signs within a minute",
      });
    }
  }

  /** A call of a route for users, as one. */
  async callAsUser(name: RouteName, { json, ...options }: UserCall = {}): Promise<HttpResponse> {
    const body = json === undefined ? {} : { body: utf8(json), contentType: JSON_TYPE };
    return await this.#call(name, { ...options, ...body, asUser: true });
  }

  async sign(id: string, template?: Uint8Array): Promise<void> {
    const body = template && { body: template, contentType: "application/pkcs10" };
    await this.#call("sign", { id, ...body, asUser: true });
  }

  async reject(id: string): Promise<void> {
    await this.#call("reject", { id, asUser: true });
  }

  async #call(
    name: RouteName,
    { id, path, query = "", accept, body, contentType, asUser = false }: CallOptions = {},
  ): Promise<HttpResponse> {
    const route: Route = { ...ROUTES[name], ...(path !== undefined && { path }) };
    const { user, anchors, signal } = this.options;
    const secure = asUser || this.options.secure === true;
    const url = operationUrl(this.#base, { route, ca: this.ca, id, secure });
    url.search = query;
    const response = await httpRequest({
      method: route.method,
      url,
      ...(body && { body }),
      ...(contentType !== undefined && { contentType }),
      ...(accept !== undefined && { accept }),
      ...(asUser && user && { user }),
      ...(secure && anchors && { anchors: await anchors() }),
      ...(signal && { signal }),
    });
    if (response.status >= 200 && response.status <= 299) return response;
    const call = { what: `${route.method} ${url.href}`, route: name, asUser: user !== undefined };
    throw refusalError(call, response);
  }
}

/** Pending requests in one of two forms. */
export type PendingAnswer =
  | { readonly details: readonly PendingDetails[]; readonly plain?: undefined }
  | { readonly details?: undefined; readonly plain: readonly PendingRequest[] };

const JSON_TYPE = "application/json";
/** RFC 8555 9.1 */
const PEM_TYPE = "application/pem-certificate-chain";

function isDetails({ headers }: HttpResponse): boolean {
  return headers["content-type"]?.startsWith(DETAILS_TYPE) === true;
}

/** The answer of a route that the reference, and older servers of ours, do not have. */
export async function ofOurs(call: () => Promise<HttpResponse>, url: string, what: string): Promise<string> {
  const found = await optional(call, [400, 404, 405]);
  if (found !== undefined) return found;
  throw new CaucaseError("not-found", `${url} has no ${what}`, {
    hint: "it is a server of the reference implementation, or an older one",
  });
}

function jsonBody(message: Message): Pick<CallOptions, "body" | "contentType"> {
  return { body: utf8(messageText(message)), contentType: JSON_TYPE };
}

function text({ body }: { body: Bytes }): string {
  return new TextDecoder().decode(body);
}

/** The body of an answer, or undefined where the server says that there is nothing. */
async function optional(call: () => Promise<HttpResponse>, nothing = [404]): Promise<string | undefined> {
  try {
    return text(await call());
  } catch (error) {
    if (error instanceof CaucaseError && nothing.includes(error.details.status ?? 0)) return undefined;
    throw error;
  }
}
