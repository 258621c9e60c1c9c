import assert from "node:assert/strict";
import { CaucaseError } from "../../core/errors.ts";
import { vouchForHttps } from "../../core/protocol/https_voucher.ts";
import { messageSignerFor } from "../../core/keys/signer.ts";
import { certificateToPem, parseCertificate } from "../../core/x509/certificate.ts";
import { newCa } from "../../tests/support/issuing.ts";
import { ServerAuthentication } from "./server_authentication.ts";

const services = await newCa();
const httpsPem = certificateToPem(await parseCertificate((await newCa("ca.example.com")).der));
const authorities = [await parseCertificate(services.der)];
const certificatePem = certificateToPem(await parseCertificate(services.der));

function serverSaying(voucher: string | undefined) {
  let asked = 0;
  return {
    serverUrl: "http://ca.example.com/",
    httpsVoucher: () => {
      asked++;
      return Promise.resolve(voucher);
    },
    get asked() {
      return asked;
    },
  };
}

Deno.test("anchors() are the CA certificates that a trusted CA vouches for, asked for once", async () => {
  const server = serverSaying(
    await vouchForHttps({ certificatePem, messageSigner: await messageSignerFor(services.key) }, [httpsPem]),
  );
  const authentication = new ServerAuthentication(server, { authorities, required: true, warn: assert.fail });
  assert.deepEqual(await Promise.all([authentication.anchors(), authentication.anchors()]), [[httpsPem], [httpsPem]]);
  assert.equal(server.asked, 1);
});

Deno.test("anchors() warn once about a server that cannot say, and refuse it where that is required", async () => {
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  const lenient = new ServerAuthentication(serverSaying(undefined), { authorities, required: false, warn });
  assert.deepEqual([await lenient.anchors(), await lenient.anchors()], [undefined, undefined]);
  assert.equal(warnings.length, 1);
  assert.match(warnings.join(), /http:\/\/ca\.example\.com\/ .* not verified/);
  const strict = new ServerAuthentication(serverSaying(undefined), { authorities, required: true, warn });
  await assert.rejects(strict.anchors(), (error) => error instanceof CaucaseError && error.code === "untrusted");
});

Deno.test("anchors() never fall back to taking any server when the voucher is not good", async () => {
  const stranger = await newCa();
  const foreign = await vouchForHttps({ certificatePem, messageSigner: await messageSignerFor(stranger.key) }, [
    httpsPem,
  ]);
  const warn = (message: string) => assert.fail(message);
  const authentication = new ServerAuthentication(serverSaying(foreign), { authorities, required: false, warn });
  await assert.rejects(
    authentication.anchors(),
    (error) => error instanceof CaucaseError && error.code === "untrusted",
  );
});
