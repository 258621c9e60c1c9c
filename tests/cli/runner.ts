/** Runs the scripts of this folder, see README.md, with the real program against real servers. */
import assert from "node:assert/strict";
import { basename } from "node:path";
import { ApiClient } from "../../cli/net/api_client.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { buildCsr } from "../../core/x509/csr.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { newKey, testKey } from "../support/keys.ts";
import { runCommand } from "../support/process.ts";
import { csrFor } from "../support/requests.ts";
import { OUR_PROGRAM, type ServerProcess, startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { expectLines, type FileStep, parseScript, type RequestStep, type RunStep, type Step } from "./script.ts";
import type { Variables } from "./script.ts";

/** What scripts find when they begin: the server, a user of it, and the program as a command. */
export interface Stage {
  readonly url: string;
  /** The first user's key and certificate, PEM. */
  readonly alice: string;
  /** Id of the first user's request, which was signed unasked. */
  readonly aliceId: string;
}

const CASES = new URL("../vectors/cases", import.meta.url).pathname;

interface Scene {
  readonly folder: string;
  readonly variables: Variables;
}

/** Starts a server and makes Alice its first user. */
export async function openStage(server: ServerProcess): Promise<Stage> {
  const api = new ApiClient(server.url, "cau");
  const key = await newKey("P-256");
  const aliceId = await api.submit(await csrFor(key, "alice"));
  return { url: server.url, alice: keyPem(key) + await api.certificate(aliceId), aliceId };
}

/** Runs the script at `path`. @throws Error that names script and line of the first step that goes wrong */
export async function runScript(path: string, shared: Stage): Promise<void> {
  const { server, steps } = parseScript(await Deno.readTextFile(path));
  await using root = await tempFolder("caucase-script-");
  await using own = server && await startServer({ folder: root.path, options: server });
  const stage = own ? await openStage(own) : shared;
  const scene = await setScene(`${root.path}/work`, stage);
  for (const step of steps) {
    try {
      await runStep(step, scene);
    } catch (error) {
      throw new Error(`${basename(path)}:${step.line}: ${error instanceof Error ? error.message : error}`);
    }
  }
}

async function setScene(folder: string, { url, alice, aliceId }: Stage): Promise<Scene> {
  await Deno.mkdir(`${folder}/.bin`, { recursive: true });
  const program = `#!/bin/sh\nexec ${OUR_PROGRAM.map((word) => `'${word}'`).join(" ")} "$@"\n`;
  await Deno.writeTextFile(`${folder}/.bin/caucase`, program, { mode: 0o755 });
  await Deno.writeTextFile(`${folder}/alice.pem`, alice, { mode: 0o600 });
  const port = new URL(url).port;
  const httpsUrl = `https://localhost:${Number(port) + 1}`;
  const whereabouts = [["URL", url], ["HTTPS", httpsUrl], ["CASES", CASES]] as const;
  return { folder, variables: new Map([...whereabouts, ["PORT", port], ["ALICE", aliceId]]) };
}

async function runStep(step: Step, scene: Scene): Promise<void> {
  switch (step.kind) {
    case "run":
      return await runShell(step, scene);
    case "request":
      return await makeRequest(step, scene);
    case "file":
      return await checkFile(step, scene);
    case "no file":
      return await assert.rejects(Deno.lstat(`${scene.folder}/${step.path}`), Deno.errors.NotFound, "it is there");
  }
}

async function runShell({ command, stdout, stderr, exit }: RunStep, { folder, variables }: Scene): Promise<void> {
  const env = { ...Object.fromEntries(variables), PATH: `${folder}/.bin:${Deno.env.get("PATH")}` };
  const outcome = await runCommand(["sh", "-c", `umask 022; ${command}`], { cwd: folder, env });
  expectLines(outcome.err, stderr, { name: `stderr of ${command}`, variables });
  expectLines(outcome.out, stdout, { name: `stdout of ${command}`, variables });
  assert.equal(outcome.status, exit, `exit ${outcome.status}, not ${exit}: ${command}\n${outcome.out}${outcome.err}`);
}

async function makeRequest({ name, keyKind, commonName }: RequestStep, { folder }: Scene): Promise<void> {
  // RSA keys are shared between scripts: they cost a third of a second each.
  const key = keyKind === "RSA" ? await testKey(keyKind) : await newKey(keyKind);
  await Deno.writeTextFile(`${folder}/${name}.key.pem`, keyPem(key), { mode: 0o600 });
  const csr = await buildCsr({ subject: commonNameDer(commonName), extensions: [] }, await signerFor(key));
  await Deno.writeTextFile(`${folder}/${name}.csr.pem`, csr);
}

async function checkFile({ path, mode, labels }: FileStep, { folder }: Scene): Promise<void> {
  const file = `${folder}/${path}`;
  const permissions = ((await Deno.stat(file)).mode ?? 0) & 0o777;
  if (mode !== undefined) assert.equal(permissions.toString(8), mode.toString(8), "mode");
  if (labels === undefined) return;
  const text = await Deno.readTextFile(file);
  assert.deepEqual([...text.matchAll(/-----BEGIN (.*)-----/g)].map(([, label]) => label), labels);
}

function keyPem(key: PrivateKey): string {
  return encodePem(PEM_LABEL.PKCS8, key.pkcs8);
}
