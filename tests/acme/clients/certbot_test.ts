/** certbot, unmodified: that of Debian 12, and a newer one that knows ARI. */
import assert from "node:assert/strict";
import { acmeClientPath, hasOpenssl } from "../../support/requirements.ts";
import { ClientScene } from "./client_scene.ts";
import { requireRevoked, verified } from "./verified.ts";

/** Adds the TXT record that certbot asks for. */
const DNS_HOOK = 'echo "$CERTBOT_VALIDATION" >> "$TXT/_acme-challenge.$CERTBOT_DOMAIN"';

function certbotIn(scene: ClientScene, file: string) {
  const folders = ["config", "work", "logs"].flatMap((name) => [`--${name}-dir`, scene.path(`certbot/${name}`)]);
  const common = [...folders, "--non-interactive", "--server", scene.directory];
  return {
    run: (...args: readonly string[]) => scene.run([file, ...args, ...common]),
    attempt: (...args: readonly string[]) => scene.attempt([file, ...args, ...common]),
    command: (...args: readonly string[]) => [file, ...args, ...common],
    /** What it says of answers in full: its own messages leave much out, and Debian's version breaks over some. */
    log: () => Deno.readTextFile(scene.path("certbot/logs/letsencrypt.log")),
    certificate: (name: string) => scene.path(`certbot/config/live/${name}/fullchain.pem`),
  };
}

const ACCOUNT = ["--agree-tos", "-m", "admin@acme.test", "--no-eff-email"];
const standalone = ({ ports }: ClientScene) => [
  ...["--standalone", "--http-01-port", `${ports.http}`, "--http-01-address", "127.0.0.1"],
];

for (const name of ["certbot", "newest certbot"] as const) {
  const file = acmeClientPath(name);

  Deno.test({
    name: `${name}: register, several names, renew, wildcard by dns-01, revoke, unregister`,
    ignore: file === undefined || !hasOpenssl(),
    fn: async () => {
      await using scene = await ClientScene.start(["--acme", "challenge"]);
      const { run, certificate } = certbotIn(scene, file ?? "");
      await run("register", ...ACCOUNT);
      await run("certonly", ...standalone(scene), "-d", "www.acme.test", "-d", "mail.acme.test");
      const first = await verified(scene, certificate("www.acme.test"), ["www.acme.test", "mail.acme.test"]);
      await run("renew", "--no-random-sleep-on-renew", "--force-renewal", ...standalone(scene));
      const second = await verified(scene, certificate("www.acme.test"), ["www.acme.test", "mail.acme.test"]);
      assert.notEqual(first, second);

      const hook = await scene.script("dns-hook", DNS_HOOK);
      const manual = ["--manual", "--preferred-challenges", "dns", "--manual-auth-hook", hook];
      await run("certonly", ...manual, "-d", "*.wild.acme.test", "-d", "wild.acme.test", "--cert-name", "wild");
      await verified(scene, certificate("wild"), ["*.wild.acme.test", "wild.acme.test"]);
      await Deno.copyFile(certificate("wild"), scene.path("wild.pem"));
      await run("revoke", "--cert-name", "wild", "--reason", "superseded", "--no-delete-after-revoke");
      await requireRevoked(scene, scene.path("wild.pem"));

      // By the certificate's own key, as somebody who found it would.
      const www = scene.path("certbot/config/live/www.acme.test");
      await Deno.copyFile(certificate("www.acme.test"), scene.path("www.pem"));
      await run("revoke", "--cert-path", `${www}/cert.pem`, "--key-path", `${www}/privkey.pem`);
      await requireRevoked(scene, scene.path("www.pem"));

      await run("update_account", "-m", "other@acme.test", "--no-eff-email");
      const [account] = JSON.parse(await scene.caucase("acme", "account", "list", "--json"));
      assert.deepEqual(account.contact, ["mailto:other@acme.test"]);
      await run("unregister");
      assert.match(await scene.caucase("acme", "account", "list", "--all"), /deactivated/);
    },
  });

  Deno.test({
    name: `${name}: an external account key, and names that it does not allow`,
    ignore: file === undefined || !hasOpenssl(),
    fn: async () => {
      await using scene = await ClientScene.start(["--acme", "challenge", "--acme-eab", "required"]);
      const { run, attempt, certificate, log } = certbotIn(scene, file ?? "");
      assert.match((await attempt("register", ...ACCOUNT)).err, /externalAccount|external account/i);
      const { id, hmacKey } = await scene.newEabKey("--allow", "*.web.acme.test", "--uses", "1");
      const eab = ["--eab-kid", id, "--eab-hmac-key", hmacKey];
      await run("certonly", ...ACCOUNT, ...eab, ...standalone(scene), "-d", "a.web.acme.test");
      await verified(scene, certificate("a.web.acme.test"), ["a.web.acme.test"]);
      const refused = await attempt("certonly", ...standalone(scene), "-d", "a.acme.test");
      assert.notEqual(refused.status, 0);
      assert.match(await log(), /urn:ietf:params:acme:error:rejectedIdentifier/);
      const [account] = JSON.parse(await scene.caucase("acme", "account", "list", "--json"));
      assert.equal(account.eabKey, id);
    },
  });
}

