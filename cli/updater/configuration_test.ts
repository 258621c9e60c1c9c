import assert from "node:assert/strict";
import { utf8 } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import { utf16 } from "../../tests/support/saved_text.ts";
import { parseConfiguration } from "./configuration.ts";

const COMMON = { caUrl: "http://ca:8009", casCa: "ca.pem", ca: "ca.pem", crl: "crl.pem" };

function parse(configuration: unknown) {
  return parseConfiguration(utf8(JSON.stringify(configuration)), "c.json");
}

Deno.test("parseConfiguration() gives each certificate what stands beside the list, unless it says otherwise", () => {
  const certificates = [{ crt: "a.crt", dns: ["a.example.com"] }, {
    crt: "b.crt",
    key: "b.key",
    threshold: 5,
    mode: "user",
  }];
  const [a, b] = parse({ ...COMMON, threshold: 10, onRenew: "reload", certificates });
  assert.equal(a?.threshold, 10 * 86_400);
  assert.deepEqual([a?.certificate?.keyPath, a?.certificate?.csrPath], ["a.crt", "a.crt.csr"]);
  assert.equal(a?.statePath, "a.crt.caucase-updater.json");
  assert.equal(b?.threshold, 5 * 86_400);
  assert.equal(b?.certificate?.identity, undefined);
  assert.deepEqual([b?.onRenew, b?.mode, b?.caPath], ["reload", "user", "ca.pem"]);
});

Deno.test("parseConfiguration() names file and member of what is wrong", () => {
  const cases: [configuration: unknown, message: RegExp][] = [
    [[], /^cannot use c\.json: /],
    [{ ...COMMON }, /certificates/],
    [{ ...COMMON, certificates: [] }, /certificates: it is empty/],
    [{ ...COMMON, certificates: [{ crt: "a" }, { crt: 7 }] }, /certificates\[1\]\.crt: .*string/],
    [{ ...COMMON, certificates: [{ cert: "a" }] }, /certificates\[0\]\.cert is not known/],
    [{ ...COMMON, certificates: [{ crt: "a", threshold: -1 }] }, /certificates\[0\]\.threshold: it is negative/],
    [{ ...COMMON, crl: undefined, certificates: [{ crt: "a" }] }, /certificates\[0\]\.crl is missing/],
    [
      { ...COMMON, caUrl: "https://ca", certificates: [{ crt: "a" }] },
      /certificates\[0\]\.caUrl: "https:\/\/ca" is not/,
    ],
    [{ ...COMMON, certificates: [{ crt: "a", ip: ["300.1.1.1"] }] }, /certificates\[0\]\.ip: .*not an IP address/],
    [{ ...COMMON, certificates: [{ crt: "a", subject: "host" }] }, /certificates\[0\]\.subject: "host" is not a part/],
    [{ ...COMMON, certificates: [{ crt: "a", caFingerprint: "sha256:12" }] }, /certificates\[0\]\.caFingerprint: /],
    [{ ...COMMON, certificates: [{ key: "a" }] }, /certificates\[0\]\.key is of no use without certificates\[0\]\.crt/],
    [{ ...COMMON, certificates: [{ crt: "a" }, { crt: "a", state: "s" }] }, /two certificates use a/],
    [{ ...COMMON, certificates: [{ crt: "a", key: "k" }, { crt: "b", key: "./k" }] }, /two certificates use \.\/k/],
    [{ ...COMMON, csr: "r", certificates: [{ crt: "a" }, { crt: "b" }] }, /two certificates use r/],
    [
      { ...COMMON, certificates: [{ crt: "a", state: "./a" }] },
      /certificates\[0\]\.state: \.\/a is used for something/,
    ],
    [{ ...COMMON, certificates: [{ crt: "a", state: "crl.pem" }] }, /certificates\[0\]\.state: crl\.pem is used/],
    [{ ...COMMON, certificates: [{ crt: "a", key: "k", csr: "k" }] }, /certificates\[0\]\.csr: k is used/],
  ];
  for (const [configuration, message] of cases) {
    const refused = (error: unknown) =>
      error instanceof CaucaseError && error.code === "file" && message.test(error.message);
    assert.throws(() => parse(configuration), refused, `${message}`);
  }
  assert.throws(() => parseConfiguration(utf8("{"), "c.json"), /cannot use c\.json: it is not JSON/);
});

Deno.test("parseConfiguration() reads a file with a byte order mark, and in UTF-16, and no other encoding", () => {
  const text = JSON.stringify({ ...COMMON, certificates: [{ crt: "hôst.crt" }] });
  for (const bytes of [utf8(`\ufeff${text}`), utf16(`\ufeff${text}`), utf16(text, "big")]) {
    const [entry] = parseConfiguration(bytes, "c.json");
    assert.equal(entry?.certificate?.certificatePath, "hôst.crt");
  }
  const latin1 = Uint8Array.from(text, (character) => character.charCodeAt(0));
  assert.throws(() => parseConfiguration(latin1, "c.json"), /cannot use c\.json: it is not JSON/);
});

Deno.test("parseConfiguration() refuses names that no certificate can have", () => {
  for (const names of [{ dns: ["a..b"] }, { email: ["@b"] }, { dns: ["a b"] }]) {
    const refused = {
      code: "file",
      message: /certificates\[0\]\.(dns|email): the (host name|mailbox) ".*" has /,
    };
    assert.throws(() => parse({ ...COMMON, certificates: [{ crt: "a", ...names }] }), refused);
  }
});
