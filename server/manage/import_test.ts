import assert from "node:assert/strict";
import { crlContent, renewCrl } from "../../tests/contract/store_fixtures.ts";
import { namesIn } from "../../tests/support/files.ts";
import { crlOf, DAY, LIFE_SPAN, newCa, NOW, random, type TestCa } from "../../tests/support/issuing.ts";
import { testKey } from "../../tests/support/keys.ts";
import { strictLog } from "../../tests/support/recorded_log.ts";
import { keyPem, manageHost } from "../../tests/support/restorable.ts";
import { type TempFolder, tempFolder } from "../../tests/support/temp_folder.ts";
import { decodePem, encodePem, onlyPem, PEM_LABEL } from "../../core/pem.ts";
import type { Progress } from "../../core/progress.ts";
import { certificateToPem } from "../../core/x509/certificate.ts";
import { decryptPrivateKey, encryptPrivateKey } from "../../core/keys/encrypted_key.ts";
import { lockDatabase } from "../storage/sqlite/database_lock.ts";
import { openSqliteStorage } from "../storage/sqlite/sqlite_storage.ts";
import { manage, type ManageHost, type ManageOrder } from "./manage.ts";

/** A folder with files and a database that is not there yet. */
class ImportDesk implements AsyncDisposable {
  private constructor(readonly folder: TempFolder) {}

  static async open(): Promise<ImportDesk> {
    return new ImportDesk(await tempFolder());
  }

  path(name: string): string {
    return `${this.folder.path}/${name}`;
  }

  async file(name: string, content: string): Promise<string> {
    await Deno.writeTextFile(this.path(name), content);
    return this.path(name);
  }

  manage(order: Partial<ManageOrder>, host: ManageHost = manageHost()) {
    const nothing = { restore: undefined, importCa: [], importBadCa: false, importCrl: [], exportCa: undefined };
    return manage({ ...nothing, db: this.path("db"), userLifeSpan: LIFE_SPAN, ...order }, host);
  }

  list(): string[] {
    return namesIn(this.folder.path);
  }

  async storage() {
    return await openSqliteStorage({ path: this.path("db"), lock: false, log: strictLog });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }
}

function pairPem({ keyPem, certificatePem }: TestCa): string {
  return certificatePem + keyPem;
}

function crlPem(ca: TestCa, number: bigint, ...serials: bigint[]): Promise<string> {
  const dates = { thisUpdate: NOW - 60, nextUpdate: NOW + DAY, revocationDate: NOW - DAY };
  return crlOf(ca, { ...dates, number, serials });
}

/** With another last byte, which belongs to the signature. */
function changed(pem: string): string {
  const { der } = onlyPem(pem, [PEM_LABEL.CRL], "CRL");
  der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
  return encodePem(PEM_LABEL.CRL, der);
}

function hostWith(passphrase: string): ManageHost & { asked: string[] } {
  const asked: string[] = [];
  const ofKey = (path: string) => Promise.resolve((asked.push(path), passphrase));
  return { ...manageHost(), passphrases: { ofKey, forExport: () => Promise.resolve(passphrase) }, asked };
}

