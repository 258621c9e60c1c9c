import assert from "node:assert/strict";
import { type SignedMessage, signMessage } from "./envelope.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { followChain, linkPayload, parseChain } from "./ca_chain.ts";
import { checkCa, prepareCa } from "../profiles/ca_profile.ts";
import { type Certificate, certificateToPem, parseCertificate } from "../x509/certificate.ts";
import { newSerial, signCertificate } from "../x509/tbs_certificate.ts";
import { commonNameDer } from "../x509/name.ts";
import type { PrivateKey } from "../keys/private_key.ts";
import { signerFor } from "../keys/signer.ts";
import { newKey } from "../../tests/support/keys.ts";
import { random } from "../../tests/support/issuing.ts";

const DAY = 86_400;
const L = 93 * DAY;
const START = 1_800_000_000;

interface Generation {
  readonly key: PrivateKey;
  readonly certificate: Certificate;
}

/** Four CA certificates, each made when the one before had 2 L left. */
const generations: Generation[] = [];
for (let index = 0; index < 4; index++) generations.push(await newGeneration(START + index * 2 * L));
const [a, b, c, d] = generations as [Generation, Generation, Generation, Generation];

async function newGeneration(now: number): Promise<Generation> {
  const key = await newKey("P-256");
  const { publicKey } = key;
  const order = { subject: commonNameDer("CA"), publicKey, now, lifeSpan: 4 * L, serial: newSerial(random) };
  const der = await signCertificate(checkCa(prepareCa(order), order), await signerFor(key));
  return { key, certificate: await parseCertificate(der) };
}

function link(from: Generation, to: Generation, signer = from): Promise<SignedMessage> {
  return signMessage(linkPayload(certificateToPem(from.certificate), certificateToPem(to.certificate)), signer.key);
}

const chain = await Promise.all([link(a, b), link(b, c), link(c, d)]);

function serials(certificates: readonly Certificate[]): bigint[] {
  return certificates.map(({ serial }) => serial);
}

function certificatesOf(...of: readonly Generation[]): Certificate[] {
  return of.map(({ certificate }) => certificate);
}

const isUntrusted = isRefusal("untrusted");

Deno.test("followChain() leads from any known CA certificate that has not expired to the newest", async () => {
  const cases: [string, Generation[], number, Generation[]][] = [
    ["nothing happened", [a], START, [a, b, c, d]],
    ["from the middle", [b], START, [b, c, d]],
    ["the newest is known", [a, b, c, d], START, [a, b, c, d]],
    ["expired ones are dropped", [a, b], START + 5 * L, [b, c, d]],
    ["from one that is about to expire", [a], START + 4 * L - 11, [a, b, c, d]],
    ["new ones that have expired meanwhile are led through, not stored", [d], START + 7 * L, [d]],
  ];
  for (const [situation, known, now, expected] of cases) {
    const found = await followChain(certificatesOf(...known), chain, now);
    assert.deepEqual(serials(found), serials(certificatesOf(...expected)), situation);
  }
});

Deno.test("followChain() refuses when all known CA certificates have expired", async () => {
  await assert.rejects(followChain(certificatesOf(a), chain, START + 4 * L), isUntrusted);
  await assert.rejects(followChain([], chain, START), isUntrusted);
});

Deno.test("followChain() skips what the old key did not sign", async () => {
  const forged = await link(a, d, d);
  const found = await followChain(certificatesOf(a), [forged, ...chain], START);
  assert.deepEqual(serials(found), serials(certificatesOf(a, b, c, d)));
  assert.deepEqual(serials(await followChain(certificatesOf(a), [forged], START)), serials(certificatesOf(a)));
});

Deno.test("followChain() refuses a chain that breaks after it began", async () => {
  const [first, , third] = chain as [SignedMessage, SignedMessage, SignedMessage];
  await assert.rejects(followChain(certificatesOf(a), [first, third], START), isUntrusted);
});

Deno.test("followChain() changes nothing when the chain says nothing of what is known", async () => {
  assert.deepEqual(serials(await followChain(certificatesOf(a), [], START)), serials(certificatesOf(a)));
  assert.deepEqual(serials(await followChain(certificatesOf(d), chain.slice(0, 1), START)), serials(certificatesOf(d)));
});

Deno.test("parseChain() refuses what is not a list of signed messages", () => {
  for (const text of ["{}", "5", '[{"digest": null, "payload": "{}"}]', "[null]", "[", '["x"]']) {
    assert.throws(() => parseChain(text), isRefusal("malformed"), text);
  }
});
