/** Orders from the first request to the certificate, over real sockets. */
import assert from "node:assert/strict";
import { certificateFromPem } from "../../core/x509/certificate.ts";
import { namesOfCertificate } from "../../core/x509/subject_facts.ts";
import { AcmeClient, csrOf, leafOf, requireProblem } from "../support/acme_client.ts";
import { acmeScene, NAMES, settled } from "../support/acme_scene.ts";

Deno.test("an order becomes a certificate, with the one of the CA that signed it", async () => {
  await using scene = await acmeScene();
  const client = await AcmeClient.registered(scene.server, { contact: ["mailto:admin@example.org"] });
  const order = await client.order(NAMES);
  assert.equal(order.status, "pending");
  assert.equal(order.profile, "default");
  assert.equal(order.authorizations.length, NAMES.length);
  const ready = await scene.prove(client, order);
  assert.equal(ready.status, "ready", JSON.stringify(ready));
  const reply = await client.finalize(ready, await csrOf(NAMES));
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.headers["location"], order.url);
  const { status, certificate } = JSON.parse(reply.text);
  assert.equal(status, "valid");
  const chain = await client.post(certificate);
  assert.equal(chain.headers["content-type"], "application/pem-certificate-chain");
  assert.equal(chain.text.match(/BEGIN CERTIFICATE/g)?.length, 2);
  assert.deepEqual(namesOfCertificate(leafOf(chain.text)).dns, NAMES);
  const [, issuerPem = ""] = chain.text.split(/(?<=-----END CERTIFICATE-----\n)/);
  const { text: caPem } = await scene.server.ask("GET", "/cas/crt/ca.crt.pem");
  assert.deepEqual((await certificateFromPem(issuerPem)).der, (await certificateFromPem(caPem)).der);
});
