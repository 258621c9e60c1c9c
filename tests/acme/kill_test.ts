/** A server that is killed in the middle of an order: the client's next try ends in a certificate, and only one. */
import assert from "node:assert/strict";
import { parseCertificate } from "../../core/x509/certificate.ts";
import { AcmeClient, csrOf, leafOf, newAccountKey } from "../support/acme_client.ts";
import { NAMES, proofServer, proveOrder } from "../support/acme_scene.ts";
import { type AskOptions, type Desk, firstUser, type Reply } from "../support/desk.ts";
import { DnsServer } from "../support/dns_server.ts";
import { askOnce } from "../support/network_desk.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { answersOf, HOST } from "../support/validation.ts";

/** Asks a process, and kills it while it works on a request. */
class KillingDesk implements Desk {
  /** Requests until then; undefined for never. */
  left: number | undefined;

  constructor(public server: ServerProcess) {}

  async ask(method: string, path: string, options: AskOptions = {}): Promise<Reply> {
    const answer = askOnce(this.server.port, { method, path, ...options });
    if (this.left !== undefined && this.left-- === 0) {
      answer.catch(() => {});
      // It may be anywhere between the first byte and the last.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
      await this.server.kill();
      this.left = undefined;
    }
    return await answer;
  }
}

async function certify(client: AcmeClient, proofs: Map<string, string>): Promise<bigint> {
  if (client.kid === undefined) assert.ok((await client.register()).status < 300);
  const names = [NAMES[0]];
  const order = await proveOrder(client, await client.order(names), proofs);
  const { certificate = "" } = JSON.parse((await client.finalize(order, await csrOf(names))).text);
  return (await parseCertificate(leafOf((await client.post(certificate)).text))).serial;
}

Deno.test("orders survive kills: each has one certificate, and the next try ends in one", async () => {
  await using folder = await tempFolder();
  const proofs = new Map<string, string>();
  await using web = proofServer(proofs);
  await using dns = await DnsServer.start(answersOf({ [NAMES[0]]: [HOST] }));
  const options = [
    ...["--acme", "challenge", "--acme-allow-address", HOST, "--acme-authorization-life", "0"],
    ...["--acme-resolver", `${HOST}:${dns.port}`, "--acme-http-port", `${web.port}`],
  ];
  await using desk = disposing(await startServer({ folder: folder.path, options }));
  const user = await firstUser(desk.desk);
  const key = await newAccountKey();
  let client = new AcmeClient(desk.desk, key);
  const told = new Set<bigint>();
  for (let requests = 2; requests < 14; requests++) {
    desk.desk.left = requests;
    const first = await certify(client, proofs).catch(() => undefined);
    if (first !== undefined) told.add(first);
    desk.desk.left = undefined;
    await desk.desk.server.kill();
    desk.desk.server = await desk.desk.server.restart();
    client = new AcmeClient(desk.desk, key);
    const second = await certify(client, proofs);
    assert.ok(!told.has(second));
    told.add(second);
  }
  const { text } = await desk.desk.ask("GET", "/cas/certificates?limit=1000", { as: user });
  const { certificates } = JSON.parse(text);
  const serials = certificates.map(({ serial }: { serial: string }) => BigInt(serial));
  const ordered = certificates.map(({ origin }: { origin: { order: string } }) => origin.order);
  assert.equal(new Set(serials).size, serials.length);
  assert.equal(new Set(ordered).size, ordered.length, "an order has one certificate");
  for (const serial of told) assert.ok(serials.includes(serial), "what was told is in the register");
  // What was issued but not told is what its order leads to.
  for (const url of JSON.parse((await client.post(`${client.kid}/orders`)).text).orders) {
    const { status } = await client.readOrder(url);
    assert.equal(status === "valid", ordered.includes(url.split("/").at(-1)), status);
  }
});

function disposing(server: ServerProcess): { desk: KillingDesk } & AsyncDisposable {
  const desk = new KillingDesk(server);
  return { desk, [Symbol.asyncDispose]: () => desk.server[Symbol.asyncDispose]() };
}
