/** Client certificates, and the change of the server's own. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import { decodePem } from "../../core/pem.ts";
import { type Listening, listening, newIdentity } from "../../tests/support/listening.ts";
import { hasOpenssl, opensslPath } from "../../tests/support/requirements.ts";
import { RawClient } from "../../tests/support/raw_client.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import type { Handler } from "./exchange.ts";

const client = await newIdentity();
const other = await newIdentity();

/** Answers with the client's certificate in hexadecimal. */
const showCertificate: Handler = ({ clientCertificate }) => ({
  status: 200,
  body: clientCertificate?.toHex() ?? "none",
});

Deno.test("clientCertificate is what the client presented, of whatever CA, or undefined", async (t) => {
  await using server = await listening(showCertificate);
  server.listeners.replaceCertificate({ ...(await newIdentity()), ca: [client.cert] });
  const cases = { "of the CA that is asked for": client, "of another CA": other, "without one": undefined };
  for (const [name, identity] of Object.entries(cases)) {
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      await t.step(`${name}, ${version}`, async () => {
        using raw = new RawClient(await connected(server, { version, identity }));
        for (const _ of ["once", "again on the same connection"]) {
          raw.request("GET", "/");
          assert.equal((await raw.response()).body, identity?.der.toHex() ?? "none");
        }
      });
    }
  }
});

Deno.test("a request over plain HTTP has no client certificate", async () => {
  await using server = await listening(showCertificate);
  using raw = await RawClient.tcp(server.http);
  raw.request("GET", "/");
  assert.equal((await raw.response()).body, "none");
});

Deno.test("each connection has its own client certificate when they alternate", async () => {
  await using server = await listening(showCertificate);
  using mine = await RawClient.tls(server.https, client);
  using none = await RawClient.tls(server.https);
  using theirs = await RawClient.tls(server.https, other);
  for (const [raw, expected] of [[mine, client], [theirs, other], [none, undefined], [mine, client]] as const) {
    raw.request("GET", "/");
    assert.equal((await raw.response()).body, expected?.der.toHex() ?? "none");
  }
});

Deno.test({
  name: "a resumed session has the certificate it began with, whatever the client offers now",
  ignore: !hasOpenssl(),
  async fn(t) {
    await using server = await listening(showCertificate);
    await using temporary = await tempFolder();
    const { path: folder } = temporary;
    const files = { client: `${folder}/client.pem`, other: `${folder}/other.pem`, session: `${folder}/session` };
    await Deno.writeTextFile(files.client, client.key + client.cert);
    await Deno.writeTextFile(files.other, other.key + other.cert);
    for (const version of ["-tls1_2", "-tls1_3"]) {
      await t.step(version, async () => {
        const ask = (...options: string[]) => askWithOpenssl(server, [version, ...options]);
        const first = await ask("-cert", files.client, "-sess_out", files.session);
        assert.match(first, /^Acceptable client certificate CA names$/m);
        assert.ok(first.includes(client.der.toHex()));
        for (const options of [["-cert", files.client], ["-cert", files.other], []]) {
          const resumed = await ask(...options, "-sess_in", files.session);
          assert.match(resumed, /^Reused, /m);
          assert.ok(resumed.includes(client.der.toHex()));
        }
      });
    }
  },
});

/** What `openssl s_client` prints of a session in which it makes one request. */
async function askWithOpenssl(server: Listening, options: readonly string[]): Promise<string> {
  const args = ["s_client", "-connect", `127.0.0.1:${server.https}`, "-ign_eof", ...options];
  const child = new Deno.Command(opensslPath() ?? "openssl", {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
  const { stdout } = await child.output();
  await input.close().catch(() => {});
  return new TextDecoder("latin1").decode(stdout);
}

Deno.test("TLS 1.1 is refused", async () => {
  await using server = await listening(showCertificate);
  const socket = connect({ ...to(server), minVersion: "TLSv1", maxVersion: "TLSv1.1" });
  const [error] = await once(socket, "error");
  assert.ok(error instanceof Error);
});

Deno.test("replaceCertificate() shows new connections the new certificate and keeps the old connections", async () => {
  await using server = await listening(showCertificate);
  const before = await connected(server, { version: "TLSv1.3", identity: client });
  const old = shownCertificate(before);
  const replacement = await newIdentity();
  server.listeners.replaceCertificate({ key: replacement.key, cert: replacement.cert, ca: [other.cert] });
  const after = await connected(server, { version: "TLSv1.3", identity: other });
  assert.equal(shownCertificate(after), decodePem(replacement.cert)[0]?.der.toHex());
  assert.notEqual(old, shownCertificate(after));
  for (const [socket, identity] of [[before, client], [after, other]] as const) {
    using raw = new RawClient(socket);
    raw.request("GET", "/");
    assert.equal((await raw.response()).body, identity.der.toHex());
  }
});

interface ClientSide {
  readonly version: "TLSv1.2" | "TLSv1.3";
  readonly identity: { readonly key: string; readonly cert: string } | undefined;
}

async function connected(server: Listening, { version, identity }: ClientSide): Promise<TLSSocket> {
  const mine = identity && { key: identity.key, cert: identity.cert };
  const socket = connect({ ...to(server), ...mine, minVersion: version, maxVersion: version });
  await once(socket, "secureConnect");
  assert.equal(socket.getProtocol(), version);
  return socket;
}

function to(server: Listening) {
  return { host: "127.0.0.1", port: server.https, rejectUnauthorized: false };
}

function shownCertificate(socket: TLSSocket): string {
  return new Uint8Array(socket.getPeerCertificate().raw).toHex();
}
