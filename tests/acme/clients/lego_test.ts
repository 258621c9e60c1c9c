/** lego of Debian 12, unmodified: it is older than addresses as identifiers, and calls them host names. */
import assert from "node:assert/strict";
import { acmeClientPath, hasOpenssl } from "../../support/requirements.ts";
import { ClientScene } from "./client_scene.ts";
import { requireRevoked, verified } from "./verified.ts";

const lego = acmeClientPath("lego");
const ignore = lego === undefined || !hasOpenssl();

/** `exec` of lego's DNS providers: `present NAME. VALUE`, `cleanup NAME. VALUE`. */
const DNS_HOOK = '[ "$1" = cleanup ] || echo "$3" >> "$TXT/${2%.}"';

function legoIn(scene: ClientScene) {
  const common = ["--server", scene.directory, "--path", scene.path("lego"), "--accept-tos", "--email", "a@acme.test"];
  return {
    run: (...args: readonly string[]) => scene.run([lego ?? "", ...common, ...args]),
    command: (...args: readonly string[]) => [lego ?? "", ...common, ...args],
    certificate: (name: string) => scene.path(`lego/certificates/${name}.crt`),
  };
}

const http = ({ ports }: ClientScene) => ["--http", "--http.port", `127.0.0.1:${ports.http}`];

Deno.test({
  name: "lego: several names, renew, tls-alpn-01, wildcard by dns-01, revoke",
  ignore,
  fn: async () => {
    await using scene = await ClientScene.start(["--acme", "challenge"]);
    const { run, certificate } = legoIn(scene);
    const names = ["www.acme.test", "mail.acme.test"];
    await run(...names.flatMap((name) => ["-d", name]), ...http(scene), "run");
    const first = await verified(scene, certificate("www.acme.test"), names);
    await run(...names.flatMap((name) => ["-d", name]), ...http(scene), "renew", "--days", "1000", "--no-random-sleep");
    assert.notEqual(await verified(scene, certificate("www.acme.test"), names), first);

    await run("-d", "tls.acme.test", "--tls", "--tls.port", `127.0.0.1:${scene.ports.tls}`, "run");
    await verified(scene, certificate("tls.acme.test"), ["tls.acme.test"]);

    const hook = await scene.script("dns-hook", DNS_HOOK);
    const dns = ["--dns", "exec", "--dns.disable-cp"];
    await scene.run(legoIn(scene).command("-d", "*.wild.acme.test", ...dns, "run"), { EXEC_PATH: hook });
    await verified(scene, certificate("_.wild.acme.test"), ["*.wild.acme.test"]);

    await run("-d", "tls.acme.test", "revoke", "--keep");
    await requireRevoked(scene, certificate("tls.acme.test"));
  },
});

Deno.test({
  name: "lego: an external account key, and waiting until a person signs",
  ignore,
  fn: async () => {
    await using scene = await ClientScene.start(["--acme", "both", "--acme-eab", "required"]);
    const { id, hmacKey } = await scene.newEabKey();
    const { command, certificate } = legoIn(scene);
    const args = ["--eab", "--kid", id, "--hmac", hmacKey, "-d", "www.acme.test", ...http(scene), "run"];
    await using client = scene.begin(command(...args));
    await scene.caucase("csr", "sign", (await scene.pendingRequest()).id, "--yes");
    const { status, out, err } = await client.ended;
    assert.equal(status, 0, `${out}${err}`);
    await verified(scene, certificate("www.acme.test"), ["www.acme.test"]);
  },
});
