/** Ours and the reference: one protocol, one kind of database, the same options. */
import * as path from "node:path";
import { privateKeyToPem } from "../../core/keys/private_key.ts";
import { freePortPair } from "../../tests/support/ports.ts";
import { runCommand } from "../../tests/support/process.ts";
import { FROM_SOURCE } from "../../tests/support/server_process.ts";
import { type CaKind, newBenchCa } from "./ca_material.ts";
import { type BenchHolder, type BenchRequest, chosen } from "./holders.ts";
import type { Program } from "./program.ts";
import { CA_CERTIFICATE, CERTIFICATES, renewRequest, SUBMIT, submitRequest } from "./requests.ts";

export const DATABASE = "caucase.sqlite";

/** Everything is signed unasked, and no number of requests is too large. */
const OPTIONS = ["--bind", "127.0.0.1", "--service-auto-approve-count", "100000000", "--service-max-csr", "100000000"];

/** Ours with a CA of its own making, or with an imported one: it makes RSA keys alone. `runtime` are Deno's options. */
export function ours(caKind: CaKind, runtime: readonly string[] = []): Program {
  const [deno = "", run = "", ...rest] = FROM_SOURCE;
  const program = caucase("ours", caKind, [deno, run, ...runtime, ...rest, "serve"]);
  return caKind === "RSA-2048" ? program : { ...program, setUp: (folder) => importCa(folder, caKind) };
}

/** @param folder holds its commands */
export function reference(folder: string): Program {
  return caucase("reference", "RSA-2048", [`${folder}/caucased`]);
}

function caucase(name: Program["name"], caKind: CaKind, command: readonly string[]): Program {
  const port = freePortPair();
  // They are good on every copy of the database, and RSA signatures take their time.
  const renewals = new Map<string, Promise<string>>();
  const renewalOf = (csrPem: string, holder: BenchHolder) => {
    const renewal = renewals.get(csrPem) ?? renewRequest(port, holder, csrPem);
    renewals.set(csrPem, renewal);
    return renewal;
  };
  return {
    ...{ name, caKind, port, isCaucase: true, caCertificate: CA_CERTIFICATE },
    command: [...command, "--netloc", `localhost:${port}`, "--base-port", `${port}`, ...OPTIONS],
    setUp: () => Promise.resolve(),
    obtain: (request) => obtain(`http://127.0.0.1:${port}`, request),
    issue: (requests) =>
      // As a host needs them: the second request fetches what the first one asked for.
      Promise.resolve({ requests: requests.map(({ csrPem }) => submitRequest(port, csrPem)), fetchFrom: CERTIFICATES }),
    renew: async (holders, requests) => ({
      requests: await Promise.all(requests.map(({ csrPem }, index) => renewalOf(csrPem, chosen(holders, index)))),
    }),
  };
}

/** @see docs/migration.md */
async function importCa(folder: string, kind: CaKind): Promise<void> {
  const { certificatePem, key } = await newBenchCa(kind, "Bench CA");
  const file = path.join(folder, "imported.pem");
  await Deno.writeTextFile(file, certificatePem + privateKeyToPem(key));
  const command = [...FROM_SOURCE, "manage", "--db", DATABASE, "--import-ca", "imported.pem"];
  const { status, err } = await runCommand(command, { cwd: folder });
  if (status !== 0) throw new Error(`the CA could not be imported: ${err}`);
  await Deno.remove(file);
}

/** Sends a request to a server that signs at once, and fetches the certificate. */
async function obtain(url: string, { csrPem }: BenchRequest): Promise<string> {
  const headers = { "Content-Type": "application/pkcs10" };
  const sent = await fetch(`${url}${SUBMIT}`, { method: "PUT", headers, body: csrPem });
  await sent.body?.cancel();
  const fetched = await fetch(`${url}${CERTIFICATES}${sent.headers.get("Location")}`);
  const text = await fetched.text();
  if (sent.status !== 201 || fetched.status !== 200) {
    throw new Error(`no certificate for a request: ${sent.status}, then ${fetched.status} ${text}`);
  }
  return text;
}
