/** CRLs that an updater must not believe, from somebody who answers in the server's place; its process is real. */
import assert from "node:assert/strict";
import { makePair, type TestPair } from "../support/host_material.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { buildCrl, CrlEntries } from "../../core/x509/crl_builder.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { httpAnswer, RawServer } from "../support/raw_server.ts";
import { DAY } from "../support/issuing.ts";
import { tempFolder } from "../support/temp_folder.ts";
import * as files from "./updater_machine.ts";

const ca = await makePair();
/** Has the same name. */
const otherCa = await makePair();
const now = ca.certificate.notBefore + 100;

/** A CRL that `signer` made that many seconds ago, PEM. */
async function crlOf({ certificate: issuer, key }: TestPair, number: bigint, age: number): Promise<string> {
  const dates = { thisUpdate: now - age, nextUpdate: now + 30 * DAY };
  const der = await buildCrl({ issuer, ...dates, number, entries: CrlEntries.NONE }, await signerFor(key));
  return encodePem(PEM_LABEL.CRL, der);
}

/** A young server: its CA has no successor yet. `served.crl` is what it has for a CRL. */
function youngServer(served: { crl: string }): RawServer {
  const answers: Readonly<Record<string, () => string>> = {
    "GET /cas/crt/ca.crt.pem": () => ca.certificatePem,
    "GET /cas/crt/ca.crt.json": () => "[]",
    "GET /cas/crl": () => served.crl,
  };
  return new RawServer((request) => {
    const answer = answers[request.split(" HTTP/")[0] ?? ""];
    return answer === undefined ? httpAnswer(404, "") : httpAnswer(200, answer());
  });
}

Deno.test("updater keeps a CRL until it gets one from its CA that is not older", async () => {
  const crls = { first: await crlOf(ca, 5n, 30), newer: await crlOf(ca, 6n, 20), again: await crlOf(ca, 6n, 10) };
  const forged = await crlOf(otherCa, 9n, 0);
  const steps: readonly [name: string, served: string, kept: string, complaint: RegExp][] = [
    ["another CA's", forged, crls.first, /none of the server's CRLs is signed by a stored CA certificate/],
    ["a newer one beside another CA's", forged + crls.newer, crls.newer, /^$/],
    ["an older one", crls.first, crls.newer, /^$/],
    ["none", "", crls.newer, /none of the server's CRLs is signed by a stored CA certificate/],
    ["half of one", crls.newer.slice(0, 200), crls.newer, /CRL/],
    ["another one of the same number", crls.again, crls.again, /^$/],
  ];
  await using folder = await tempFolder();
  const served = { crl: crls.first };
  await using server = youngServer(served);
  const { crt: _crt, subject: _subject, dns: _dns, ...stores } = files.filesIn(folder.path, server.url);
  const settings = { folder: folder.path, entry: { ...stores, onRenew: files.HOOK }, machine: { now } };
  await using updater = files.startUpdater(settings);
  await files.sleepsAfter(updater, 0);
  assert.equal(await files.textOf(`${folder.path}/crl.pem`), crls.first);
  for (const [name, crl, kept, complaint] of steps) {
    const { length } = updater.written.err;
    served.crl = crl;
    await files.lookNow(updater);
    assert.equal(await files.textOf(`${folder.path}/crl.pem`), kept, name);
    const log = updater.written.err.slice(length).split("\n").filter((line) => line.includes(" warning "));
    assert.match(log.join("\n"), complaint, name);
  }
  assert.equal(await files.textOf(`${folder.path}/hook.log`), "ca crl\ncrl\ncrl\n");
  assert.equal((await updater.stop()).status, 0);
});
