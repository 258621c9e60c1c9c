/**
 * Whose certificates may be renewed and revoked, where and by whom: the message is right each time, the certificate is
 * not.
 */
import assert from "node:assert/strict";
import { utf8 } from "../../core/bytes.ts";
import { encodePem, onlyPem, PEM_LABEL } from "../../core/pem.ts";
import { derTime } from "../../core/der/writer.ts";
import { privateKeyFromPem } from "../../core/keys/private_key.ts";
import { type AgedServer, holderFrom, runAgedServer } from "../support/aged_server.ts";
import { certify, type Holder, holderOf, JSON_TYPE, type Reply, revokeSerial } from "../support/desk.ts";
import { forge } from "../support/forgery.ts";
import { newCa, newEcKey, NOW, type TestCa } from "../support/issuing.ts";
import { csrFor, renewalBody, revocationBody, userRevocationBody } from "../support/requests.ts";

/**
 * What each certificate's rightful holder gets for a renewal and a revocation that they signed, and a user for an
 * unsigned revocation, at the CA for services and at that for users.
 */
const TABLE = `
                  renew@cas holder@cas user@cas renew@cau holder@cau user@cau
service           200       204        204      400       400        400
user              400       400        400      200       204        204
olderUser         400       400        400      200       204        204
retiredUser       400       400        400      400       400        400
expiredService    400       400        400      400       400        400
earlyService      400       400        400      400       400        400
revokedService    400       409        409      400       400        400
expiredUser       400       400        400      400       400        400
revokedUser       400       400        400      400       409        409
rogueService      400       400        400      400       400        400
rogueUser         400       400        400      400       400        400
selfSigned        400       400        400      400       400        400
swappedIssuer     400       400        400      400       400        400
changedSubject    400       400        400      400       400        400
changedDates      400       400        400      400       400        400
longerByAByte     400       400        400      400       400        400
ofTheServer       400       400        400      400       400        400
caForServices     400       400        400      400       400        400
caForUsers        400       400        400      400       400        400
olderCa           400       400        400      400       400        400
`;

interface ConfusionScene extends AgedServer {
  readonly admin: Holder;
  readonly rogueCas: TestCa;
  readonly rogueCau: TestCa;
}

/** A new certificate of each kind. */
const CERTIFICATES: Readonly<Record<string, (scene: ConfusionScene) => Promise<Holder>>> = {
  service: ({ cas }) => holderFrom(cas),
  user: ({ cau }) => holderFrom(cau),
  olderUser: ({ olderCau }) => holderFrom(olderCau),
  retiredUser: ({ retiredCau }) => holderFrom(retiredCau),
  expiredService: ({ cas }) => holderFrom(cas, { notBefore: NOW - 100, notAfter: NOW - 1 }),
  earlyService: ({ cas }) => holderFrom(cas, { notBefore: NOW + 1 }),
  revokedService: async (scene) => await revoked(scene, "cas", await holderFrom(scene.cas)),
  expiredUser: ({ cau }) => holderFrom(cau, { notBefore: NOW - 100, notAfter: NOW - 1 }),
  revokedUser: async (scene) => await revoked(scene, "cau", await holderFrom(scene.cau)),
  // Their issuer's name and key identifier are those of the real ones.
  rogueService: async ({ rogueCas, cas }) => await forge(rogueCas, await holderFrom(cas)),
  rogueUser: async ({ rogueCau, cau }) => await forge(rogueCau, await holderFrom(cau)),
  selfSigned: async ({ cas }) => {
    const holder = await holderFrom(cas);
    return await forge({ key: holder.privateKey }, holder);
  },
  /** Signed by the CA for users, whose key it names, in the name of the CA for services. */
  swappedIssuer: ({ cas, cau }) =>
    holderFrom({ ...cau, certificate: { ...cau.certificate, subject: cas.certificate.subject } }),
  changedSubject: async ({ cas }) =>
    patched(await holderFrom(cas, { name: "mallory" }), utf8("mallory"), utf8("MALLORY")),
  /** Expired, and made longer by its holder. */
  changedDates: async ({ cas }) =>
    patched(await holderFrom(cas, { notBefore: NOW - 100, notAfter: NOW - 1 }), derTime(NOW - 1), derTime(NOW + 100)),
  longerByAByte: async ({ cas }) => {
    const holder = await holderFrom(cas);
    return { ...holder, cert: encodePem(PEM_LABEL.CERTIFICATE, Uint8Array.of(...holder.certificate.der, 0)) };
  },
  /** The one for HTTPS, of the third CA. */
  ofTheServer: async ({ server }) => {
    const pem = await Deno.readTextFile(server.options.serverKey);
    const key = await privateKeyFromPem(onlyPem(pem, [PEM_LABEL.PKCS1, PEM_LABEL.PKCS8], "its key"));
    return await holderOf(key, onlyPem(pem, [PEM_LABEL.CERTIFICATE], "its certificate").text);
  },
  caForServices: ({ cas }) => itself(cas),
  caForUsers: ({ cau }) => itself(cau),
  olderCa: ({ olderCau }) => itself(olderCau),
};

/** With other bytes in the place of some of the certificate's, of the same length: its signature is then nobody's. */
function patched(holder: Holder, from: Uint8Array, to: Uint8Array): Holder {
  const changed = holder.certificate.der.toHex().replaceAll(from.toHex(), to.toHex());
  assert.notEqual(changed, holder.certificate.der.toHex());
  return { ...holder, cert: encodePem(PEM_LABEL.CERTIFICATE, Uint8Array.fromHex(changed)) };
}

async function itself({ key, certificatePem }: TestCa): Promise<Holder> {
  return await holderOf(key, certificatePem);
}

