/** From no certificate to the first one, as an updater does it. */
import assert from "node:assert/strict";
import { fromUtf8, utf8 } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import { decodePem } from "../../core/pem.ts";
import { privateKeyToPem } from "../../core/keys/private_key.ts";
import { newKey } from "../../tests/support/keys.ts";
import { utf16 } from "../../tests/support/saved_text.ts";
import { csrFor } from "../../tests/support/requests.ts";
import { FOLDER, PATHS, UpdaterDesk, wakeTime } from "../../tests/support/updater_desk.ts";
import { askFor } from "./bootstrap.ts";
import { by } from "../../tests/support/issuing.ts";

const DAY = 86_400;

Deno.test("wakeUp() gets a first certificate for a key and request of its own", async () => {
  const desk = new UpdaterDesk();
  const wake = await desk.start();
  const { certificate } = await desk.pair();
  assert.equal(certificate.publicKey.kind, "EC");
  assert.equal(desk.files.mode(PATHS.keyPath), 0o600);
  assert.deepEqual(desk.hooks.map(({ changes }) => changes.map(({ path, reason }) => `${path} ${reason}`)), [[
    `${FOLDER}/ca.pem ca`,
    `${FOLDER}/crl.pem crl`,
    `${FOLDER}/host.crt certificate`,
    `${FOLDER}/host.key key`,
  ]]);
  assert.ok(wakeTime(wake) > desk.clock.now() + DAY);
  assert.ok(!desk.files.text(desk.entry.statePath)?.includes("PRIVATE"));
});

Deno.test("wakeUp() goes on with the same key and the same request after a crash at any step of the first start", async () => {
  const like = new UpdaterDesk({ autoApprove: 0 });
  for (let steps = 0; steps < 60; steps++) {
    const desk = new UpdaterDesk({ like });
    desk.files.crashAfter(steps);
    await desk.start().catch((error) => assert.ok(error instanceof CaucaseError, String(error)));
    const key = desk.files.text(PATHS.keyPath);
    desk.files.restart();
    desk.clock.set(desk.clock.now() + 600);
    await desk.start();
    if (key !== undefined) assert.equal(desk.files.text(PATHS.keyPath), key, `after ${steps} steps`);
    const pending = await desk.ca.issuance.pending();
    assert.equal(pending.length, 1, `after ${steps} steps`);
    await desk.ca.issuance.approve(pending[0]?.id ?? 0n, by(desk.clock.now()));
    desk.clock.set(desk.clock.now() + 60);
    await desk.start();
    await desk.pair();
  }
});

Deno.test("wakeUp() sends a request that was saved in another form, once, as PEM in ASCII", async () => {
  const key = await newKey("P-256");
  const csr = await csrFor(key);
  const [block] = decodePem(fromUtf8(csr));
  for (const saved of [utf16(fromUtf8(csr)), utf8(`\ufeff${fromUtf8(csr)}`), block?.der ?? csr]) {
    const desk = new UpdaterDesk({ entry: { dns: undefined, subject: undefined }, autoApprove: 0 });
    desk.files.put(PATHS.keyPath, utf16(privateKeyToPem(key)));
    desk.files.put(`${PATHS.certificatePath}.csr`, saved);
    await desk.start();
    const [sent, another] = await desk.ca.issuance.pending();
    assert.deepEqual([sent && fromUtf8(sent.csr), another], [fromUtf8(csr), undefined]);
    await desk.ca.issuance.approve(sent?.id ?? 0n, by(desk.clock.now()));
    desk.clock.set(desk.clock.now() + 60);
    await desk.start();
    assert.equal((await desk.pair()).certificate.publicKey.keyId, key.publicKey.keyId);
  }
});

Deno.test("wakeUp() forgets the request for a certificate that it holds, whoever put it there", async () => {
  const desk = new UpdaterDesk({ autoApprove: 0 });
  await desk.start();
  const [{ id } = { id: 0n }] = await desk.ca.issuance.pending();
  await desk.ca.issuance.approve(id, by(desk.clock.now()));
  desk.files.put(PATHS.certificatePath, await desk.ca.issuance.certificate(id, desk.clock.now()));
  await desk.start();
  assert.equal(JSON.parse(desk.files.text(desk.entry.statePath) ?? "").request, null);
});

Deno.test("wakeUp() asks every minute for a request that waits, and stops when it was rejected", async () => {
  const desk = new UpdaterDesk({ autoApprove: 0 });
  const updater = await desk.open();
  const { signal } = new AbortController();
  assert.equal(wakeTime(await updater.wakeUp(signal)), desk.clock.now() + 60);
  const [request] = await desk.ca.issuance.pending();
  await desk.ca.issuance.reject(request?.id ?? 0n, by(desk.clock.now()));
  desk.clock.set(desk.clock.now() + 60);
  assert.deepEqual(await updater.wakeUp(signal), { kind: "stopped", status: 1 });
  assert.match(
    desk.log.at(-1) ?? "",
    /request \d+ was rejected.*remove \/caucase-desk\/host\.crt\.caucase-updater\.json/,
  );
  desk.calls.length = 0;
  assert.deepEqual(await desk.start(), { kind: "stopped", status: 1 }, "also after a restart");
  assert.ok(!desk.calls.includes("submit"));
});

Deno.test("askFor() takes only the word of a server that has a CA for a rejection", async () => {
  const desk = new UpdaterDesk();
  const nowhere = { certificate: () => Promise.resolve(undefined), request: () => Promise.resolve(undefined) };
  const api = desk.host().connect({ caUrl: desk.entry.caUrl, ca: "cas", signal: new AbortController().signal });
  assert.equal(await askFor({ ...api, ...nowhere }, "1"), "unknown");
  const standIn = { ...api, ...nowhere, caChain: () => Promise.reject(new CaucaseError("refused", "answered 404")) };
  await assert.rejects(askFor(standIn, "1"), /answered 404/);
});

Deno.test("wakeUp() sends the request that a person made, and says what is missing otherwise", async () => {
  const byHand = { entry: { subject: undefined, dns: undefined } };
  const cases: [name: string, prepare: (desk: UpdaterDesk) => Promise<void>, problem: RegExp | undefined][] = [
    ["nothing", () => Promise.resolve(), /no request in \/caucase-desk\/host\.crt\.csr.*rerequest/],
    [
      "no key",
      async ({ files }) => files.put(`${FOLDER}/host.crt.csr`, await csrText()),
      /no private key for the request/,
    ],
    ["another key", async ({ files }) => {
      files.put(`${FOLDER}/host.crt.csr`, await csrText());
      files.put(PATHS.keyPath, privateKeyToPem(await newKey("P-256")));
    }, /for another key than the one in/],
    ["both", async ({ files }) => {
      const key = await newKey("P-256");
      files.put(`${FOLDER}/host.crt.csr`, new TextDecoder().decode(await csrFor(key)));
      files.put(PATHS.keyPath, privateKeyToPem(key));
    }, undefined],
  ];
  for (const [name, prepare, problem] of cases) {
    const desk = new UpdaterDesk(byHand);
    await prepare(desk);
    await desk.start();
    if (problem !== undefined) assert.match(desk.log.join("\n"), problem, name);
    else await desk.pair();
  }
});

async function csrText(): Promise<string> {
  return new TextDecoder().decode(await csrFor(await newKey("P-256")));
}
