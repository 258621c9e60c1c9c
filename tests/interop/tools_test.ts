/** The other tools against both servers: probe, rerequest, and the updater from nothing to a kept certificate. */
import assert from "node:assert/strict";
import { runCommand, RunningProcess } from "../support/process.ts";
import { startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { interopTest, type Pairing } from "./implementation.ts";
import { makeRequest, publicKeyOf, showCertificate, showRequest, verify } from "./openssl.ts";

const OPTIONS = ["--service-auto-approve-count", "1"];

interopTest("probe says whether a server works", async ({ client, server: implementation }) => {
  await using folder = await tempFolder();
  await using server = await startServer({ folder: folder.path, command: implementation.server });
  const probe = () => runCommand([...client.probe, server.url], { cwd: folder.path });
  const working = await probe();
  assert.equal(working.status, 0, working.err);
  await server.stop();
  const gone = await probe();
  assert.equal(gone.status, 1);
  assert.notEqual(gone.out + gone.err, "");
});

interopTest(
  "a request made anew from another is signed like it, and the updater keeps its certificate",
  async (pairing) => {
    await using folder = await tempFolder();
    const cwd = folder.path;
    await using server = await startServer({ folder: cwd, command: pairing.server.server, options: OPTIONS });
    await rerequest(pairing, cwd);
    const stores = ["--cas-ca", "cas.pem", "--ca", "ca.pem", "--crl", "crl.pem"];
    const holder = [
      "--csr",
      "new.csr.pem",
      "--key",
      "new.key.pem",
      "--crt",
      "new.crt.pem",
      "--on-renew",
      "echo the hook ran",
    ];
    const command = [...pairing.client.updater, "--ca-url", server.url, ...stores, ...holder];
    await using updater = new RunningProcess(command, { cwd });
    await updater.waitFor("the hook ran");
    await updater.stop();
    const certificate = await showCertificate(cwd, "new.crt.pem");
    assert.equal(certificate.subject, "CN=old");
    assert.match(certificate.text, /DNS:old\.example/);
    assert.equal(certificate.publicKey, await publicKeyOf(cwd, "new.key.pem"));
    assert.equal(await verify(cwd, { certificate: "new.crt.pem", ca: "ca.pem", crl: "crl.pem" }), "OK");
    assert.equal(await Deno.readTextFile(`${cwd}/cas.pem`), await Deno.readTextFile(`${cwd}/ca.pem`));
  },
);

/** `new.csr.pem` and `new.key.pem` after the template `old.csr.pem`: same subject and extensions, another key. */
async function rerequest({ client }: Pairing, cwd: string): Promise<void> {
  await makeRequest(cwd, {
    name: "old",
    extensions: ["subjectAltName=DNS:old.example", "keyUsage=critical,digitalSignature"],
  });
  const files = ["--template", "old.csr.pem", "--csr", "new.csr.pem", "--key", "new.key.pem"];
  const outcome = await runCommand([...client.rerequest, ...files], { cwd });
  assert.deepEqual(outcome, { status: 0, out: "", err: "" });
  assert.equal(((await Deno.stat(`${cwd}/new.key.pem`)).mode ?? 0) & 0o777, 0o600);
  const [template, made] = [await showRequest(cwd, "old.csr.pem"), await showRequest(cwd, "new.csr.pem")];
  assert.equal(made.names, template.names);
  assert.notEqual(made.publicKey, template.publicKey);
  assert.equal(made.publicKey, await publicKeyOf(cwd, "new.key.pem"));
}
