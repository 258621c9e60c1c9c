/** dehydrated, uacme and acme-tiny of Debian 12, unmodified. */
import assert from "node:assert/strict";
import { type AcmeClientName, acmeClientPath, hasOpenssl } from "../../support/requirements.ts";
import { ClientScene } from "./client_scene.ts";
import { requireRevoked, verified } from "./verified.ts";

const NAMES = ["www.acme.test", "mail.acme.test"];
const CHALLENGES = "www/.well-known/acme-challenge";

function clientTest(client: AcmeClientName, what: string, fn: (file: string) => Promise<void>): void {
  const file = acmeClientPath(client);
  const ignore = file === undefined || !hasOpenssl();
  Deno.test({ name: `${client}: ${what}`, ignore, fn: () => fn(file ?? "") });
}

clientTest(
  "dehydrated",
  "register, several names, renew, wildcard by dns-01, revoke, change of the key",
  async (file) => {
    await using scene = await ClientScene.start(["--acme", "challenge"]);
    await using _files = scene.serveFiles();
    const hook = await scene.script(
      "dns-hook",
      '[ "$1" != deploy_challenge ] || echo "$4" >> "$TXT/_acme-challenge.$2"',
    );
    const configuration = [
      ...[`CA="${scene.directory}"`, `WELLKNOWN="${scene.path(CHALLENGES)}"`, `BASEDIR="${scene.path("dehydrated")}"`],
      ...[
        'CONTACT_EMAIL="admin@acme.test"',
        "KEY_ALGO=secp384r1",
        `CURL_OPTS="--cacert ${scene.path("https-ca.pem")}"`,
      ],
    ];
    await Deno.mkdir(scene.path("dehydrated"));
    await Deno.writeTextFile(scene.path("dehydrated.conf"), configuration.join("\n"));
    const run = (...args: readonly string[]) => scene.run([file, "--config", scene.path("dehydrated.conf"), ...args]);
    const certificate = (name: string) => scene.path(`dehydrated/certs/${name}/fullchain.pem`);
    await run("--register", "--accept-terms");
    await run("--cron", "--domain", NAMES.join(" "));
    const first = await verified(scene, certificate("www.acme.test"), NAMES);
    await run("--cron", "--force", "--domain", NAMES.join(" "));
    assert.notEqual(await verified(scene, certificate("www.acme.test"), NAMES), first);

    const dns = ["--challenge", "dns-01", "--hook", hook];
    await run("--cron", ...dns, "--domain", "*.wild.acme.test", "--alias", "wild");
    await verified(scene, certificate("wild"), ["*.wild.acme.test"]);
    const kept = scene.path("kept.pem");
    await Deno.copyFile(certificate("wild"), kept);
    await run("--revoke", scene.path("dehydrated/certs/wild/cert.pem"));
    await requireRevoked(scene, kept);
  },
);

/** uacme as Debian builds it knows the CAs of the system alone: here, a view of the file system that has ours there. */
function withSystemCa(scene: ClientScene, command: readonly string[]): readonly string[] {
  const bind = 'mount --bind "$1" /etc/ssl/certs/ca-certificates.crt && shift && exec "$@"';
  const unshare = ["unshare", Deno.uid() === 0 ? "-m" : "-rm"];
  return [...unshare, "sh", "-c", bind, "sh", scene.path("https-ca.pem"), ...command];
}

clientTest(
  "uacme",
  "register, several names, renew, wildcard by dns-01, an address, change of the key, revoke",
  async (file) => {
    await using scene = await ClientScene.start(["--acme", "challenge"]);
    await using _files = scene.serveFiles();
    const hook = await scene.script(
      "hook",
      `case "$1 $2" in
      "begin $WANTED") ;;
      begin*) exit 1 ;;
      *) exit 0 ;;
    esac
    if [ "$2" = dns-01 ]; then echo "$5" >> "$TXT/_acme-challenge.$3"; else printf %s "$5" > "${CHALLENGES}/$4"; fi`,
    );
    const common = ["--acme-url", scene.directory, "--confdir", scene.path("uacme"), "--yes"];
    const runFor = (WANTED: string, ...args: readonly string[]) =>
      scene.run(withSystemCa(scene, [file, ...common, ...args]), { WANTED });
    const run = (...args: readonly string[]) => runFor("http-01", ...args);
    const certificate = (name: string) => scene.path(`uacme/${name}/cert.pem`);
    await run("new", "admin@acme.test");
    await run("--hook", hook, "issue", ...NAMES);
    const first = await verified(scene, certificate("www.acme.test"), NAMES);
    await run("--hook", hook, "--force", "issue", ...NAMES);
    assert.notEqual(await verified(scene, certificate("www.acme.test"), NAMES), first);

    await run("newkey");
    await runFor("dns-01", "--hook", hook, "issue", "*.wild.acme.test");
    await verified(scene, certificate("wild.acme.test"), ["*.wild.acme.test"]);
    await run("--hook", hook, "issue", "127.0.0.1");
    await verified(scene, certificate("127.0.0.1"), ["127.0.0.1"]);

    const kept = scene.path("kept.pem");
    await Deno.copyFile(certificate("www.acme.test"), kept);
    await run("revoke", certificate("www.acme.test"));
    await requireRevoked(scene, kept);
    await run("deactivate");
  },
);

clientTest("uacme", "an external account key", async (file) => {
  await using scene = await ClientScene.start(["--acme", "challenge", "--acme-eab", "required"]);
  const { id, hmacKey } = await scene.newEabKey();
  const common = ["--acme-url", scene.directory, "--confdir", scene.path("uacme"), "--yes"];
  assert.notEqual((await scene.attempt(withSystemCa(scene, [file, ...common, "new"]))).status, 0);
  await scene.run(withSystemCa(scene, [file, ...common, "--eab", `${id}:${hmacKey}`, "new"]));
  const [account] = JSON.parse(await scene.caucase("acme", "account", "list", "--json"));
  assert.equal(account.eabKey, id);
});

clientTest("acme-tiny", "register, several names, renew", async (file) => {
  await using scene = await ClientScene.start(["--acme", "challenge"]);
  await using _files = scene.serveFiles();
  const openssl = (...args: readonly string[]) => scene.run(["openssl", ...args]);
  await openssl("genrsa", "-out", "account.key", "2048");
  const extension = `subjectAltName=${NAMES.map((name) => `DNS:${name}`).join(",")}`;
  const request = ["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "host.key", "-out", "host.csr"];
  await openssl(...request, "-subj", "/", "-addext", extension);
  const args = ["--account-key", "account.key", "--csr", "host.csr", "--acme-dir", scene.path(CHALLENGES)];
  const more = ["--directory-url", scene.directory, "--disable-check", "--contact", "mailto:admin@acme.test"];
  const serials: bigint[] = [];
  for (const output of ["first.pem", "second.pem"]) {
    const { out } = await scene.run([file, ...args, ...more]);
    await Deno.writeTextFile(scene.path(output), out);
    serials.push(await verified(scene, output, NAMES));
  }
  assert.notEqual(serials[0], serials[1]);
});