Deno.test("manage() imports a CA whose key is in another file, and its CRL, into a new database", async () => {
  await using desk = await ImportDesk.open();
  const ca = await newCa();
  const certificate = await desk.file("ca.crt", certificateToPem(ca.certificate));
  const key = await desk.file("ca.key", `text before\n${keyPem(ca.key)}`);
  const crl = await desk.file("crl.pem", await crlPem(ca, 32n, 5n, 6n));
  const order = { importCa: [certificate, key], importCrl: [crl] };
  assert.deepEqual(await desk.manage(order), {
    restored: false,
    importedCas: 1,
    importedCrls: { number: 32n, thisUpdate: NOW - 60, added: 2, known: 0 },
  });
  assert.deepEqual(await desk.manage(order), {
    restored: false,
    importedCas: 0,
    importedCrls: { number: 33n, thisUpdate: NOW - 60, added: 0, known: 2 },
  });
  const storage = await desk.storage();
  const [stored, another] = (await storage.ca("cas").issuers.list()).issuers;
  assert.ok(stored && !another);
  assert.equal(stored.certificatePem, certificateToPem(ca.certificate));
  assert.equal(stored.notAfter, ca.certificate.notAfter);
  const store = storage.ca("cas");
  const { number, thisUpdate, revocations } = await crlContent(store);
  assert.deepEqual({ number, thisUpdate }, { number: 34n, thisUpdate: NOW - 60 });
  const revocationDate = NOW - DAY;
  assert.deepEqual(revocations, [{ serial: 5n, revocationDate }, { serial: 6n, revocationDate }]);
  for (const [time, listed] of [[ca.certificate.notAfter, 2], [ca.certificate.notAfter + 1, 0]] as const) {
    await renewCrl(store, time);
    assert.equal((await crlContent(store)).revocations.length, listed);
  }
  await storage.close();
});

Deno.test("manage() asks once for the passphrase of each encrypted key, naming its file", async () => {
  await using desk = await ImportDesk.open();
  const cas = [await newCa(), await newCa()];
  const files: string[] = [];
  for (const [index, { key, certificate }] of cas.entries()) {
    const pem = await encryptPrivateKey(key, { passphrase: "sesame", random, iterations: 1 });
    files.push(await desk.file(`${index}.pem`, pem + certificateToPem(certificate)));
  }
  const host = hostWith("sesame");
  assert.equal((await desk.manage({ importCa: files }, host)).importedCas, 2);
  assert.deepEqual(host.asked, files);
  await assert.rejects(desk.manage({ importCa: files }, hostWith("wrong")), {
    code: "file",
    message: /^cannot use .*0\.pem: the passphrase is wrong/,
  });
});

Deno.test("manage() exports what it imported, encrypted, into a new private file, beside a server", async () => {
  await using desk = await ImportDesk.open();
  const cas = [await newCa(), await newCa()];
  const files = await Promise.all(cas.map((ca, index) => desk.file(`${index}.pem`, pairPem(ca))));
  await desk.manage({ importCa: files });
  using _server = await lockDatabase(desk.path("db"));
  await desk.manage({ exportCa: desk.path("out") }, hostWith("sesame"));
  assert.equal(((await Deno.stat(desk.path("out"))).mode ?? 0) & 0o777, 0o600);
  const blocks = decodePem(await Deno.readTextFile(desk.path("out")));
  const kinds = [PEM_LABEL.CERTIFICATE, PEM_LABEL.ENCRYPTED_PKCS8];
  assert.deepEqual(blocks.map(({ label }) => label), [...kinds, ...kinds]);
  const keys = await Promise.all(
    blocks.filter(({ label }) => label === kinds[1]).map((b) => decryptPrivateKey(b, "sesame")),
  );
  assert.deepEqual(
    keys.map(({ publicKey }) => publicKey.keyId).toSorted(),
    cas.map(({ key }) => key.publicKey.keyId).toSorted(),
  );
  await assert.rejects(desk.manage({ exportCa: desk.path("out") }, hostWith("x")), {
    code: "file",
    message: /it exists$/,
  });
  await assert.rejects(desk.manage({ importCa: files }), { code: "in-use" });
});

interface ImportRefusal {
  readonly name: string;
  readonly message: RegExp;
  readonly order: (desk: ImportDesk, ca: TestCa) => Promise<Partial<ManageOrder>>;
  readonly now?: number;
}

