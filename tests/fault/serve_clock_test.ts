/**
 * A clock that was wrong for a while: nothing is made twice, nothing goes back, and all goes on when it is right again.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { decodePem } from "../../core/pem.ts";
import { certificateFromPem, isIssuedBy } from "../../core/x509/certificate.ts";
import { type CertificateList, parseCrl } from "../../core/x509/crl.ts";
import { readKeyFile } from "../../core/host/key_file.ts";
import { certify, CSR_TYPE, firstUser, type Holder, revokeSerial } from "../support/desk.ts";
import { DAY, newEcKey, NOW } from "../support/issuing.ts";
import { csrFor } from "../support/requests.ts";
import { runServer, TestServer } from "../support/running_server.ts";

const YEAR = 365 * DAY;

const JUMPS: Readonly<Record<string, number>> = {
  "a day ahead": NOW + DAY,
  "a day behind": NOW - DAY,
  "ten years ahead": NOW + 10 * YEAR,
  "ten years behind": NOW - 10 * YEAR,
  "at the beginning of time, as without a battery": 1000,
};

for (const [where, wrong] of Object.entries(JUMPS)) {
  for (const restarts of [false, true]) {
    const how = restarts ? "from one start to the next" : "while it runs";
    Deno.test(`serve survives a clock that is ${where} ${how}, twice`, async () => {
      await using server = await runServer();
      const scene = new JumpingServer(
        server,
        await firstUser(server),
        (await server.ask("GET", "/cas/crt/ca.crt.pem")).text,
      );
      await scene.revoke(1n);
      const setClock = async (now: number) => {
        server.clock.set(now);
        if (restarts) await server.restart();
      };
      const authorities: number[] = [];
      for (const round of [1n, 2n]) {
        await setClock(wrong);
        await scene.workAtAnyTime(round * 10n);
        await setClock(NOW + Number(round) * 3600);
        await scene.assertAllIsWell(round * 100n);
        authorities.push(countIssuers(server));
      }
      assert.equal(authorities[1], authorities[0], "the second time there was one for that time");
      // A clock that is behind is said to be, and nothing was signed by it; one that was ahead could not be told from a
      // right one.
      const said = server.warnings.filter((warning) => /nothing is signed: the clock says/.test(warning));
      assert.deepEqual(server.warnings, said);
      assert.equal(said.length > 0, wrong < NOW);
      assert.deepEqual(signedBefore(server, NOW - 60), []);
    });
  }
}

Deno.test("serve makes no new CA with a clock from before the program was made, and takes an old one that is accepted", async () => {
  const long = NOW - YEAR;
  const message = /the clock says 2025-11-23T14:00:00\.000Z, before this program was made/;
  await assert.rejects(runServer({ ownKeys: true, now: long }), { code: "clock-behind", message });
  await using server = await runServer();
  const user = await firstUser(server);
  await server.stop();
  server.clock.set(NOW - DAY / 2);
  await server.start();
  assert.equal((await revokeSerial(server, user, { serial: 5n })).status, 401, "the user's certificate has not begun");
  const { status } = await server.ask("GET", "/cas/crl");
  assert.equal(status, 200, "what there is goes on being served");
  await server.stop();
  const accepting = { ...server.options, acceptClock: true };
  await using again = new TestServer(accepting, undefined);
  again.clock.set(NOW - DAY / 2);
  await again.start();
  assert.deepEqual(again.warnings, []);
});

class JumpingServer {
  readonly #revoked: bigint[] = [];
  /** Contents by CA and number. */
  readonly #seen = new Map<string, string>();
  #highest = -1n;

  constructor(private readonly server: TestServer, private readonly user: Holder, private readonly caPem: string) {}

  async revoke(serial: bigint): Promise<number> {
    const { status } = await revokeSerial(this.server, this.user, { serial });
    if (status === 204) this.#revoked.push(serial);
    return status;
  }

  /** What is answered then is right as far as it goes: the user's certificate may have run out, or not have begun. */
  async workAtAnyTime(serial: bigint): Promise<void> {
    const body = await csrFor(await newEcKey());
    assert.equal((await this.server.ask("PUT", "/cas/csr", { body, headers: CSR_TYPE })).status, 201);
    assert.ok([204, 401].includes(await this.revoke(serial)));
    // Twenty at once: whoever makes a CA makes it for all.
    await Promise.all(Array.from({ length: 20 }, () => this.server.ask("GET", "/cas/crt/ca.crt.pem")));
    await this.#readCrls();
  }

  async assertAllIsWell(serial: bigint): Promise<void> {
    const { server, user, caPem } = this;
    assert.equal((await server.ask("GET", "/cas/crt/ca.crt.pem")).text, caPem, "the anchor for newcomers");
    assert.equal(await this.revoke(serial), 204);
    const crls = await this.#readCrls();
    const ca = await certificateFromPem(caPem);
    const crl = crls.find(({ authorityKeyIdentifier }) => authorityKeyIdentifier === ca.keyIdentifier);
    assert.deepEqual(this.#revoked.filter((each) => !crl?.revoked(each)), [], "none is lost");
    const now = server.clock.now();
    assert.ok(crl !== undefined && crl.thisUpdate <= now && now < (crl.nextUpdate ?? 0));
    const { certificate } = await certify(server, user);
    assert.ok(await isIssuedBy(certificate, ca), "the CA that everybody knows signs");
    assert.ok(certificate.notBefore <= now && now < certificate.notAfter);
    await this.#untilHttpsIsGood(now);
  }

  /** Its certificate is made in the background. */
  async #untilHttpsIsGood(now: number): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (performance.now() < deadline) {
      const { certificate } = await readKeyFile(this.server.options.serverKey);
      if (certificate && certificate.notBefore <= now && now < certificate.notAfter) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.fail("no certificate for HTTPS is good now");
  }

  /** All CRLs of the CA for services, none of which goes back. */
  async #readCrls(): Promise<CertificateList[]> {
    const { text } = await this.server.ask("GET", "/cas/crl");
    const crls = decodePem(text).map(({ der }) => parseCrl(der));
    for (const { authorityKeyIdentifier, number = -1n, tbs } of crls) {
      const content = tbs.toHex();
      const name = `${authorityKeyIdentifier} ${number}`;
      assert.equal(this.#seen.get(name) ?? content, content, `number ${number} names two contents`);
      assert.ok(number >= this.#highest, `number ${number} after ${this.#highest}`);
      this.#seen.set(name, content);
    }
    this.#highest = crls[0]?.number ?? this.#highest;
    return crls;
  }
}

/** What was signed, by the clock of then, before `time`. */
function signedBefore({ options }: TestServer, time: number): unknown[] {
  using database = new DatabaseSync(options.db, { readOnly: true });
  const kinds = ["issued", "revoked", "crl-renewed", "issuer-added"].map((kind) => `event LIKE '{"kind":"${kind}"%'`);
  const imported = 'actor = \'{"kind":"operator"}\'';
  const sql = `SELECT time, event FROM caucase_event WHERE time < ? AND (${kinds.join(" OR ")}) AND NOT ${imported}`;
  return database.prepare(sql).all(time);
}

function countIssuers({ options }: TestServer): number {
  using database = new DatabaseSync(options.db, { readOnly: true });
  return Number(database.prepare("SELECT COUNT(*) AS n FROM casca").get()?.["n"]);
}
