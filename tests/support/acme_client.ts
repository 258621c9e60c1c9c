/** A client of ACME that does what a test says, right or wrong, over any desk. */
import assert from "node:assert/strict";
import { type CryptoKey, exportJWK, type FlattenedJWS, FlattenedSign, generateKeyPair } from "jose";
import { type AccountKey, readAccountKey, toBase64url } from "../../core/acme/json_web_key.ts";
import { utf8 } from "../../core/bytes.ts";
import { onlyPem, PEM_LABEL } from "../../core/pem.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { buildCsr } from "../../core/x509/csr.ts";
import { dnsName, ipAddress, subjectAltNameExtension } from "../../core/x509/general_name.ts";
import { EMPTY_NAME } from "../../core/x509/name.ts";
import { parseIpAddress } from "../../core/x509/ip_address.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import type { Desk, Reply } from "./desk.ts";
import { newEcKey } from "./issuing.ts";

export interface AccountKeyPair extends AccountKey {
  readonly alg: string;
  readonly privateKey: CryptoKey;
}

export async function newAccountKey(alg = "ES256"): Promise<AccountKeyPair> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, privateKey, ...readAccountKey(await exportJWK(publicKey)) };
}

/** A header as it goes into the JWS: undefined leaves a member out. */
export type Header = Readonly<Record<string, unknown>>;

/** @param payload undefined for the empty one of a POST-as-GET */
export async function signJws(payload: unknown, header: Header, key: CryptoKey | Uint8Array): Promise<FlattenedJWS> {
  const { alg, ...rest } = header;
  const bytes = payload === undefined ? new Uint8Array() : utf8(JSON.stringify(payload));
  return await new FlattenedSign(bytes).setProtectedHeader({ alg: `${alg}`, ...rest }).sign(key);
}

export interface Problem {
  readonly type: string;
  readonly detail: string;
  readonly algorithms?: readonly string[];
  readonly subproblems?: readonly { readonly type: string; readonly identifier: { readonly value: string } }[];
}

/** The answer must be a problem of this type. */
export function requireProblem(reply: Reply, type: string, status?: number): Problem {
  assert.equal(reply.headers["content-type"], "application/problem+json", `${reply.status} ${reply.text}`);
  const problem: Problem & { readonly status: number } = JSON.parse(reply.text);
  assert.equal(problem.type, `urn:ietf:params:acme:error:${type}`, reply.text);
  assert.equal(problem.status, reply.status);
  if (status !== undefined) assert.equal(reply.status, status, reply.text);
  return problem;
}

export interface OrderJson {
  readonly url: string;
  readonly status: string;
  readonly identifiers: readonly { readonly type: string; readonly value: string }[];
  readonly authorizations: readonly string[];
  readonly finalize: string;
  readonly certificate?: string;
  readonly profile?: string;
  readonly error?: Problem;
}

export interface ChallengeJson {
  readonly type: string;
  readonly url: string;
  readonly token: string;
  readonly status: string;
  readonly error?: Problem;
}

export interface AuthorizationJson {
  readonly status: string;
  readonly identifier: { readonly type: string; readonly value: string };
  readonly wildcard?: boolean;
  readonly challenges: readonly ChallengeJson[];
}

interface Signing {
  /** In place of what an honest client would say. */
  readonly header?: Header;
  readonly key?: CryptoKey | Uint8Array;
  /** Where it is sent to; the URL that is signed unless given. */
  readonly to?: string;
  readonly contentType?: string;
}

const BASE = "/acme";

export class AcmeClient {
  kid: string | undefined;
  #nonce: string | undefined;

  constructor(readonly desk: Desk, public key: AccountKeyPair) {}

  /** With an account. */
  static async registered(desk: Desk, payload: Header = {}): Promise<AcmeClient> {
    const client = new AcmeClient(desk, await newAccountKey());
    const reply = await client.register(payload);
    assert.equal(reply.status, 201, reply.text);
    return client;
  }

