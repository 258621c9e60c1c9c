/** A thousand orders at once: all end well, and what the server does at once is bounded. */
import assert from "node:assert/strict";
import { keyAuthorization } from "../../core/acme/key_authorization.ts";
import { newAcmeApp } from "../support/acme_app.ts";
import { AcmeClient, type AuthorizationJson, csrOf, type OrderJson } from "../support/acme_client.ts";
import { settled } from "../support/acme_scene.ts";
import { openSqliteStorage } from "../../server/storage/sqlite/sqlite_storage.ts";
import { quietLog } from "../support/recorded_log.ts";
import { tempFolder } from "../support/temp_folder.ts";

const MANY = 1000;

Deno.test("a thousand orders at once become a thousand certificates", async () => {
  let running = 0;
  let most = 0;
  await using folder = await tempFolder();
  const storage = await openSqliteStorage({ path: `${folder.path}/ca.sqlite`, lock: true, log: quietLog });
  const app = await newAcmeApp({
    storage,
    acme: { pendingOrders: MANY },
    async validate() {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      return "valid";
    },
  });
  const owner = await AcmeClient.registered(app);
  const clientOf = () => {
    const client = new AcmeClient(app, owner.key);
    client.kid = owner.kid;
    return client;
  };
  const each = <T, U>(values: readonly T[], work: (value: T, client: AcmeClient) => Promise<U>) =>
    Promise.all(values.map((value) => work(value, clientOf())));
  const names = Array.from({ length: MANY }, (_, index) => `h${index}.example.org`);
  const orders = await each(names, (name, client) => client.order([name]));
  await each(orders, async (order: OrderJson, client) => {
    const [url = ""] = order.authorizations;
    const { challenges: [challenge] } = await client.read<AuthorizationJson>(url);
    assert.ok(challenge);
    assert.equal(client.keyAuthorization(challenge), keyAuthorization(challenge.token, owner.key.thumbprint));
    await client.post(challenge.url, {});
  });
  await each(orders, (order, client) => settled(client, order.authorizations[0] ?? ""));
  const ends = await each(orders, async (order, client) => {
    const [name] = order.identifiers;
    return await client.finalize(order, await csrOf([name?.value ?? ""]));
  });
  assert.deepEqual(
    new Set(ends.map(({ status, text }) => `${status} ${JSON.parse(text).status}`)),
    new Set(["200 valid"]),
  );
  const { byStatus } = await app.authorities.cas.register.counts(app.clock.now());
  assert.equal(byStatus.valid, MANY);
  assert.ok(most <= 100, `${most} challenges were tried at once`);
  assert.deepEqual(app.faults, []);
  await storage.close();
});
