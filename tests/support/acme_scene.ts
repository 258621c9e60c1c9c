/** A server with ACME, and hosts that answer challenges, all on 127.0.0.1. */
import { readAcmeOptions, type WrittenAcmeOptions } from "../../server/acme/acme_options.ts";
import { AcmeClient, type AuthorizationJson, csrOf, type OrderJson } from "./acme_client.ts";
import { DnsServer } from "./dns_server.ts";
import type { Holder } from "./desk.ts";
import { httpAnswer, RawServer } from "./raw_server.ts";
import { runServer, type TestServer, type TestServerOptions } from "./running_server.ts";
import { answersOf, HOST } from "./validation.ts";
import assert from "node:assert/strict";

/** Names that a test orders; all lead to the web server. */
export const NAMES = ["a.example.org", "b.example.org", "c.example.org"] as const;

export interface AcmeScene extends AsyncDisposable {
  readonly server: TestServer;
  /** What the web server answers, by token. Empty: nothing answers. */
  readonly proofs: Map<string, string>;
  /** Proves control of all names of an order by http-01; the order afterwards. */
  prove(client: AcmeClient, order: OrderJson): Promise<OrderJson>;
  /** The certificate chain for names, by a client. */
  certify(client: AcmeClient, names: readonly string[]): Promise<string>;
}

export interface WantedScene extends TestServerOptions {
  readonly acme?: Partial<WrittenAcmeOptions>;
}

/** Where proofs are found, as options of a server. */
export function validationOptions(dnsPort: number, httpPort: number) {
  return { resolvers: [`${HOST}:${dnsPort}`], allowAddresses: [HOST], httpPort };
}

export async function acmeScene({ acme = {}, ...options }: WantedScene = {}): Promise<AcmeScene> {
  const proofs = new Map<string, string>();
  const web = proofServer(proofs);
  const dns = await DnsServer.start(answersOf(Object.fromEntries(NAMES.map((name) => [name, [HOST]]))));
  const reach = validationOptions(dns.port, web.port);
  const served = { ...options.serve, acme: readAcmeOptions({ policy: "challenge", ...reach, ...acme }) };
  const server = await runServer({ ...options, serve: served });
  const prove = (client: AcmeClient, order: OrderJson) => proveOrder(client, order, proofs);
  return {
    server,
    proofs,
    prove,
    async certify(client, names) {
      const order = await prove(client, await client.order(names));
      const reply = await client.finalize(order, await csrOf(names));
      const { certificate = "" } = JSON.parse(reply.text);
      assert.notEqual(certificate, "", reply.text);
      return (await client.post(certificate)).text;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await web[Symbol.asyncDispose]();
      await dns[Symbol.asyncDispose]();
    },
  };
}

export function proofServer(proofs: ReadonlyMap<string, string>): RawServer {
  return new RawServer((request) => {
    const [, token = ""] = /acme-challenge\/(\S+)/.exec(request) ?? [];
    const proof = proofs.get(token);
    return proof === undefined ? httpAnswer(404, "") : httpAnswer(200, proof);
  });
}

export async function proveOrder(
  client: AcmeClient,
  order: OrderJson,
  proofs: Map<string, string>,
): Promise<OrderJson> {
  for (const url of order.authorizations) {
    const { status, challenges } = await client.read<AuthorizationJson>(url);
    const http = challenges.find(({ type }) => type === "http-01");
    if (status !== "pending" || http === undefined) continue;
    proofs.set(http.token, client.keyAuthorization(http));
    await client.post(http.url, {});
    await settled(client, url);
  }
  return { ...await client.readOrder(order.url), url: order.url };
}

/** The authorization once it is decided. */
export async function settled(client: AcmeClient, url: string): Promise<AuthorizationJson> {
  for (let tries = 0; tries < 300; tries++) {
    const authorization = await client.read<AuthorizationJson>(url);
    if (authorization.status !== "pending") return authorization;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("nobody decided about the challenge");
}

/** Signs or rejects all that waits at CAS, as `user`. */
export async function decideAll(server: TestServer, user: Holder, decision: "sign" | "reject"): Promise<number> {
  const { text } = await server.ask("GET", "/cas/csr", { as: user });
  const pending: readonly { readonly id: string }[] = JSON.parse(text);
  for (const { id } of pending) {
    const path = decision === "sign" ? `/cas/crt/${id}` : `/cas/csr/${id}`;
    const reply = await server.ask(decision === "sign" ? "PUT" : "DELETE", path, { as: user });
    assert.equal(reply.status, 204, reply.text);
  }
  return pending.length;
}