const certbot = acmeClientPath("certbot");

for (const [decision, verb] of [["signs", "sign"], ["rejects", "reject"]] as const) {
  Deno.test({
    name: `certbot waits until a person ${decision}`,
    ignore: certbot === undefined || !hasOpenssl(),
    fn: async () => {
      await using scene = await ClientScene.start(["--acme", "approval"]);
      const { command, certificate, log } = certbotIn(scene, certbot ?? "");
      const args = ["certonly", ...ACCOUNT, ...standalone(scene), "-d", "www.acme.test"];
      await using client = scene.begin(command(...args));
      const request = await scene.pendingRequest();
      assert.deepEqual(request.dns, ["www.acme.test"]);
      assert.equal(typeof request.account, "string");
      await scene.caucase("csr", verb, request.id, "--yes");
      const { status, out, err } = await client.ended;
      if (verb === "sign") {
        assert.equal(status, 0, `${out}${err}`);
        await verified(scene, certificate("www.acme.test"), ["www.acme.test"]);
      } else {
        assert.notEqual(status, 0);
        assert.match(err, /IssuanceError|a person rejected/);
        assert.match(await log(), /a person rejected the request/);
      }
    },
  });
}

Deno.test({
  name: "certbot that gave up before a person signed gets its certificate when it is started again, and renews unasked",
  ignore: certbot === undefined || !hasOpenssl(),
  fn: async () => {
    await using scene = await ClientScene.start(["--acme", "approval"]);
    const { run, command, certificate } = certbotIn(scene, certbot ?? "");
    const args = ["certonly", ...ACCOUNT, ...standalone(scene), "-d", "www.acme.test"];
    await using client = scene.begin(command(...args));
    const { id } = await scene.pendingRequest();
    await client.stop("SIGTERM");
    await scene.caucase("csr", "sign", id, "--yes");
    await run(...args);
    const first = await verified(scene, certificate("www.acme.test"), ["www.acme.test"]);
    await run("renew", "--no-random-sleep-on-renew", "--force-renewal", ...standalone(scene));
    assert.notEqual(await verified(scene, certificate("www.acme.test"), ["www.acme.test"]), first);
    assert.deepEqual(JSON.parse(await scene.caucase("csr", "list", "--json")), []);
  },
});

const newest = acmeClientPath("newest certbot");

Deno.test({
  name: "newest certbot renews at once what ARI says is over, and says which certificate it replaces",
  ignore: newest === undefined || !hasOpenssl(),
  fn: async () => {
    await using scene = await ClientScene.start(["--acme", "challenge"]);
    const { run, certificate } = certbotIn(scene, newest ?? "");
    await run("certonly", ...ACCOUNT, ...standalone(scene), "-d", "www.acme.test");
    const file = certificate("www.acme.test");
    const first = await verified(scene, file, ["www.acme.test"]);
    await scene.caucase("cert", "revoke", `${first}`, "--yes");
    await run("renew", "--no-random-sleep-on-renew", ...standalone(scene));
    assert.notEqual(await verified(scene, file, ["www.acme.test"]), first);
    const log = await Deno.readTextFile(scene.path("server/access.log"));
    assert.match(log, /GET \/acme\/renewal-info\/\S+ /);
  },
});
