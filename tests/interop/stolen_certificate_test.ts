/**
 * Whoever presents a user's certificate without holding its key is refused by the TLS handshake, before a byte of a
 * request is read. The certificate is public: if this failed, anybody could sign as that user.
 */
import assert from "node:assert/strict";
import { type Outcome, runCommand } from "../support/process.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { opensslPath } from "../support/requirements.ts";
import { serverTest } from "./implementation.ts";
import { makeKey, makeRequest, publicKeyOf } from "./openssl.ts";
import { type KeyKind, stolenKey } from "./stolen_key.ts";

const openssl = opensslPath() ?? "openssl";
const PROTOCOLS = ["-tls1_2", "-tls1_3"];
const KINDS: readonly KeyKind[] = ["RSA", "EC"];

/** Only what the handshake lets through is answered, and what is answered is logged. */
const REQUEST = "GET /cas/csr HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

serverTest("a user's certificate without its key is refused in the handshake", async (implementation) => {
  await using folder = await tempFolder();
  const options = ["--user-auto-approve-count", `${KINDS.length}`];
  await using server = await startServer({ folder: folder.path, command: implementation.server, options });
  for (const kind of KINDS) {
    await makeUser(server, kind);
    for (const protocol of PROTOCOLS) await refusesStolen(server, kind, protocol);
  }
  const { out } = await server.stop();
  const served = out.split("\n").filter((line) => line.includes("GET /cas/csr "));
  assert.equal(served.length, KINDS.length * PROTOCOLS.length, `one for each key that was held:\n${served.join("\n")}`);
});

/** `<kind>.key.pem`, `<kind>.crt.pem`, and `<kind>.stolen.pem`, the key that only looks like it. */
async function makeUser(server: ServerProcess, kind: KeyKind): Promise<void> {
  const { folder, url } = server;
  await makeKey(folder, `${kind}.key.pem`, kind);
  await makeRequest(folder, { name: kind, key: `${kind}.key.pem` });
  const body = await Deno.readTextFile(`${folder}/${kind}.csr.pem`);
  const sent = await fetch(`${url}/cau/csr`, {
    method: "PUT",
    body,
    headers: { "content-type": "application/pkcs10" },
  });
  assert.equal(sent.status, 201, await sent.text());
  const answer = await fetch(`${url}/cau/crt/${sent.headers.get("location")}`);
  await Deno.writeTextFile(`${folder}/${kind}.crt.pem`, await answer.text());
  const stolen = await stolenKey(kind, await publicKeyOf(folder, `${kind}.key.pem`));
  await Deno.writeTextFile(`${folder}/${kind}.stolen.pem`, stolen);
}

async function refusesStolen(server: ServerProcess, kind: KeyKind, protocol: string): Promise<void> {
  const certificate = `${kind}.crt.pem`;
  const held = await ask(server, { protocol, certificate, key: `${kind}.key.pem` });
  assert.match(held.out, /^HTTP\/1\.[01] 200 /, `${kind} ${protocol}, with the key: ${held.out}${held.err}`);
  const stolen = await ask(server, { protocol, certificate, key: `${kind}.stolen.pem` });
  const told = `${kind} ${protocol}, without the key: ${stolen.out}${stolen.err}`;
  assert.doesNotMatch(stolen.out, /HTTP/, told);
  assert.match(
    stolen.err,
    /alert (decrypt error|bad signature|handshake failure|access denied)|unexpected eof|write:errno|reset/i,
    told,
  );
}

interface TlsAttempt {
  readonly protocol: string;
  readonly certificate: string;
  readonly key: string;
}

/** One connection, and one request on it. */
function ask(server: ServerProcess, { protocol, certificate, key }: TlsAttempt): Promise<Outcome> {
  const target = ["-connect", `127.0.0.1:${server.port + 1}`, protocol];
  const command = [openssl, "s_client", ...target, "-cert", certificate, "-key", key, "-quiet"];
  return runCommand(command, { cwd: server.folder, input: REQUEST });
}
