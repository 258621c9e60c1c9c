/** TLS sessions that outlive what they began with: a ticket is no certificate. */
import assert from "node:assert/strict";
import { holderFrom, runAgedServer } from "../support/aged_server.ts";
import { type Holder, revokeSerial } from "../support/desk.ts";
import { NOW } from "../support/issuing.ts";
import { hasOpenssl, opensslPath } from "../support/requirements.ts";
import type { TestServer } from "../support/running_server.ts";
import { tempFolder } from "../support/temp_folder.ts";

const VERSIONS = ["-tls1_2", "-tls1_3"] as const;

Deno.test({
  name: "a session that was begun before the revocation, or the end, of its certificate is good for nothing",
  ignore: !hasOpenssl(),
  async fn(t) {
    await using aged = await runAgedServer();
    await using folder = await tempFolder();
    const { server, cau } = aged;
    const admin = await holderFrom(cau);
    const ends: Record<string, (user: Holder) => Promise<void>> = {
      async revoked({ certificate: { serial } }) {
        assert.equal((await revokeSerial(server, admin, { ca: "cau", serial })).status, 204);
      },
      expired: ({ certificate: { notAfter } }) => Promise.resolve(server.clock.set(notAfter + 1)),
    };
    for (const [how, end] of Object.entries(ends)) {
      for (const version of VERSIONS) {
        await t.step(`${how}, ${version}`, async () => {
          server.clock.set(NOW);
          const user = await holderFrom(cau, { notAfter: NOW + 600 });
          const files = { identity: `${folder.path}/user.pem`, session: `${folder.path}/session` };
          await Deno.writeTextFile(files.identity, user.key + user.cert);
          const first = await askWithOpenssl(server, [version, "-cert", files.identity, "-sess_out", files.session]);
          assert.match(first, /HTTP\/1\.1 200 /);
          const resume = () => askWithOpenssl(server, [version, "-sess_in", files.session]);
          const before = await resume();
          assert.match(before, /^Reused, /m);
          assert.match(before, /HTTP\/1\.1 200 /, "the session itself stands for the certificate");
          await end(user);
          const after = await resume();
          assert.match(after, /^Reused, /m, "so that what follows is not for want of a session");
          assert.match(after, /HTTP\/1\.1 401 /);
        });
      }
    }
  },
});

/**
 * What `openssl s_client` prints of a session in which it asks once for what is for users; the answer may begin within
 * a line.
 */
async function askWithOpenssl(server: TestServer, options: readonly string[]): Promise<string> {
  const args = ["s_client", "-connect", `127.0.0.1:${server.port + 1}`, "-ign_eof", ...options];
  const command = new Deno.Command(opensslPath() ?? "openssl", {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  });
  const child = command.spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode("GET /cas/csr HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
  const { stdout } = await child.output();
  // Ended by then: the pipe may be broken already.
  await input.close().catch(() => {});
  return new TextDecoder("latin1").decode(stdout);
}
