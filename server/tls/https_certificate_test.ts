import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import type { Storage } from "../../core/ca/stores.ts";
import { decodePem, encodePem, PEM_LABEL } from "../../core/pem.ts";
import { isForHost } from "../../core/profiles/ca_profile.ts";
import { type Certificate, isIssuedBy } from "../../core/x509/certificate.ts";
import { checkHttps, prepareHttps } from "../../core/profiles/https_profile.ts";
import { newSerial, signCertificate } from "../../core/x509/tbs_certificate.ts";
import { privateKeyFromPem, privateKeyToPem } from "../../core/keys/private_key.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { testCas } from "../../tests/support/certificate_authorities.ts";
import { DAY, LIFE_SPAN, newEcKey, NOW, random } from "../../tests/support/issuing.ts";
import { recordedLog } from "../../tests/support/recorded_log.ts";
import { newIssuer, type SeededCa, seedIssuers } from "../../tests/support/seeded_issuers.ts";
import { type TempFolder, tempFolder } from "../../tests/support/temp_folder.ts";
import { createMemoryStores } from "../../core/ca/memory_stores.ts";
import { HttpsCertificate, type HttpsCertificateOptions, type HttpsIdentity } from "./https_certificate.ts";

const HOST = "ca.example.com";

/** A folder, an HTTP CA, and what of the certificate is to be told apart. */
class Desk implements AsyncDisposable {
  readonly warnings: string[] = [];
  readonly path: string;

  private constructor(private readonly folder: TempFolder, readonly storage: Storage, readonly ca: SeededCa) {
    this.path = `${folder.path}/server.key.pem`;
  }

  static async open(): Promise<Desk> {
    const storage = createMemoryStores();
    const { http_cas } = await seedIssuers(storage);
    return new Desk(await tempFolder(), storage, http_cas);
  }

  /** As a server that starts now would have it. */
  certificate(changes: Partial<HttpsCertificateOptions> = {}): HttpsCertificate {
    return new HttpsCertificate({
      path: this.path,
      ca: testCas(this.storage).http_cas,
      host: HOST,
      keyBits: 2048,
      threshold: 31 * DAY,
      log: recordedLog(this.warnings),
      ...changes,
    });
  }

  /** Puts a certificate on P-256 into the file, made at `NOW`. */
  async put({ host = HOST, ca = this.ca }: { host?: string; ca?: SeededCa } = {}): Promise<string> {
    const key = await newEcKey();
    const order = { host, publicKey: key.publicKey, now: NOW, lifeSpan: LIFE_SPAN, serial: newSerial(random) };
    const certified = { ...order, issuer: ca.certificate };
    const der = await signCertificate(checkHttps(prepareHttps(certified), certified), await signerFor(ca.key));
    const content = privateKeyToPem(key) + encodePem(PEM_LABEL.CERTIFICATE, der);
    await Deno.writeTextFile(this.path, content, { mode: 0o600 });
    return content;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }
}

/** A system that lets nobody change a mode: another's file, or a file system without modes. */
function chmodRefused(): Disposable {
  const { chmod } = Deno;
  Deno.chmod = () => Promise.reject(new Deno.errors.PermissionDenied("refused"));
  return { [Symbol.dispose]: () => void (Deno.chmod = chmod) };
}

/** What every certificate that was made anew must be. */
async function assertMade(desk: Desk, { certificate, keyPem, certificatePem }: HttpsIdentity, now: number) {
  assert.ok(await isIssuedBy(certificate, desk.ca.certificate));
  assert.deepEqual([certificate.notBefore, certificate.notAfter], [now - 10, now - 10 + LIFE_SPAN]);
  assert.ok(new X509Certificate(certificatePem).checkHost(HOST, { subject: "never" }));
  assert.equal(await Deno.readTextFile(desk.path), keyPem + certificatePem);
  const [block] = decodePem(keyPem);
  assert.ok(block);
  assert.equal((await privateKeyFromPem(block)).publicKey.keyId, certificate.publicKey.keyId);
}

