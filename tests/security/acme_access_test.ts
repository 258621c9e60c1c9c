/** Every route of ACME for everybody who may come, over real connections; and what is refused changes nothing. */
import assert from "node:assert/strict";
import { renewalId } from "../../core/acme/renewal_info.ts";
import { toBase64url } from "../../core/acme/json_web_key.ts";
import { ACME_PREFIX, ACME_ROUTES } from "../../server/acme/routes.ts";
import { parseCertificate } from "../../core/x509/certificate.ts";
import { AcmeClient, type AuthorizationJson, csrOf, leafOf, newAccountKey, signJws } from "../support/acme_client.ts";
import { type AcmeScene, acmeScene, NAMES } from "../support/acme_scene.ts";
import { DatabaseWatch } from "../support/database_watch.ts";
import { firstUser, type Holder, type Reply } from "../support/desk.ts";

/**
 * Over HTTP; over HTTPS without a signature, and as a user of caucase; signed with a key that has no account, by an
 * account that was deactivated, by another one, and by the one whose things these are.
 */
const ACCESS = `
               http plain user key  dead other owner
directory      404  200   200  200  200  200   200
newNonce       404  204   204  204  204  204   204
headNonce      404  200   200  200  200  200   200
renewalInfo    404  200   200  200  200  200   200
newAccount     404  400   400  201  400  400   400
account        404  400   400  400  403  403   200
orders         404  400   400  400  403  403   200
newOrder       404  400   400  400  403  201   201
order          404  400   400  400  403  404   200
authorization  404  400   400  400  403  404   200
challenge      404  400   400  400  403  404   200
finalize       404  400   400  400  403  404   200
certificate    404  400   400  400  403  404   200
revoke         404  400   400  403  403  403   200
keyChange      404  400   400  400  403  400   200
`;

const [HEAD = "", ...ROWS] = ACCESS.trim().split("\n").map((line) => line.trim().split(/\s+/));
const VISITORS = ["http", "plain", "user", "key", "dead", "other", "owner"] as const;
type Visitor = typeof VISITORS[number];

interface Stage {
  readonly scene: AcmeScene;
  readonly user: Holder;
  readonly clients: Readonly<Record<"key" | "dead" | "other" | "owner", AcmeClient>>;
  /** By route, what fills its path and what is signed for it. */
  readonly requests: Readonly<Record<string, readonly [id: string, payload?: unknown]>>;
}

Deno.test("the table of access to ACME has a row for every route, and lets nobody in but whom the route says", () => {
  assert.deepEqual(HEAD, VISITORS);
  assert.deepEqual(ROWS.map(([name]) => name).toSorted(), Object.keys(ACME_ROUTES).toSorted());
  for (const [name = "", ...statuses] of ROWS) {
    assert.equal(statuses.length, VISITORS.length, name);
    const { access, secure } = routeOf(name);
    assert.ok(secure && statuses[0] === "404", name);
    if (access !== "open") assert.deepEqual(statuses.slice(1, 3), ["400", "400"], name);
  }
});

Deno.test("everybody gets of ACME what its table says, and refusals change nothing", async (t) => {
  await using scene = await acmeScene();
  const stage = await stageOf(scene);
  using database = new DatabaseWatch(scene.server.options.db);
  for (const [name = "", ...statuses] of ROWS) {
    await t.step(name, async () => {
      for (const [index, visitor] of VISITORS.entries()) {
        const before = database.contents();
        const { status, text } = await visit(name, visitor, stage);
        assert.equal(`${status}`, statuses[index], `${name} for ${visitor}: ${text}`);
        if (status >= 400) assert.ok(database.contents() === before, `${name} for ${visitor} changed something`);
      }
    });
  }
});

function routeOf(name: string) {
  const found = Object.entries(ACME_ROUTES).find(([each]) => each === name);
  assert.ok(found, name);
  return found[1];
}

async function visit(
  name: string,
  visitor: Visitor,
  { scene: { server }, user, clients, requests }: Stage,
): Promise<Reply> {
  const { method, path, access } = routeOf(name);
  const [id = "", payload] = requests[name] ?? [];
  const target = ACME_PREFIX + path.replace("{id}", id);
  if (access !== "open" && visitor !== "http" && visitor !== "plain" && visitor !== "user") {
    const client = clients[visitor];
    const { newAccount = "" } = await client.directory();
    return await client.post(newAccount.replace("/acme/new-account", target), payload);
  }
  const as = visitor === "http" ? {} : { as: visitor === "user" ? user : null };
  const body = method === "POST" ? { body: JSON.stringify(payload ?? {}) } : {};
  return await server.ask(method, target, { ...as, ...body, headers: { "content-type": "application/jose+json" } });
}

async function stageOf(scene: AcmeScene): Promise<Stage> {
  const { server } = scene;
  const user = await firstUser(server);
  const [owner, other, dead] = [
    await AcmeClient.registered(server),
    await AcmeClient.registered(server),
    await AcmeClient.registered(server),
  ];
  await dead.post(dead.kid ?? "", { status: "deactivated" });
  const der = leafOf(await scene.certify(owner, [NAMES[0]]));
  const certified = lastOf((await owner.read<{ orders: string[] }>(`${owner.kid}/orders`)).orders[0]);
  const order = await scene.prove(owner, await owner.order([NAMES[1]]));
  const [authorization = ""] = order.authorizations;
  const { challenges: [challenge] } = await owner.read<AuthorizationJson>(authorization);
  const { serial, issuer } = await idOf(scene, user, der);
  const next = await newAccountKey();
  const { keyChange: url = "" } = await owner.directory();
  const inner = await signJws(
    { account: owner.kid, oldKey: JSON.parse(owner.key.jwk) },
    { alg: next.alg, jwk: JSON.parse(next.jwk), url },
    next.privateKey,
  );
  return {
    ...{ scene, user, clients: { key: new AcmeClient(server, await newAccountKey()), dead, other, owner } },
    requests: {
      renewalInfo: [renewalId({ issuer, serial })],
      newAccount: ["", {}],
      account: [lastOf(owner.kid)],
      orders: [lastOf(owner.kid)],
      newOrder: ["", { identifiers: [{ type: "dns", value: NAMES[2] }] }],
      order: [lastOf(order.url)],
      authorization: [lastOf(authorization)],
      challenge: [lastOf(challenge?.url)],
      finalize: [lastOf(order.url), { csr: await csrOf([NAMES[1]]) }],
      certificate: [certified],
      revoke: ["", { certificate: toBase64url(der) }],
      keyChange: ["", inner],
    },
  };
}

async function idOf({ server }: AcmeScene, user: Holder, der: Uint8Array<ArrayBuffer>) {
  const { serial } = await parseCertificate(der);
  const { text } = await server.ask("GET", `/cas/certificates/${serial}`, { as: user });
  return { serial, issuer: JSON.parse(text).issuer };
}

function lastOf(url: string | undefined): string {
  return url?.split("/").at(-1) ?? "";
}
