import assert from "node:assert/strict";
import type { Account } from "../../core/acme/account.ts";
import { readAccountDetails, readAccountList } from "../../core/protocol/acme_accounts.ts";
import {
  type MadeEabKey,
  readEabKeyList,
  readMadeEabKey,
  type WantedEabKey,
  writeWantedEabKey,
} from "../../core/protocol/eab_keys.ts";
import { type Credentials, firstUser, JSON_TYPE } from "../../tests/support/desk.ts";
import { DAY, NOW } from "../../tests/support/issuing.ts";
import { newTestApp, type TestApp } from "../../tests/support/test_app.ts";

const PLAIN: WantedEabKey = { name: "", allow: null, uses: null, expires: null };

async function create(app: TestApp, as: Credentials, wanted: Partial<WantedEabKey> = {}): Promise<MadeEabKey> {
  const body = writeWantedEabKey({ ...PLAIN, ...wanted });
  const { status, text, headers } = await app.ask("POST", "/eab-keys", { as, headers: JSON_TYPE, body });
  assert.equal(status, 201, text);
  assert.equal(headers["cache-control"], "no-store");
  return readMadeEabKey(text);
}

async function listed(app: TestApp, as: Credentials, query = "") {
  const { status, text } = await app.ask("GET", `/eab-keys${query}`, { as });
  assert.equal(status, 200, text);
  return { ...readEabKeyList(text), text };
}

function newAccount(id: string): Account {
  return {
    ...{ id, jwk: `{"of":"${id}"}`, thumbprint: `t-${id}`, status: "valid", contact: ["mailto:a@example.org"] },
    ...{ eabKey: undefined, allow: ["*.example.org"], createdAt: NOW, address: "192.0.2.7" },
  };
}

Deno.test("a key's secret is told once, by the answer that makes it: no list has it", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  const wanted = { name: "web", allow: ["*.Example.org"], uses: 2, expires: NOW + DAY };
  const { key, hmacKey } = await create(app, user, wanted);
  const { authorityKeyIdentifier: issuer, serial } = user.certificate;
  assert.deepEqual(key, {
    ...{ id: key.id, name: "web", allow: ["*.example.org"], usesLeft: 2, expires: NOW + DAY },
    ...{ createdBy: { kind: "user", issuer, serial, address: "192.0.2.1" }, createdAt: NOW, revokedAt: null },
  });
  assert.match(hmacKey, /^[\w][\w-]{42}$/);
  const { keys, next, text } = await listed(app, user);
  assert.deepEqual([keys, next], [[key], null]);
  assert.ok(!text.includes(hmacKey));
  const secret = await app.storage.acme.eabKeys.secret(key.id, NOW);
  assert.equal(secret?.toBase64({ alphabet: "base64url", omitPadding: true }), hmacKey);
});

Deno.test("no id and no secret of a key begins with a minus, which clients would take for an option", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  for (let n = 0; n < 200; n++) {
    const { key, hmacKey } = await create(app, user);
    assert.ok(!key.id.startsWith("-") && !hmacKey.startsWith("-"));
  }
});

Deno.test("POST eab-keys refuses what makes no sense", async () => {
  const app = await newTestApp();
  const as = await firstUser(app);
  const bad = [
    "",
    "[]",
    JSON.stringify({ ...PLAIN, uses: 0 }),
    JSON.stringify({ ...PLAIN, more: 1 }),
    JSON.stringify({ ...PLAIN, allow: [] }),
    JSON.stringify({ ...PLAIN, allow: ["a b"] }),
    JSON.stringify({ ...PLAIN, allow: new Array(101).fill("a.example.org") }),
    JSON.stringify({ ...PLAIN, name: "a".repeat(201) }),
    JSON.stringify({ ...PLAIN, expires: "tomorrow" }),
    writeWantedEabKey({ ...PLAIN, expires: NOW }),
  ];
  for (const body of bad) {
    const { status } = await app.ask("POST", "/eab-keys", { as, headers: JSON_TYPE, body });
    assert.equal(status, 400, body.slice(0, 80));
  }
  assert.deepEqual((await listed(app, as)).keys, []);
  assert.deepEqual(app.faults, []);
});

Deno.test("GET eab-keys gives pages", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) ids.push((await create(app, user)).key.id);
  const seen: string[] = [];
  for (let query: string | null = "?limit=2"; query !== null;) {
    const { keys, next } = await listed(app, user, query);
    seen.push(...keys.map(({ id }) => id));
    query = next === null ? null : `?limit=2&after=${next}`;
  }
  assert.deepEqual(seen, ids.toSorted());
  assert.equal((await app.ask("GET", "/eab-keys?after=%20", { as: user })).status, 400);
});

Deno.test("DELETE eab-keys/ID takes a key back, once", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  const { key: { id } } = await create(app, user);
  const remove = async (path: string) => (await app.ask("DELETE", path, { as: user })).status;
  assert.deepEqual([await remove(`/eab-keys/${id}`), await remove(`/eab-keys/${id}`)], [204, 409]);
  assert.equal(await remove("/eab-keys/other"), 404);
  assert.equal((await listed(app, user)).keys[0]?.revokedAt, NOW);
  assert.equal(await app.storage.acme.eabKeys.secret(id, NOW), undefined);
});

Deno.test("accounts are listed, shown with their orders, and ended for good", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  for (const id of ["b", "a"]) await app.storage.acme.accounts.add({ account: newAccount(id), perAddressAndHour: 9 });
  const { accounts, next } = readAccountList((await app.ask("GET", "/accounts", { as: user })).text);
  assert.deepEqual([accounts.map(({ id }) => id), next], [["a", "b"], null]);
  const details = async () => readAccountDetails((await app.ask("GET", "/accounts/a", { as: user })).text);
  assert.deepEqual(await details(), {
    account: {
      ...{ id: "a", status: "valid", contact: ["mailto:a@example.org"], thumbprint: "t-a", eabKey: null },
      ...{ allow: ["*.example.org"], createdAt: NOW, address: "192.0.2.7" },
    },
    orders: [],
    hasMoreOrders: false,
  });
  const end = async (id: string) => (await app.ask("DELETE", `/accounts/${id}`, { as: user })).status;
  assert.deepEqual([await end("a"), await end("a"), await end("c")], [204, 409, 404]);
  assert.deepEqual([(await details()).account.status, (await app.storage.acme.accounts.find("b"))?.status], [
    "revoked",
    "valid",
  ]);
});