/** Certificates that the store remembers to be for `certificate`'s key, PEM. */
async function recorded(desk: Desk, { publicKey }: Certificate, { csr }: { csr: Uint8Array<ArrayBuffer> }) {
  const rows = await desk.storage.ca("http_cas").requests.findLike(publicKey.keyId, csr, NOW);
  return rows.map((row) => row.certificatePem);
}

Deno.test("current() makes key and certificate when the file is missing: 0600, and recorded before anybody sees it", async () => {
  await using desk = await Desk.open();
  const store = desk.storage.ca("http_cas");
  const added: { csr: Uint8Array<ArrayBuffer>; fileIsThere: boolean }[] = [];
  const addCertificate = store.certificates.add.bind(store.certificates);
  store.certificates.add = async (row) => {
    const fileIsThere = await Deno.stat(desk.path).then(() => true, () => false);
    added.push({ csr: row.csr, fileIsThere });
    return await addCertificate(row);
  };
  const identity = await desk.certificate().ensureCurrent(NOW);
  await assertMade(desk, identity, NOW);
  assert.equal(((await Deno.stat(desk.path)).mode ?? 0) & 0o777, 0o600);
  const [row] = added;
  assert.ok(row && added.length === 1);
  assert.equal(row.fileIsThere, false);
  assert.deepEqual(await recorded(desk, identity.certificate, row), [identity.certificatePem]);
  assert.deepEqual(desk.warnings, []);
});

Deno.test("current() goes on with a good file, and reads it once", async () => {
  await using desk = await Desk.open();
  const content = await desk.put();
  const certificate = desk.certificate();
  const first = await certificate.ensureCurrent(NOW);
  assert.equal(first.keyPem + first.certificatePem, content);
  await Deno.remove(desk.path);
  assert.equal(await certificate.ensureCurrent(NOW + 60), first);
  assert.deepEqual(desk.warnings, []);
});

Deno.test("current() makes a new certificate when the file does not hold a key and its certificate", async (t) => {
  await using desk = await Desk.open();
  const [good, other] = [await desk.put(), await desk.put()];
  const [key = ""] = good.split(/(?=-----BEGIN CERT)/);
  const contents = {
    "garbage": "garbage",
    "a key alone": key,
    "another key": key + (other.split(/(?=-----BEGIN CERT)/)[1] ?? ""),
    "a truncated file": good.slice(0, -40),
  };
  for (const [what, content] of Object.entries(contents)) {
    await t.step(what, async () => {
      await Deno.writeTextFile(desk.path, content);
      const aside = `${desk.path}.unusable-${NOW}`;
      desk.warnings.length = 0;
      await assertMade(desk, await desk.certificate().ensureCurrent(NOW), NOW);
      assert.match(
        desk.warnings.join("\n"),
        /^[^\n]*server\.key\.pem[^\n]*; put aside as [^\n]*: making a new key and certificate for HTTPS$/,
      );
      assert.equal(await Deno.readTextFile(aside), content);
      assert.doesNotMatch(desk.warnings.join(), /[A-Za-z0-9+/]{40}/, "no key material in the log");
    });
  }
});