  /** Over HTTPS, unsigned. */
  get(url: string, method = "GET"): Promise<Reply> {
    return this.desk.ask(method, pathOf(url), { as: null });
  }

  async directory(): Promise<Readonly<Record<string, string>> & { readonly meta: Header }> {
    return JSON.parse((await this.get(`${BASE}/directory`)).text);
  }

  async nonce(): Promise<string> {
    const known = this.#nonce ?? (await this.get(`${BASE}/new-nonce`, "HEAD")).headers["replay-nonce"];
    this.#nonce = undefined;
    return known ?? "";
  }

  /** Signed with `kid` where there is an account, else with `jwk`. */
  async signed(url: string, payload: unknown, { header = {}, key }: Signing = {}): Promise<FlattenedJWS> {
    const { alg, jwk, privateKey } = this.key;
    const signer = this.kid === undefined ? { jwk: JSON.parse(jwk) } : { kid: this.kid };
    const nonce = "nonce" in header ? undefined : await this.nonce();
    return await signJws(payload, { alg, url, nonce, ...signer, ...header }, key ?? privateKey);
  }

  async post(url: string, payload?: unknown, signing: Signing = {}): Promise<Reply> {
    return await this.send(signing.to ?? url, await this.signed(url, payload, signing), signing.contentType);
  }

  /** Sends what is signed already. */
  async send(url: string, body: unknown, contentType = "application/jose+json"): Promise<Reply> {
    const reply = await this.desk.ask("POST", pathOf(url), {
      as: null,
      headers: { "content-type": contentType },
      body: JSON.stringify(body),
    });
    this.#nonce = reply.headers["replay-nonce"];
    return reply;
  }

  async register(payload: Header = {}): Promise<Reply> {
    const { newAccount = "" } = await this.directory();
    const reply = await this.post(newAccount, payload);
    if (reply.status < 300) this.kid = reply.headers["location"];
    return reply;
  }

  async newOrder(names: readonly string[], more: Header = {}): Promise<Reply> {
    const { newOrder = "" } = await this.directory();
    return await this.post(newOrder, { identifiers: names.map(identifierOf), ...more });
  }

  async order(names: readonly string[], more: Header = {}): Promise<OrderJson> {
    const reply = await this.newOrder(names, more);
    assert.equal(reply.status, 201, reply.text);
    return orderOf(reply);
  }

  async read<T>(url: string): Promise<T> {
    const reply = await this.post(url);
    assert.equal(reply.status, 200, reply.text);
    return JSON.parse(reply.text);
  }

  async readOrder(url: string): Promise<OrderJson> {
    return orderOf(await this.post(url));
  }

  /** What answers a challenge. */
  keyAuthorization({ token }: ChallengeJson): string {
    return `${token}.${this.key.thumbprint}`;
  }

  async finalize(order: OrderJson, csr: string): Promise<Reply> {
    return await this.post(order.finalize, { csr });
  }
}

export function identifierOf(name: string) {
  return { type: parseIpAddress(name) === undefined ? "dns" : "ip", value: name };
}

function orderOf(reply: Reply): OrderJson {
  return { ...JSON.parse(reply.text), url: reply.headers["location"] };
}

/** DER in base64url. */
export async function csrOf(names: readonly string[], key?: PrivateKey, subject = EMPTY_NAME): Promise<string> {
  const named = names.map((name) => parseIpAddress(name) === undefined ? dnsName(name) : ipAddress(name));
  const extensions = names.length === 0 ? [] : [subjectAltNameExtension(named, false)];
  const pem = await buildCsr({ subject, extensions }, await signerFor(key ?? await newEcKey()));
  return toBase64url(onlyPem(pem, [PEM_LABEL.CSR], "the request").der);
}

/** DER of the first certificate in a chain. */
export function leafOf(chain: string): Uint8Array<ArrayBuffer> {
  const [, body = ""] = /-----BEGIN CERTIFICATE-----([^-]*)-----END/.exec(chain) ?? [];
  return Uint8Array.fromBase64(body);
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url, "https://any.example");
  return pathname + search;
}
