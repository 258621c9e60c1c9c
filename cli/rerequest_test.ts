import assert from "node:assert/strict";
import { utf8 } from "../core/bytes.ts";
import { encodePem, PEM_LABEL } from "../core/pem.ts";
import { buildCsr, csrFromPem, verifyCsr } from "../core/x509/csr.ts";
import { encodeExtensions, type Extension } from "../core/x509/extension.ts";
import { dnsName, subjectAltNameExtension } from "../core/x509/general_name.ts";
import { commonNameDer } from "../core/x509/name.ts";
import { privateKeyToPem } from "../core/keys/private_key.ts";
import { signerFor } from "../core/keys/signer.ts";
import { readKeyFile } from "../core/host/key_file.ts";
import { testKey } from "../tests/support/keys.ts";
import { pemOf } from "../tests/support/probed_server.ts";
import { newCa } from "../tests/support/issuing.ts";
import { type TempFolder, tempFolder } from "../tests/support/temp_folder.ts";
import { rerequest } from "./rerequest.ts";

/** One known extension; others of any content: nobody but the CA judges them. */
const EXTENSIONS: readonly Extension[] = [
  { oid: "1.2.3.4.5", critical: true, value: Uint8Array.of(0x05, 0x00) },
  subjectAltNameExtension([dnsName("host.example")], true),
  { oid: "2.5.29.15", critical: false, value: Uint8Array.of(0x03, 0x02, 0x00, 0xff) },
  { oid: "2.25.285541874270823339875695650038637483517", critical: false, value: utf8("not DER at all") },
  { oid: "1.3.6.1.5.5.7.1.24", critical: false, value: new Uint8Array() },
];

interface RerequestDesk extends TempFolder {
  /** Runs rerequest with the template `old.csr`, into `new.csr` and `new.key` unless `changes` say otherwise. */
  run(changes?: { template?: string; csr?: string; key?: string; more?: string[] }): Promise<number>;
  read(name: string): Promise<string>;
  write(name: string, content: string, mode?: number): Promise<void>;
  names(): string[];
}

async function openDesk(template?: string): Promise<RerequestDesk> {
  const folder = await tempFolder("caucase-rerequest-");
  const path = (name: string) => `${folder.path}/${name}`;
  await Deno.writeTextFile(path("old.csr"), template ?? await templatePem(EXTENSIONS));
  return {
    ...folder,
    run: ({ template = "old.csr", csr = "new.csr", key = "new.key", more = [] } = {}) =>
      rerequest(["--template", path(template), "--csr", path(csr), "--key", path(key), ...more]),
    read: (name) => Deno.readTextFile(path(name)),
    write: async (name, content, mode = 0o644) => {
      await Deno.writeTextFile(path(name), content);
      await Deno.chmod(path(name), mode);
    },
    names: () => [...Deno.readDirSync(folder.path)].map(({ name }) => name).toSorted(),
  };
}

async function templatePem(extensions: readonly Extension[], subject = commonNameDer("hôst")): Promise<string> {
  return await buildCsr({ subject, extensions }, await signerFor(await testKey("P-256")));
}

function modeOf(desk: RerequestDesk, name: string): number {
  return (Deno.statSync(`${desk.path}/${name}`).mode ?? 0) & 0o777;
}

Deno.test("rerequest() takes subject and extensions over, byte for byte, and makes a new key", async () => {
  await using desk = await openDesk();
  assert.equal(await desk.run({ more: ["--key-len", "2056"] }), 0);
  const made = await csrFromPem(utf8(await desk.read("new.csr")));
  await verifyCsr(made);
  assert.equal(made.subject.toHex(), commonNameDer("hôst").toHex());
  assert.ok(made.der.toHex().includes(encodeExtensions(EXTENSIONS).toHex()), "the extensions differ");
  const { key } = await readKeyFile(`${desk.path}/new.key`);
  assert.equal(made.publicKey.keyId, key?.publicKey.keyId);
  assert.notEqual(made.publicKey.keyId, (await testKey("P-256")).publicKey.keyId);
  assert.deepEqual([key?.publicKey.kind, key?.publicKey.bits], ["RSA", 2056]);
  assert.match(await desk.read("new.csr"), /^-----BEGIN CERTIFICATE REQUEST-----\n/);
  assert.match(await desk.read("new.key"), /^-----BEGIN RSA PRIVATE KEY-----\n/);
  assert.equal(modeOf(desk, "new.key"), 0o600);
  assert.deepEqual(desk.names(), ["new.csr", "new.key", "old.csr"]);
});

