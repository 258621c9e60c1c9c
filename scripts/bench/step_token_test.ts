import assert from "node:assert/strict";
import { generateKeyPair, jwtVerify } from "jose";
import { oneTimeToken } from "./step_token.ts";

const NOW = 1_795_442_400;
const AUDIENCE = "https://127.0.0.1:9000/1.0/sign";

Deno.test("oneTimeToken() says who may have a certificate for which name, signed by the provisioner", async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const issuer = { key: privateKey, provisioner: "bench", audience: AUDIENCE, rootFingerprint: "ab12" };
  const token = await oneTimeToken(issuer, "host.example.com", NOW);
  const { payload, protectedHeader } = await jwtVerify(token, publicKey, { currentDate: new Date(NOW * 1000) });
  assert.deepEqual(protectedHeader, { alg: "ES256", kid: "bench", typ: "JWT" });
  const { jti, ...claims } = payload;
  assert.deepEqual(claims, {
    ...{ iss: "bench", aud: AUDIENCE, sub: "host.example.com", sans: ["host.example.com"], sha: "ab12" },
    ...{ iat: NOW, nbf: NOW, exp: NOW + 900 },
  });
  const other = await jwtVerify(await oneTimeToken(issuer, "host.example.com", NOW), publicKey, {
    currentDate: new Date(NOW * 1000),
  });
  assert.notEqual(jti, other.payload.jti);
});
