/**
 * step-ca, as `step ca init` would set it up: a root, an intermediate CA that signs, a JWK provisioner, a badger
 * database, which synchronises its writes. Certificates live for 90 days.
 */
import * as path from "node:path";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import * as v from "valibot";
import { privateKeyToPem } from "../../core/keys/private_key.ts";
import { freePortPair } from "../../tests/support/ports.ts";
import { type BenchCa, type CaKind, newBenchCa } from "./ca_material.ts";
import type { BenchHolder, BenchRequest } from "./holders.ts";
import type { ClientTls } from "./http_client.ts";
import type { Program } from "./program.ts";
import { postRequest } from "./requests.ts";
import { oneTimeToken, type TokenIssuer } from "./step_token.ts";

const [SIGN, RENEW, ROOTS] = ["/1.0/sign", "/1.0/renew", "/roots.pem"];
const FILES = { configuration: "ca.json", root: "root.pem", intermediate: "intermediate.pem", key: "key.pem" };
const DATABASE = "db";
const LIFE_SPAN = "2160h";
const PROVISIONER = "bench";
const HOST = "127.0.0.1";

const SignAnswer = v.object({ crt: v.string() });

/** @param file the program */
export async function stepCa(file: string, caKind: CaKind): Promise<Program> {
  const port = freePortPair();
  const root = await newBenchCa(caKind, "Bench Root CA");
  const intermediate = await newBenchCa(caKind, "Bench Intermediate CA", root);
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const issuer: TokenIssuer = {
    ...{ key: privateKey, provisioner: PROVISIONER, audience: `https://${HOST}:${port}${SIGN}` },
    rootFingerprint: await fingerprint(root),
  };
  const tls: ClientTls = { caCertificate: root.certificatePem };
  const jwk = await exportJWK(publicKey);
  return {
    ...{ name: "step-ca", caKind, port, isCaucase: false, caCertificate: ROOTS, tls },
    command: [file, FILES.configuration],
    setUp: (folder) => writeFiles(folder, { root, intermediate, configuration: configuration(port, jwk) }),
    obtain: async (request) => await obtain(await signBody(issuer, request), `https://${HOST}:${port}${SIGN}`, tls),
    issue: async (requests) => {
      const bodies = await Promise.all(requests.map((request) => signBody(issuer, request)));
      return { tls: [tls], requests: bodies.map((text) => postRequest(port, SIGN, text)) };
    },
    // Who holds a certificate proves it while connecting, and keeps the key.
    renew: (holders) =>
      Promise.resolve({
        tls: holders.map((holder) => ({ ...tls, identity: identityOf(holder) })),
        requests: [postRequest(port, RENEW, "")],
      }),
  };
}

interface Files {
  readonly root: BenchCa;
  readonly intermediate: BenchCa;
  readonly configuration: unknown;
}

async function writeFiles(folder: string, { root, intermediate, configuration }: Files): Promise<void> {
  const write = (name: string, text: string) => Deno.writeTextFile(path.join(folder, name), text);
  await write(FILES.root, root.certificatePem);
  await write(FILES.intermediate, intermediate.certificatePem);
  await write(FILES.key, privateKeyToPem(intermediate.key));
  await write(FILES.configuration, JSON.stringify(configuration, null, 1));
}

/** What `ca.json` says. @see https://smallstep.com/docs/step-ca/configuration/ */
export function configuration(port: number, publicKey: JWK): unknown {
  return {
    ...{ root: FILES.root, crt: FILES.intermediate, key: FILES.key },
    address: `${HOST}:${port}`,
    dnsNames: ["localhost", HOST],
    logger: { format: "text" },
    db: { type: "badgerv2", dataSource: DATABASE, badgerFileLoadingMode: "" },
    authority: {
      claims: { minTLSCertDuration: "5m", maxTLSCertDuration: LIFE_SPAN, defaultTLSCertDuration: LIFE_SPAN },
      provisioners: [{
        type: "JWK",
        name: PROVISIONER,
        key: { ...publicKey, kid: PROVISIONER, use: "sig", alg: "ES256" },
      }],
    },
  };
}

/** A token as old as the server at least, or it would be refused. */
async function signBody(issuer: TokenIssuer, { name, csrPem }: BenchRequest): Promise<string> {
  const ott = await oneTimeToken(issuer, name, Math.floor(Date.now() / 1000));
  return JSON.stringify({ csr: csrPem, ott });
}

async function obtain(body: string, url: string, { caCertificate }: ClientTls): Promise<string> {
  using client = Deno.createHttpClient({ caCerts: [caCertificate] });
  const answer = await fetch(url, { method: "POST", body, client });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`step-ca signs no request: ${answer.status} ${text}`);
  return v.parse(SignAnswer, JSON.parse(text)).crt;
}

function identityOf({ key, certificatePem }: BenchHolder): NonNullable<ClientTls["identity"]> {
  return { cert: certificatePem, key: privateKeyToPem(key) };
}

async function fingerprint({ certificate }: BenchCa): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", certificate.der)).toHex();
}
