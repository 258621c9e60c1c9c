import assert from "node:assert/strict";
import { CaucaseError } from "../../core/errors.ts";
import { parseGeneralNames } from "../../core/x509/general_name.ts";
import { nameToText } from "../../core/x509/name.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { readUpdaterOptions } from "./options.ts";

const REQUIRED = ["--ca-url", "http://ca:8009", "--cas-ca", "cas", "--ca", "ca/", "--crl", "crl"];

Deno.test("readUpdaterOptions() has the reference's defaults", async () => {
  const { entries: [entry], once, status } = await readUpdaterOptions([...REQUIRED, "--crt", "host.pem"]);
  assert.deepEqual([once, status], [false, false]);
  assert.deepEqual(entry, {
    name: "host.pem",
    caUrl: "http://ca:8009",
    mode: "service",
    casCaPath: "cas",
    caPath: "ca/",
    crlPath: "crl",
    certificate: { certificatePath: "host.pem", keyPath: "host.pem", csrPath: "host.pem.csr", identity: undefined },
    caFingerprint: undefined,
    userCaFingerprint: undefined,
    threshold: 31 * 86_400,
    crlThreshold: 7 * 86_400,
    maxSleep: 31 * 86_400,
    keyBits: 2048,
    onRenew: undefined,
    hookTimeout: 300,
    exitOnHookFailure: false,
    report: undefined,
    statePath: "host.pem.caucase-updater.json",
  });
  const [onlyTrust] = (await readUpdaterOptions(REQUIRED)).entries;
  assert.equal(onlyTrust?.certificate, undefined);
  assert.equal(onlyTrust?.statePath, "ca.caucase-updater.json");
});

Deno.test("readUpdaterOptions() lets an updater rest for a minute at least", async () => {
  const { entries: [entry] } = await readUpdaterOptions([...REQUIRED, "--max-sleep", "0"]);
  assert.equal(entry?.maxSleep, 60);
});

Deno.test("readUpdaterOptions() takes what to ask for", async () => {
  const names = ["--dns", "a.example.com", "--dns", "b.example.com", "--ip", "::1", "--email", "a@b", "--uri", "urn:x"];
  const asked = async (...args: string[]) => {
    const { entries: [entry] } = await readUpdaterOptions([...REQUIRED, "--crt", "host.pem", ...args]);
    assert.ok(entry?.certificate?.identity);
    return entry.certificate.identity;
  };
  const { subject, extensions: [extension] } = await asked("--subject", "CN=host,O=Example", ...names);
  assert.equal(nameToText(subject), "CN=host,O=Example");
  assert.deepEqual(parseGeneralNames(extension?.value ?? new Uint8Array()).map(({ text }) => text), [
    "a.example.com",
    "b.example.com",
    "::1",
    "a@b",
    "urn:x",
  ]);
  assert.equal(extension?.critical, false);
  assert.equal((await asked(...names)).extensions[0]?.critical, true, "RFC 5280 4.2.1.6: where the subject is empty");
  assert.deepEqual((await asked("--subject", "CN=host")).extensions, []);
});

Deno.test("readUpdaterOptions() names the option that is wrong", async () => {
  const cases: [args: string[], message: RegExp][] = [
    [REQUIRED.slice(2), /--ca-url is missing/],
    [REQUIRED.slice(0, -2), /--crl is missing/],
    [[...REQUIRED, "--key", "k"], /--key is of no use without --crt/],
    [[...REQUIRED, "--dns", "a"], /of no use without --crt/],
    [[...REQUIRED, "--crt", "c", "--ip", "nowhere"], /--ip: nowhere is not an IP address/],
    [[...REQUIRED, "--ca-fingerprint", "x"], /--ca-fingerprint: "x" is not sha256:/],
    [[...REQUIRED, "--config", "c.json"], /--ca-url cannot be given together with --config/],
  ];
  for (const [args, message] of cases) {
    const refused = (error: unknown) =>
      error instanceof CaucaseError && error.code === "usage" && message.test(error.message);
    await assert.rejects(readUpdaterOptions(args), refused, args.join(" "));
  }
});

Deno.test("readUpdaterOptions() reads the file of --config", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/c.json`;
  await assert.rejects(readUpdaterOptions(["--config", path]), /c\.json: it does not exist/);
  const common = { caUrl: "http://ca:8009", casCa: "ca.pem", ca: "ca.pem", crl: "crl.pem" };
  await Deno.writeTextFile(path, JSON.stringify({ ...common, certificates: [{ crt: "a" }, { crt: "b" }] }));
  const { entries, once } = await readUpdaterOptions(["--config", path, "--once"]);
  assert.deepEqual(entries.map(({ name }) => name), ["a", "b"]);
  assert.equal(once, true);
});
