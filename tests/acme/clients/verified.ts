/** Certificates that clients got, before openssl: against the CA and its CRL, as anybody would check them. */
import assert from "node:assert/strict";
import type { ClientScene } from "./client_scene.ts";

const VERIFY = ["openssl", "verify", "-crl_check", "-CAfile", "cas.pem", "-CRLfile", "cas.crl"];

/** The certificate in `file`, its first one, must be good and name exactly `names`; its serial number. */
export async function verified(scene: ClientScene, file: string, names: readonly string[]): Promise<bigint> {
  const { status, out, err } = await verify(scene, file);
  assert.equal(status, 0, `${out}${err}`);
  const { out: text } = await scene.run([
    "openssl",
    "x509",
    "-in",
    file,
    "-noout",
    "-serial",
    "-ext",
    "subjectAltName",
  ]);
  const found = [...text.matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(([, name]) => name);
  assert.deepEqual(found.toSorted(), names.toSorted());
  return BigInt(`0x${/serial=([0-9A-F]+)/.exec(text)?.[1]}`);
}

/** The certificate in `file` must be revoked. */
export async function requireRevoked(scene: ClientScene, file: string): Promise<void> {
  const { status, err } = await verify(scene, file);
  assert.notEqual(status, 0);
  assert.match(err, /certificate revoked/);
}

async function verify(scene: ClientScene, file: string) {
  for (const [name, path] of [["cas.pem", "crt/ca.crt.pem"], ["cas.crl", "crl"]] as const) {
    const answer = await fetch(`${scene.server.url}/cas/${path}`);
    await Deno.writeTextFile(scene.path(name), await answer.text());
  }
  return await scene.attempt([...VERIFY, file]);
}