async function revoked({ server, admin }: ConfusionScene, ca: "cau" | "cas", holder: Holder): Promise<Holder> {
  assert.equal((await revokeSerial(server, admin, { ca, serial: holder.certificate.serial })).status, 204);
  return holder;
}

/** By what stands before the `@` of a column. */
const ACTIONS: Readonly<Record<string, (scene: ConfusionScene, path: string, holder: Holder) => Promise<Reply>>> = {
  renew: async ({ server }, path, { cert, privateKey }) => {
    const body = await renewalBody(cert, privateKey, await csrFor(await newEcKey()));
    return await server.ask("PUT", `${path}/renew`, { headers: JSON_TYPE, body });
  },
  holder: async ({ server }, path, { cert, privateKey }) => {
    const body = await revocationBody(cert, privateKey);
    return await server.ask("PUT", `${path}/revoke`, { headers: JSON_TYPE, body });
  },
  user: async ({ server, admin }, path, { cert }) => {
    const body = userRevocationBody(cert);
    return await server.ask("PUT", `${path}/revoke`, { headers: JSON_TYPE, body, as: admin });
  },
};

const [HEAD = "", ...LINES] = TABLE.trim().split("\n");
const COLUMNS = HEAD.trim().split(/\s+/);

async function withScene(action: (scene: ConfusionScene) => Promise<void>): Promise<void> {
  await using aged = await runAgedServer();
  const [admin, rogueCas, rogueCau] = [
    await holderFrom(aged.cau),
    await newCa(),
    await newCa({ name: "cau" }),
  ];
  await action({ ...aged, admin, rogueCas, rogueCau });
  assert.deepEqual(aged.server.warnings, []);
}

Deno.test("only good certificates of the very CA are renewed and revoked; and nothing else changes anything", async (t) => {
  assert.deepEqual(LINES.map((line) => line.split(/\s+/)[0]), Object.keys(CERTIFICATES));
  await withScene(async (scene) => {
    for (const line of LINES) {
      const [kind = "", ...statuses] = line.split(/\s+/);
      await t.step(kind, async () => {
        for (const [index, column] of COLUMNS.entries()) {
          const [action = "", ca = ""] = column.split("@");
          const holder = await CERTIFICATES[kind]?.(scene);
          const act = ACTIONS[action];
          assert.ok(holder && act);
          const before = scene.database.contents();
          const { status, text } = await act(scene, `/${ca}/crt`, holder);
          assert.equal(status, Number(statuses[index]), `${column}: ${text}`);
          assert.equal(scene.database.contents() === before, status >= 400, `${column} changed something, or nothing`);
        }
      });
    }
  });
});

Deno.test("a message in the name of a certificate that another key signed is refused, whoever it is of", async () => {
  await withScene(async (scene) => {
    const { server, admin, cas, cau, database } = scene;
    const owner = await certify(server, admin);
    const strangers: Record<string, TestCa["key"]> = {
      "another service": (await holderFrom(cas)).privateKey,
      "a user": admin.privateKey,
      "a newcomer": await newEcKey(),
      "the CA itself": cas.key,
      "the other CA": cau.key,
    };
    // Nobody waits for what fetching the certificate wrote: it comes with the next write.
    await revoked(scene, "cas", await holderFrom(cas));
    const before = database.contents();
    for (const [who, privateKey] of Object.entries(strangers)) {
      for (const action of ["renew", "holder"]) {
        const { status } = await ACTIONS[action]?.(scene, "/cas/crt", { ...owner, privateKey }) ?? { status: 0 };
        assert.equal(status, 400, `${who}: ${action}`);
      }
    }
    assert.ok(database.contents() === before);
  });
});

Deno.test("a revocation without a signature needs a user's certificate on its connection, not a service's in it", async () => {
  await withScene(async ({ server, admin, cas, rogueCau, database }) => {
    const [service, other] = [await holderFrom(cas), await holderFrom(cas)];
    const body = userRevocationBody(other.cert);
    const before = database.contents();
    const strangers = { "plain HTTP": undefined, "nobody": null, service, "a rogue": await forge(rogueCau, admin) };
    for (const [who, as] of Object.entries(strangers)) {
      const secure = as === undefined ? {} : { as };
      const reply = await server.ask("PUT", "/cas/crt/revoke", { headers: JSON_TYPE, body, ...secure });
      assert.equal(reply.status, 401, who);
      assert.equal(
        (await server.ask("PUT", "/cas/crt/revoke", {
          headers: JSON_TYPE,
          body: body.replace("{", '{"signature": "", '),
          ...secure,
        })).status,
        401,
        who,
      );
    }
    assert.ok(database.contents() === before);
  });
});

Deno.test("a serial number is revoked at the CA that was asked, and nowhere else", async () => {
  await withScene(async ({ server, admin, cau, cas, database }) => {
    const [user, service] = [await holderFrom(cau), await holderFrom(cas)];
    assert.equal((await revokeSerial(server, admin, { ca: "cas", serial: user.certificate.serial })).status, 204);
    assert.equal((await revokeSerial(server, admin, { ca: "cau", serial: service.certificate.serial })).status, 204);
    assert.equal((await server.ask("GET", "/cas/csr", { as: user })).status, 200);
    const body = await renewalBody(service.cert, service.privateKey, await csrFor(await newEcKey()));
    assert.equal((await server.ask("PUT", "/cas/crt/renew", { headers: JSON_TYPE, body })).status, 200);
    assert.deepEqual([database.revoked("cas"), database.revoked("cau")], [
      [`${user.certificate.serial}`],
      [`${service.certificate.serial}`],
    ]);
  });
});
