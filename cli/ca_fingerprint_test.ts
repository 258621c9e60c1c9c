import assert from "node:assert/strict";
import { InvalidArgumentError } from "@commander-js/extra-typings";
import fc from "fast-check";
import type { Certificate } from "../core/x509/certificate.ts";
import { newCa } from "../tests/support/issuing.ts";
import { opensslPath } from "../tests/support/requirements.ts";
import { runCommand } from "../tests/support/process.ts";
import { tempFolder } from "../tests/support/temp_folder.ts";
import { caFingerprint, fingerprintOption, parseFingerprint, requireFingerprint } from "./ca_fingerprint.ts";

const DIGITS = "00112233445566778899aabbccddeeff0123456789abcdef0f1e2d3c4b5a6978";
const FINGERPRINT = `sha256:${DIGITS}`;
const COLONS = DIGITS.replaceAll(/..(?!$)/g, "$&:");

async function someCa(): Promise<Certificate> {
  return (await newCa()).certificate;
}

Deno.test("caFingerprint() hashes the whole certificate", async () => {
  const ca = await someCa();
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", ca.der));
  assert.equal(await caFingerprint(ca), `sha256:${hash.toHex()}`);
  assert.notEqual(await caFingerprint(await someCa()), await caFingerprint(ca));
});

const openssl = opensslPath();
Deno.test({
  name: "parseFingerprint() reads what openssl prints, and it is what caFingerprint() says",
  ignore: openssl === undefined,
  async fn() {
    const ca = await someCa();
    await using folder = await tempFolder();
    await Deno.writeFile(`${folder.path}/ca.der`, ca.der);
    const command = [openssl ?? "", "x509", "-inform", "DER", "-in", "ca.der", "-noout", "-fingerprint", "-sha256"];
    const { out } = await runCommand(command, { cwd: folder.path });
    const [, printed = ""] = out.split("=");
    assert.equal(parseFingerprint(printed), await caFingerprint(ca));
  },
});

Deno.test("parseFingerprint() takes what people write", () => {
  const texts = [DIGITS, COLONS, FINGERPRINT, `sha256:${COLONS}`, FINGERPRINT.toUpperCase(), ` ${FINGERPRINT}\n`];
  for (const text of texts) assert.equal(parseFingerprint(text), FINGERPRINT, text);
});

Deno.test("parseFingerprint() refuses everything else", () => {
  const texts = [
    "",
    "sha256:",
    `sha256:${DIGITS.slice(1)}`,
    `${FINGERPRINT}0`,
    `sha1:${DIGITS.slice(0, 40)}`,
    `sha512:${DIGITS}${DIGITS}`,
    `sha256: ${DIGITS}`,
    `sha256:${DIGITS.slice(0, -1)}g`,
    `${COLONS}:`,
    `:${COLONS}`,
    COLONS.replace(":", ""),
    `${FINGERPRINT} ${FINGERPRINT}`,
  ];
  for (const text of texts) assert.equal(parseFingerprint(text), undefined, text);
});

Deno.test("parseFingerprint() keeps every hash", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (hash) => {
    assert.equal(parseFingerprint(`SHA256:${hash.toHex().toUpperCase()}`), `sha256:${hash.toHex()}`);
  }));
});

Deno.test("fingerprintOption() says what it wants", () => {
  assert.equal(fingerprintOption(COLONS), FINGERPRINT);
  assert.throws(() => fingerprintOption("sha1:00"), (error) => {
    return error instanceof InvalidArgumentError && error.message === "It must be sha256: and 64 hexadecimal digits.";
  });
});

Deno.test("requireFingerprint() lets the right certificate pass, and names both fingerprints for another", async () => {
  const [ca, other] = [await someCa(), await someCa()];
  const expected = await caFingerprint(ca);
  await requireFingerprint(ca, expected);
  // Before the call: a promise that is rejected while nobody looks ends the test run.
  const message = `the server's CA certificate has the fingerprint ${await caFingerprint(other)}, not ${expected}`;
  await assert.rejects(requireFingerprint(other, expected), { code: "untrusted", message });
});
