import assert from "node:assert/strict";
import { constants, createHash, sign as nodeSign } from "node:crypto";
import fc from "fast-check";
import { messageFromJson, messageToJson, signMessage, verifyMessage } from "./envelope.ts";
import { CaucaseError } from "../errors.ts";
import { utf8 } from "../bytes.ts";
import { privateKeyToPem } from "../keys/private_key.ts";
import { newKey, testKey } from "../../tests/support/keys.ts";

const rsa = await testKey("RSA");
const other = await newKey("RSA");

function isRefusal(code: string) {
  return (error: unknown) => error instanceof CaucaseError && error.code === code;
}

for (
  const [kind, key] of [["RSA", rsa], ["P-256", await testKey("P-256")], ["Ed25519", await testKey("Ed25519")]] as const
) {
  Deno.test(`verifyMessage() accepts what signMessage() signed with a key of kind ${kind}`, async () => {
    const sent = JSON.stringify(messageToJson(await signMessage('{"é": 1}', key)));
    const received = messageFromJson(JSON.parse(sent));
    assert.ok(received.digest !== null);
    await verifyMessage(received, key.publicKey);
    await assert.rejects(
      verifyMessage({ ...received, payload: received.payload + " " }, key.publicKey),
      isRefusal("untrusted"),
    );
    await assert.rejects(verifyMessage({ ...received, digest: "sha512" }, key.publicKey), isRefusal("untrusted"));
    await assert.rejects(verifyMessage(received, other.publicKey), isRefusal("untrusted"));
  });
}

Deno.test("verifyMessage() takes the longest salt and the base64 of another implementation", async () => {
  const payload = '{"a": "b"}';
  for (const [digest, hashLength] of [["sha256", 32], ["sha384", 48], ["sha512", 64]] as const) {
    const signature = nodeSign(digest, utf8(`${payload}${digest} `), {
      key: privateKeyToPem(rsa),
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 256 - hashLength - 2,
    });
    const message = messageFromJson({ payload, digest, signature: signature.toString("base64") + "\n" });
    assert.ok(message.digest !== null);
    await verifyMessage(message, rsa.publicKey);
  }
  const short = nodeSign("sha256", utf8(`${payload}sha256 `), {
    key: privateKeyToPem(rsa),
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: createHash("sha256").digest().length,
  });
  const message = { payload, digest: "sha256", signature: new Uint8Array(short) } as const;
  await assert.rejects(verifyMessage(message, rsa.publicKey), isRefusal("untrusted"));
});

Deno.test("messageFromJson() refuses what is not a message", () => {
  const cases: unknown[] = [
    null,
    [],
    "text",
    {},
    { digest: "sha256", payload: "x" },
    { digest: "sha1", payload: "x", signature: "AA==" },
    { digest: "sha256", payload: 5, signature: "AA==" },
    { digest: "sha256", payload: "x", signature: "*" },
    { digest: "sha256", payload: "x", signature: null },
    { digest: "toString", payload: "x", signature: "AA==" },
    { payload: "x", signature: "AA==" },
    { digest: "sha256", payload: "\ud800", signature: "AA==" },
    { digest: null, payload: "\ud800" },
  ];
  for (const value of cases) assert.throws(() => messageFromJson(value), isRefusal("malformed"), JSON.stringify(value));
});

Deno.test("messageFromJson() never fails but by refusing", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    try {
      messageFromJson(value);
    } catch (error) {
      assert.ok(isRefusal("malformed")(error), String(error));
    }
  }));
});

Deno.test("messageFromJson() reads an unsigned message, whatever its signature says", () => {
  assert.deepEqual(messageFromJson({ digest: null, payload: "{}" }), { digest: null, payload: "{}" });
  assert.deepEqual(messageFromJson({ digest: null, payload: "{}", signature: 7 }), { digest: null, payload: "{}" });
});