Deno.test("rerequest() takes a template without extensions, with an empty subject, under the other label", async () => {
  const empty = Uint8Array.of(0x30, 0);
  const pem = await templatePem([], empty);
  await using desk = await openDesk(
    `For the host.\n${pem.replaceAll("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")}`,
  );
  await desk.run();
  const made = await csrFromPem(utf8(await desk.read("new.csr")));
  assert.deepEqual([made.subject.toHex(), made.extensions], ["3000", []]);
});

Deno.test("rerequest() refuses a template that is not signed with its own key, and writes nothing", async () => {
  const { der } = await csrFromPem(utf8(await templatePem(EXTENSIONS)));
  // The last byte of the signature's second number.
  const forged = der.with(der.length - 1, (der.at(-1) ?? 0) ^ 1);
  await using desk = await openDesk(encodePem(PEM_LABEL.CSR, forged));
  await assert.rejects(desk.run(), { code: "file", message: /^cannot use \S+\/old\.csr: .*signature/ });
  assert.deepEqual(desk.names(), ["old.csr"]);
});

Deno.test("rerequest() refuses templates that are none", async () => {
  for (const template of ["", "garbage", pemOf(await newCa())]) {
    await using desk = await openDesk(template);
    await assert.rejects(desk.run(), { code: "file", message: /^cannot use \S+\/old\.csr: / });
  }
  await using desk = await openDesk();
  await assert.rejects(desk.run({ template: "none.csr" }), { code: "file", message: /none\.csr: it does not exist$/ });
});

Deno.test("rerequest() replaces an older request and key, the template too, and keeps the key's mode", async () => {
  await using desk = await openDesk();
  await desk.write("new.key", privateKeyToPem(await testKey("P-256")), 0o640);
  await desk.run({ csr: "old.csr" });
  const made = await csrFromPem(utf8(await desk.read("old.csr")));
  assert.equal(made.publicKey.keyId, (await readKeyFile(`${desk.path}/new.key`)).key?.publicKey.keyId);
  assert.equal(modeOf(desk, "new.key"), 0o640);
});

Deno.test("rerequest() fills files that are empty", async () => {
  await using desk = await openDesk();
  for (const name of ["new.csr", "new.key"]) await desk.write(name, "", 0o600);
  assert.equal(await desk.run(), 0);
});

Deno.test("rerequest() replaces nothing else, and writes nothing then", async () => {
  const key = privateKeyToPem(await testKey("P-256"));
  const certificate = pemOf(await newCa());
  const csr = await templatePem([]);
  const cases: [name: "new.csr" | "new.key", content: string][] = [
    ["new.key", key + certificate],
    ["new.key", certificate],
    ["new.key", csr],
    ["new.key", key + key],
    ["new.key", "notes\n"],
    ["new.csr", key],
    ["new.csr", csr + key],
    ["new.csr", "-----BEGIN CERTIFICATE REQUEST-----\n"],
  ];
  await using desk = await openDesk();
  for (const [name, content] of cases) {
    await desk.write(name, content);
    await assert.rejects(desk.run(), { code: "file", message: new RegExp(`^cannot write \\S+/${name}: it exists`) });
    assert.equal(await desk.read(name), content);
    assert.deepEqual(desk.names(), [name, "old.csr"].toSorted());
    await Deno.remove(`${desk.path}/${name}`);
  }
});

Deno.test("rerequest() refuses one file for both, however it is written", async () => {
  await using desk = await openDesk();
  const cases = [["a.pem", "a.pem"], ["a.pem", "./a.pem"], ["x/../a.pem", "a.pem"]] as const;
  for (const [csr, key] of cases) await assert.rejects(desk.run({ csr, key }), { code: "usage" });
});

Deno.test("rerequest() leaves an older pair as it is when the request cannot be written", async () => {
  await using desk = await openDesk();
  const key = privateKeyToPem(await testKey("P-256"));
  await desk.write("new.key", key);
  await assert.rejects(desk.run({ csr: "missing/new.csr" }), { code: "file", message: /missing\/new\.csr/ });
  assert.equal(await desk.read("new.key"), key);
  assert.deepEqual(desk.names(), ["new.key", "old.csr"]);
});
