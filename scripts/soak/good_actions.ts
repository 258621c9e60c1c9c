/** What well-behaved clients do all day: services, users, and mere readers. */
import assert from "node:assert/strict";
import { decodePem } from "../../core/pem.ts";
import { parseCrl } from "../../core/x509/crl.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import type { PublicCa } from "../../core/protocol/routes.ts";
import { type Credentials, type Holder, holderOf, JSON_TYPE } from "../../tests/support/desk.ts";
import { newEcKey } from "../../tests/support/issuing.ts";
import { newKey } from "../../tests/support/keys.ts";
import { csrFor, renewalBody, revocationBody, unsignedBody } from "../../tests/support/requests.ts";
import type { SeededRandom } from "../fuzz/random.ts";
import type { Asking } from "./asking.ts";
import { digestOf } from "./job.ts";
import type { Tally } from "./tally.ts";
import type { TrafficAction } from "./traffic.ts";

/** Services that are kept for renewals and revocations; of more, the oldest are forgotten. */
const MOST_SERVICES = 200;

const READ = [
  "/",
  "/cas",
  "/cau",
  "/cas/crt/ca.crt.pem",
  "/cau/crt/ca.crt.pem",
  "/cas/crt/ca.crt.json",
  "/cas/crt/https.json",
];

export interface GoodWorld {
  readonly asking: Asking;
  readonly tally: Tally;
  readonly random: SeededRandom;
  readonly user: Credentials;
}

export async function goodActions(world: GoodWorld): Promise<TrafficAction[]> {
  const clients = new Clients(world, [await newKey("RSA"), await newKey("RSA")]);
  return [
    { name: "issue", weight: 12, run: () => clients.issue() },
    { name: "renew", weight: 6, run: () => clients.renew() },
    { name: "revoke as holder", weight: 1, run: () => clients.revokeOwn() },
    { name: "revoke as user", weight: 1, run: () => clients.revokeSerial() },
    { name: "send again", weight: 2, run: () => clients.sendAgain() },
    { name: "reject", weight: 2, run: () => clients.reject() },
    { name: "list, and reject all", weight: 1, run: () => clients.tidyUp("cau") },
    { name: "read a CRL", weight: 8, run: () => clients.readCrl() },
    { name: "read", weight: 12, run: () => clients.read() },
    { name: "ask beforehand", weight: 3, run: () => clients.preflight() },
  ];
}

class Clients {
  readonly #services: Holder[] = [];
  /** Revoked by now: each in every CRL that is asked for from then on. */
  #lastRevoked: bigint | undefined;

  /** @param signing keys of holders, as RSA keys take too long to make one each time */
  constructor(private readonly world: GoodWorld, private readonly signing: readonly PrivateKey[]) {}

  async issue(): Promise<void> {
    const { asking, random, user } = this.world;
    const key = random.oneIn(4) ? random.pick(this.signing) : await newEcKey();
    const id = await asking.submit("cas", await csrFor(key, `service-${random.next()}`));
    if (id === undefined) return await this.tidyUp("cas");
    const { status } = await asking.ask("PUT", `/cas/crt/${id}`, { as: user, expected: [204, 404] });
    // Another action, which tidied up, was faster.
    if (status === 404) return;
    await this.#keep(key, (await asking.get(`/cas/crt/${id}`)).text);
  }

  /** Then again with the same message, which must give the same. */
  async renew(): Promise<void> {
    const { asking, random } = this.world;
    const old = this.#take();
    if (old === undefined) return await this.issue();
    const key = await newEcKey();
    const body = await renewalBody(old.cert, old.privateKey, await csrFor(key));
    const { text } = await asking.putJson("/cas/crt/renew", body, [200]);
    if (random.oneIn(3)) {
      assert.equal((await asking.putJson("/cas/crt/renew", body, [200])).text, text, "the same renewal");
    }
    await this.#keep(key, text);
  }

  async revokeOwn(): Promise<void> {
    const { asking } = this.world;
    const holder = this.#take();
    if (holder === undefined) return;
    await asking.putJson("/cas/crt/revoke", await revocationBody(holder.cert, holder.privateKey), [204]);
    this.#noteRevoked(holder);
  }

  async revokeSerial(): Promise<void> {
    const { asking, user } = this.world;
    const holder = this.#take();
    if (holder === undefined) return;
    const body = unsignedBody(`{"revoke_serial": ${holder.certificate.serial}}`);
    await asking.ask("PUT", "/cas/crt/revoke", { as: user, headers: JSON_TYPE, body, expected: [204] });
    this.#noteRevoked(holder);
  }

  async sendAgain(): Promise<void> {
    const { asking } = this.world;
    const csr = await csrFor(await newEcKey());
    const id = await asking.submit("cas", csr);
    if (id === undefined) return;
    const again = await asking.submit("cas", csr);
    assert.ok(again === id || again === undefined, "the same request has the same id");
    await asking.get(`/cas/csr/${id}`, {}, [200, 404]);
    await this.#rejectOne("cas", id);
  }

  async reject(): Promise<void> {
    const id = await this.world.asking.submit("cas", await csrFor(await newEcKey()));
    if (id !== undefined) await this.#rejectOne("cas", id);
  }

  /** Makes room for requests again. */
  async tidyUp(ca: PublicCa): Promise<void> {
    const { asking, user } = this.world;
    const pending: readonly { readonly id: string }[] = JSON.parse(
      (await asking.ask("GET", `/${ca}/csr`, { as: user, expected: [200] })).text,
    );
    for (const { id } of pending) await this.#rejectOne(ca, id);
  }

  async readCrl(): Promise<void> {
    const { asking, random } = this.world;
    const path = random.pick(["/cas/crl", "/cau/crl"]);
    const mustHold = path === "/cas/crl" ? this.#lastRevoked : undefined;
    const { text, headers } = await asking.get(path);
    if (mustHold !== undefined) {
      const [block] = decodePem(text);
      assert.ok(block && parseCrl(block.der).revoked(mustHold), `${mustHold} is not revoked any more`);
    }
    await asking.get(path, { "if-none-match": headers["etag"] ?? "" }, [200, 304]);
    const head = await asking.ask("HEAD", path, { expected: [200] });
    assert.equal(head.bytes.length, 0);
  }

  async read(): Promise<void> {
    const { asking, random } = this.world;
    const path = random.pick(READ);
    if (random.oneIn(3)) await asking.ask("HEAD", path, { expected: [200] });
    else await asking.get(path);
  }

  async preflight(): Promise<void> {
    const { asking, random } = this.world;
    const headers = { origin: `https://page-${random.below(1000)}.example`, "access-control-request-method": "PUT" };
    await asking.ask("OPTIONS", "/cas/csr", { headers, expected: [204, 401] });
    await asking.get("/cas/crl", { origin: headers.origin }, [401]);
  }

  async #rejectOne(ca: PublicCa, id: string): Promise<void> {
    const { asking, user } = this.world;
    await asking.ask("DELETE", `/${ca}/csr/${id}`, { as: user, expected: [204, 404] });
  }

  async #keep(key: PrivateKey, pem: string): Promise<void> {
    this.world.tally.certificate(await digestOf(pem));
    this.#services.push(await holderOf(key, pem));
    if (this.#services.length > MOST_SERVICES) this.#services.shift();
  }

  /** Somebody whom nobody else acts for meanwhile. */
  #take(): Holder | undefined {
    return this.#services.splice(this.world.random.below(this.#services.length || 1), 1)[0];
  }

  #noteRevoked({ certificate: { serial } }: Holder): void {
    this.world.tally.revocation(serial);
    this.#lastRevoked = serial;
  }
}
