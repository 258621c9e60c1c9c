/** tls-alpn-01 before a TLS server that others wrote. */
import assert from "node:assert/strict";
import { randomBytes } from "../../../core/host/random.ts";
import { privateKeyToPem } from "../../../core/keys/private_key.ts";
import { signerFor } from "../../../core/keys/signer.ts";
import { encodePem, PEM_LABEL } from "../../../core/pem.ts";
import { acmeCertificate } from "../../../tests/support/acme_tls.ts";
import { testKey, type TestKeyKind } from "../../../tests/support/keys.ts";
import { freePortPair } from "../../../tests/support/ports.ts";
import { opensslPath } from "../../../tests/support/requirements.ts";
import { inFolder } from "../../../tests/support/temp_folder.ts";
import { failureOf, KEY_AUTHORIZATION, testNetwork } from "../../../tests/support/validation.ts";
import { tryTlsAlpn01 } from "./tls_alpn_01.ts";

const openssl = opensslPath();

function tryAt(port: number): Promise<void> {
  const proof = { host: "www.example", keyAuthorization: KEY_AUTHORIZATION };
  return tryTlsAlpn01(proof, { network: testNetwork(), port, random: randomBytes }, new AbortController().signal);
}

/** Runs `openssl s_server` with the right certificate. */
async function withServer(kind: TestKeyKind, args: readonly string[], run: (port: number) => Promise<void>) {
  const key = await testKey(kind);
  const certificate = await acmeCertificate(await signerFor(key));
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/key.pem`, privateKeyToPem(key));
    await Deno.writeTextFile(`${folder}/cert.pem`, encodePem(PEM_LABEL.CERTIFICATE, certificate));
    const port = freePortPair();
    const files = ["-cert", `${folder}/cert.pem`, "-key", `${folder}/key.pem`];
    const accept = ["s_server", "-accept", `127.0.0.1:${port}`, "-naccept", "1"];
    const command = new Deno.Command(openssl ?? "", {
      args: [...accept, ...files, ...args],
      // Whose end would end connections.
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    });
    await using server = command.spawn();
    const lines = server.stdout.pipeThrough(new TextDecoderStream());
    // It says so once it listens.
    let said = "";
    for await (const text of lines.values({ preventCancel: true })) if ((said += text).includes("ACCEPT")) break;
    await run(port);
    await server.stdin.close();
    await lines.cancel();
  });
}

const SERVERS: [kind: TestKeyKind, args: string[]][] = [
  ["P-256", []],
  ["P-256", ["-max_send_frag", "512"]],
  ["P-384", []],
  ["Ed25519", []],
  ["RSA", []],
  ["RSA", ["-sigalgs", "RSA+SHA256"]],
  ["RSA", ["-tls1_2", "-groups", "P-256"]],
];

for (const [kind, args] of SERVERS) {
  Deno.test({
    name: `tls-alpn-01 is proved by openssl s_server with a key of the kind ${kind} ${args.join(" ")}`,
    ignore: openssl === undefined,
    fn: () => withServer(kind, ["-alpn", "acme-tls/1", ...args], tryAt),
  });
}

const REFUSED: Record<string, [args: string[], detail: RegExp]> = {
  "speaks TLS 1.3 alone": [["-alpn", "acme-tls/1", "-tls1_3"], /does not speak TLS 1\.2/],
  "has another protocol": [["-alpn", "h2"], /does not offer the protocol|chose is none/],
  "has no protocol": [[], /chose is none/],
};

for (const [name, [args, detail]] of Object.entries(REFUSED)) {
  Deno.test({
    name: `tls-alpn-01 is not proved by openssl s_server that ${name}`,
    ignore: openssl === undefined,
    fn: () =>
      withServer("P-256", args, async (port) => {
        const failure = await failureOf(tryAt(port));
        assert.match(failure.detail, detail);
        assert.equal(failure.type, "tls");
      }),
  });
}