Deno.test("current() makes a new certificate when the one there is for another host or from another CA", async () => {
  await using desk = await Desk.open();
  await desk.put({ host: "old.example.com" });
  await assertMade(desk, await desk.certificate().ensureCurrent(NOW), NOW);
  assert.deepEqual(desk.warnings, []);
  const content = await desk.put({ ca: await newIssuer("http_cas") });
  await assertMade(desk, await desk.certificate().ensureCurrent(NOW), NOW);
  assert.match(
    desk.warnings.join("\n"),
    /^[^\n]*server\.key\.pem is of a CA that the database does not have \(is --db /,
  );
  assert.equal(await Deno.readTextFile(`${desk.path}.unusable-${NOW}`), content, "it may be somebody's");
});

Deno.test("current() makes a new CA too when the server has another name, and goes on with the old one when it has its old one", async () => {
  await using desk = await Desk.open();
  await desk.put();
  const renamed = testCas(desk.storage, { netloc: "ca.example.org:8009" }).http_cas;
  const { certificate } = await desk.certificate({ host: "ca.example.org", ca: renamed }).ensureCurrent(NOW);
  const { certificate: issuer } = await renamed.issuers.ensureSigning(NOW);
  assert.ok(await isIssuedBy(certificate, issuer));
  assert.ok(isForHost(issuer, "ca.example.org"));
  assert.deepEqual(desk.warnings, []);
  assert.equal((await desk.storage.ca("http_cas").issuers.list()).issuers.length, 2);
  const back = await desk.certificate().ensureCurrent(NOW);
  assert.ok(await isIssuedBy(back.certificate, desk.ca.certificate));
  assert.equal((await desk.storage.ca("http_cas").issuers.list()).issuers.length, 2);
});

Deno.test("current() closes a file to others that was open to them, and says so", async () => {
  await using desk = await Desk.open();
  const content = await desk.put();
  await Deno.chmod(desk.path, 0o640);
  const { keyPem, certificatePem } = await desk.certificate().ensureCurrent(NOW);
  assert.equal(keyPem + certificatePem, content, "it is still the one in use");
  assert.equal(((await Deno.stat(desk.path)).mode ?? 0) & 0o777, 0o600);
  assert.match(
    desk.warnings.join("\n"),
    /^others could read the private key in [^\n]*server\.key\.pem: remove it [^\n]*$/,
  );
});

Deno.test("current() goes on with a good file that it may not close to others, and says so", async () => {
  await using desk = await Desk.open();
  const content = await desk.put();
  await Deno.chmod(desk.path, 0o640);
  using _ = chmodRefused();
  const { keyPem, certificatePem } = await desk.certificate().ensureCurrent(NOW);
  assert.equal(keyPem + certificatePem, content);
  assert.equal(await Deno.readTextFile(desk.path), content, "nothing was put aside");
  assert.match(
    desk.warnings.join("\n"),
    /^others can read the private key in [^\n]*: cannot close to others [^\n]*refused/,
  );
});

Deno.test("current() renews with a new key when less than the threshold is left, and keeps the old one until then", async () => {
  await using desk = await Desk.open();
  await desk.put();
  const certificate = desk.certificate({ threshold: 10 * DAY });
  const first = await certificate.ensureCurrent(NOW);
  const due = NOW - 10 + LIFE_SPAN - 10 * DAY;
  assert.equal(certificate.renewalDueAt(first), due);
  assert.equal(await certificate.ensureCurrent(due - 1), first);
  const second = await certificate.ensureCurrent(due);
  await assertMade(desk, second, due);
  assert.notEqual(second.certificate.publicKey.keyId, first.certificate.publicKey.keyId);
  assert.equal(await certificate.ensureCurrent(due + 1), second);
});

Deno.test("renewalDueAt() takes no threshold above L/3, or it would renew without end", async () => {
  await using desk = await Desk.open();
  await desk.put();
  for (const [days, expected] of [[31, 31], [30, 30], [32, 31], [93, 31], [1000, 31], [0, 0]] as const) {
    const certificate = desk.certificate({ threshold: days * DAY });
    const identity = await certificate.ensureCurrent(NOW);
    assert.equal(certificate.renewalDueAt(identity), NOW - 10 + LIFE_SPAN - expected * DAY, `${days} days`);
  }
});

Deno.test("current() replaces a certificate from the future: the clock was wrong when it was made", async () => {
  await using desk = await Desk.open();
  await desk.put();
  const certificate = desk.certificate();
  await certificate.ensureCurrent(NOW);
  const now = NOW - 11;
  await assertMade(desk, await certificate.ensureCurrent(now), now);
});

Deno.test("current() changes nothing when the store refuses: an unrecorded certificate is never shown", async () => {
  await using desk = await Desk.open();
  desk.storage.ca("http_cas").certificates.add = () => Promise.reject(new Error("disk is full"));
  const certificate = desk.certificate();
  await assert.rejects(certificate.ensureCurrent(NOW), /disk is full/);
  await assert.rejects(Deno.stat(desk.path), Deno.errors.NotFound);
});
