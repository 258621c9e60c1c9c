import assert from "node:assert/strict";
import { OID } from "../../core/der/oids.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { AUTO_SIGNED_POLICY, policiesExtension } from "../../core/profiles/policies.ts";
import { buildCsr } from "../../core/x509/csr.ts";
import type { Extension } from "../../core/x509/extension.ts";
import { dnsName, emailName, ipAddress, subjectAltNameExtension } from "../../core/x509/general_name.ts";
import { commonNameDer, EMPTY_NAME } from "../../core/x509/name.ts";
import { basicConstraints, extendedKeyUsage, KEY_USAGE, keyUsage } from "../../core/x509/standard_extensions.ts";
import { newEcKey } from "../../tests/support/issuing.ts";
import type { PendingAnswer } from "../net/api_client.ts";
import { pendingRequests } from "./asking.ts";
import { requestLines } from "./facts.ts";
import { otherNames, withOtherNames } from "./other_names.ts";
import { detailsOf } from "./request_details.ts";

const NAMES = subjectAltNameExtension([dnsName("www.example.org"), ipAddress("::1"), emailName("a@b")], false);
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

async function csrOf(extensions: readonly Extension[], subject: Uint8Array = commonNameDer("www")): Promise<string> {
  return await buildCsr({ subject, extensions }, await signerFor(await newEcKey()));
}

async function detailsFor(extensions: readonly Extension[], subject?: Uint8Array) {
  return await detailsOf(await csrOf(extensions, subject), { ca: "cas", id: "7" });
}

Deno.test("detailsOf() has every name, by its kind", async () => {
  const { subject, dns, ip, otherNames, key, id } = await detailsFor([NAMES]);
  assert.deepEqual([subject, dns, ip, otherNames, key.kind, id], [
    "CN=www",
    ["www.example.org"],
    ["::1"],
    ["email:a@b"],
    "ec:P-256",
    7n,
  ]);
});

Deno.test("detailsOf() tells what the profile leaves out, changes, and leaves as it is", async () => {
  const { changes } = await detailsFor([
    NAMES,
    keyUsage([KEY_USAGE.digitalSignature, KEY_USAGE.keyCertSign], true),
    extendedKeyUsage([SERVER_AUTH], false),
    basicConstraints({}),
    policiesExtension([AUTO_SIGNED_POLICY], false),
    { oid: "1.2.3", critical: false, value: Uint8Array.of(5, 0) },
  ]);
  const namesOf = (facts: typeof changes.dropped) => facts.map(({ oid, name }) => name ?? oid).toSorted();
  assert.deepEqual(namesOf(changes.dropped), ["1.2.3", "certificatePolicies"]);
  assert.deepEqual(namesOf(changes.changed), ["basicConstraints", "keyUsage"]);
  assert.equal(changes.refusal, null);
});

Deno.test("detailsOf() tells why a request cannot be signed as it is", async () => {
  assert.match((await detailsFor([], EMPTY_NAME)).changes.refusal ?? "", /nothing is named/);
  const { changes, dns } = await detailsFor([{ oid: OID.SUBJECT_ALT_NAME, critical: false, value: Uint8Array.of(1) }]);
  assert.match(changes.refusal ?? "", /subjectAltName/);
  assert.deepEqual(dns, []);
});

Deno.test("requestLines() let no name drive the terminal", async () => {
  const details = await detailsFor([NAMES], commonNameDer("a\u001b[31m\n\u202eb"));
  const lines = requestLines({ ...details, receivedFrom: "x\u0007", receivedAt: 0 }, 60);
  for (const line of lines) assert.doesNotMatch(line, /[\p{Cc}\p{Cf}]/u);
  assert.ok(lines.some((line) => line.includes("1m ago")));
});

Deno.test("withOtherNames() takes the place of all names, and of nothing else", async () => {
  const wanted = otherNames({ subject: "CN=other", dns: ["a.example.org"], ip: ["10.0.0.1"] });
  assert.ok(wanted);
  const csrPem = await csrOf([NAMES, extendedKeyUsage([SERVER_AUTH], false)]);
  const asked = { csrPem, details: await detailsOf(csrPem, { ca: "cas", id: "7" }) };
  const { shown: { details } } = await withOtherNames(asked, wanted);
  assert.deepEqual([details.subject, details.dns, details.ip, details.otherNames], [
    "CN=other",
    ["a.example.org"],
    ["10.0.0.1"],
    [],
  ]);
  assert.deepEqual(details.requestedExtensions.map(({ name }) => name), ["extKeyUsage", "subjectAltName"]);
  assert.deepEqual(details.key, asked.details.key, "the key is the one of the request");
  assert.equal(otherNames({ subject: undefined, dns: undefined, ip: undefined }), undefined);
});

Deno.test("pendingRequests() reads requests itself where the server has no details, as the reference", async () => {
  const csrPem = await csrOf([NAMES]);
  const answer: PendingAnswer = { plain: [{ id: "7", csrPem }, { id: "8", csrPem: "nothing" }] };
  const api = { pendingDetails: () => Promise.resolve(answer) };
  const found = await pendingRequests(api, "cas");
  assert.deepEqual(found.map(({ id, subject, receivedAt }) => [id, subject, receivedAt]), [[7n, "CN=www", null]]);
});