const REFUSALS: readonly ImportRefusal[] = [
  {
    name: "a certificate without its key",
    message: /a\.pem: the key of a certificate in it is in none/,
    order: async (desk, ca) => ({ importCa: [await desk.file("a.pem", certificateToPem(ca.certificate))] }),
  },
  {
    name: "a key without its certificate",
    message: /b\.pem: the certificate of a key in it is in none/,
    order: async (desk, ca) => ({
      importCa: [await desk.file("a.pem", pairPem(ca)), await desk.file("b.pem", keyPem(await testKey("P-384")))],
    }),
  },
  {
    name: "a file that holds neither",
    message: /a\.pem: it holds no key and no new certificate$/,
    order: async (desk) => ({ importCa: [await desk.file("a.pem", "hello\n")] }),
  },
  {
    name: "a file that is not there",
    message: /^cannot read .*none\.pem: it does not exist$/,
    order: (desk) => Promise.resolve({ importCa: [desk.path("none.pem")] }),
  },
  {
    name: "an expired CA",
    message: /a CA certificate in it has expired/,
    order: async (desk, ca) => ({ importCa: [await desk.file("a.pem", pairPem(ca))] }),
    now: NOW + 5 * LIFE_SPAN,
  },
  {
    name: "a CRL of a CA that is not there",
    message: /crl\.pem: none of the service CA certificates signed its CRL$/,
    order: async (desk, ca) => ({
      importCa: [await desk.file("a.pem", pairPem(ca))],
      importCrl: [await desk.file("crl.pem", await crlPem(await newCa(), 1n))],
    }),
  },
  {
    name: "a CRL that was changed",
    message: /crl\.pem: none of the service CA certificates signed its CRL$/,
    order: async (desk, ca) => ({
      importCa: [await desk.file("a.pem", pairPem(ca))],
      importCrl: [await desk.file("crl.pem", changed(await crlPem(ca, 1n)))],
    }),
  },
  {
    name: "a CRL with a number that leaves none to go on with",
    message: /is too large to go on from$/,
    order: async (desk, ca) => ({
      importCa: [await desk.file("a.pem", pairPem(ca))],
      importCrl: [await desk.file("crl.pem", await crlPem(ca, 2n ** 63n))],
    }),
  },
  {
    name: "a file without a CRL",
    message: /crl\.pem: it holds no CRL$/,
    order: async (desk) => ({ importCrl: [await desk.file("crl.pem", "")] }),
  },
  {
    name: "an export from nothing",
    message: /cannot open the database/,
    order: (desk) => Promise.resolve({ exportCa: desk.path("out") }),
  },
];

for (const { name, message, order, now } of REFUSALS) {
  Deno.test(`manage() refuses ${name}, and leaves no database`, async () => {
    await using desk = await ImportDesk.open();
    const wanted = await order(desk, await newCa());
    const before = desk.list();
    await assert.rejects(desk.manage(wanted, manageHost(now ?? NOW)), { name: "CaucaseError", message });
    assert.deepEqual(desk.list(), before);
  });
}

Deno.test("manage() takes what is no CA certificate with --import-bad-ca alone", async () => {
  await using desk = await ImportDesk.open();
  const ca = await newCa();
  const importCa = [await desk.file("a.pem", pairPem(ca))];
  const host = manageHost(NOW + 5 * LIFE_SPAN);
  await assert.rejects(desk.manage({ importCa }, host), { code: "file" });
  assert.equal((await desk.manage({ importCa, importBadCa: true }, host)).importedCas, 1);
});

Deno.test("manage() tells how far taking over a list is", async () => {
  await using desk = await ImportDesk.open();
  const ca = await newCa();
  const list = await crlPem(ca, 1n, ...Array.from({ length: 2500 }, (_, index) => BigInt(index + 1)));
  const crl = await desk.file("ca.crl", list);
  const told: Progress[] = [];
  const host = { ...manageHost(), onProgress: (progress: Progress) => told.push(progress) };
  await desk.manage({ importCa: [await desk.file("ca.pem", pairPem(ca))], importCrl: [crl] }, host);
  const task = { task: `Taking over ${crl}`, total: 2500, unit: "revocations" };
  assert.deepEqual(told, [0, 1000, 2000].map((done) => ({ ...task, done })));
});
