/** Caddy of Debian 12, unmodified: it serves HTTPS with certificates that it gets by itself. */
import assert from "node:assert/strict";
import { connect } from "node:tls";
import { acmeClientPath, hasOpenssl } from "../../support/requirements.ts";
import { ClientScene } from "./client_scene.ts";
import { verified } from "./verified.ts";

const caddy = acmeClientPath("caddy");

for (const challenge of ["http-01", "tls-alpn-01"] as const) {
  Deno.test({
    name: `caddy: an external account key, and two names by ${challenge}`,
    ignore: caddy === undefined || !hasOpenssl(),
    fn: async () => {
      await using scene = await ClientScene.start(["--acme", "challenge", "--acme-eab", "required"]);
      const { id, hmacKey } = await scene.newEabKey();
      await Deno.writeTextFile(scene.path("Caddyfile"), caddyfile(scene, { id, hmacKey, challenge }));
      const command = [caddy ?? "", "run", "--config", scene.path("Caddyfile"), "--adapter", "caddyfile"];
      await using server = scene.begin(command, { XDG_DATA_HOME: scene.path("data") });
      for (const name of ["one.acme.test", "two.acme.test"]) {
        await Deno.writeTextFile(scene.path("served.pem"), await served(scene.ports.tls, name));
        await verified(scene, scene.path("served.pem"), [name]);
      }
      assert.match(server.written.err, /certificate obtained successfully/);
    },
  });
}

interface Settings {
  readonly id: string;
  readonly hmacKey: string;
  readonly challenge: "http-01" | "tls-alpn-01";
}

function caddyfile(scene: ClientScene, { id, hmacKey, challenge }: Settings): string {
  const other = challenge === "http-01" ? "disable_tlsalpn_challenge" : "disable_http_challenge";
  return `{
	admin off
	http_port ${scene.ports.http}
	https_port ${scene.ports.tls}
	default_bind 127.0.0.1
}
one.acme.test, two.acme.test {
	tls {
		issuer acme {
			dir ${scene.directory}
			trusted_roots ${scene.path("https-ca.pem")}
			eab ${id} ${hmacKey}
			${other}
		}
	}
	respond "hello"
}
`;
}

/** The certificate that a server shows for a name, PEM, once it has one. */
async function served(port: number, servername: string): Promise<string> {
  for (let attempt = 0; attempt < 120; attempt++) {
    const der = await shown(port, servername);
    if (der !== undefined) return `-----BEGIN CERTIFICATE-----\n${der.toBase64()}\n-----END CERTIFICATE-----\n`;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`no certificate for ${servername} came`);
}

function shown(port: number, servername: string): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, servername, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().raw);
      socket.destroy();
    });
    // Not listening yet, or without a certificate.
    socket.on("error", () => resolve(undefined));
  });
}
