/** Everything that the program does with files and processes, once: what it leaves behind is for tests to look at. */
import { utf8 } from "../../core/bytes.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import { buildCsr } from "../../core/x509/csr.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { newKey } from "../support/keys.ts";
import { freePortPair } from "../support/ports.ts";
import { type Outcome, runCommand, RunningProcess } from "../support/process.ts";

/** What a subcommand must be allowed to do, as options of the runtime. */
export type Permissions = readonly string[];

export interface SceneOptions {
  /** All files are in it. */
  readonly folder: string;
  /** The command line of the program for these arguments. */
  readonly command: (args: readonly string[], permissions: Permissions) => readonly string[];
  /** Added to the environment of every process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called while the server has its database open, with its process. */
  readonly onServing?: (server: RunningProcess) => Promise<void> | void;
}

export interface PrivilegeScene {
  /** Standard output and error of every process, by its arguments. */
  readonly said: ReadonlyMap<string, string>;
}

/** The first line of `pass`, for exported CA keys. */
export const PASSPHRASE = "correct horse battery staple";

/** What the hook of the updater does: it shows what it and its parent were given. */
const HOOK =
  "env > hook.env; tr '\\0' '\\n' < /proc/$PPID/cmdline > hook.parent; tr '\\0' '\\n' < /proc/$PPID/environ >> hook.parent";

/**
 * Plays the scene: a server with backups, a user, a service, an updater with a hook, and all of `manage`.
 * @throws Error with its output when a process does not succeed
 */
export async function playScene(options: SceneOptions): Promise<PrivilegeScene> {
  const stage = new PrivilegeStage(options);
  await stage.prepare();
  const first = await stage.serve();
  try {
    await becomeUser(stage);
    await options.onServing?.(first);
    await beService(stage);
    await keepUpToDate(stage);
  } finally {
    await stage.stop(first);
  }
  // A start makes the backup that is due, now that there is a user to encrypt it to.
  const second = await stage.serve();
  await second.waitFor("made the backup").finally(() => stage.stop(second));
  await manageAll(stage);
  return stage;
}

async function becomeUser(stage: PrivilegeStage): Promise<void> {
  await stage.run(["rerequest", "--template", "template.csr", "--csr", "user.csr", "--key", "user.key"], stage.files);
  await stage.run(["rerequest", "--template", "template.csr", "--csr", "next.csr", "--key", "next.key"], stage.files);
  const id = idIn(await stage.client(["--mode", "user", "--send-csr", "user.csr"]));
  await stage.client(["--mode", "user", "--get-crt", id, "user.key"]);
  await stage.client(["--user-key", "user.key", "--list-csr"]);
}

async function beService(stage: PrivilegeStage): Promise<void> {
  await stage.run(
    ["rerequest", "--template", "template.csr", "--csr", "service.csr", "--key", "service.key"],
    stage.files,
  );
  const id = idIn(await stage.client(["--send-csr", "service.csr"]));
  await stage.client(["--get-crt", id, "service.crt"]);
  await stage.client(["--threshold", "93", "--renew-crt", "service.crt", "service.key"]);
  await stage.client(["--show-ca", "--update-user"]);
  await stage.run(["probe", stage.url], stage.network);
}

async function keepUpToDate(stage: PrivilegeStage): Promise<void> {
  const stores = ["--cas-ca", "stores.d/", "--ca", "stores.d/", "--crl", "crls.d/"];
  const own = ["--crt", "host.crt", "--key", "host.key", "--subject", "CN=host", "--key-len", "2048"];
  const arguments_ = ["updater", "--ca-url", stage.url, ...stores, ...own];
  await stage.run([...arguments_, "--once", "--log-format", "json", "--on-renew", HOOK], [
    ...stage.network,
    ...stage.files,
    "--allow-run=/bin/sh",
  ]);
  await stage.run([...arguments_, "--status"], stage.files);
}

async function manageAll(stage: PrivilegeStage): Promise<void> {
  const [backup = ""] = [...Deno.readDirSync(`${stage.folder}/backups`)].map(({ name }) => `backups/${name}`);
  const temporary = [`--allow-read=${stage.folder},${temporaryFolder()}`, `--allow-write=${temporaryFolder()}`];
  await stage.run(["key-id", "--private-key", "user.key", "--backup", backup], stage.reading);
  await stage.run(["manage", "--verify-backup", backup, "user.key"], temporary);
  const restore = ["--db", "restored.sqlite", "--restore-backup", backup, "user.key", "next.csr", "next.crt"];
  await stage.run(["manage", ...restore], stage.files);
  const secret = ["--passphrase-file", "pass"];
  await stage.run(["manage", "--db", "restored.sqlite", "--export-ca", "exported.pem", ...secret], stage.files);
  await stage.run(["manage", "--db", "imported.sqlite", "--import-ca", "exported.pem", ...secret], stage.files);
}

function idIn(output: string): string {
  const [id = ""] = /^\d+/m.exec(output) ?? [];
  return id;
}

/** Where the runtime makes temporary files. */
function temporaryFolder(): string {
  return Deno.env.get("TMPDIR") ?? "/tmp";
}

class PrivilegeStage implements PrivilegeScene {
  readonly said = new Map<string, string>();
  readonly folder: string;
  readonly files: Permissions;
  readonly reading: Permissions;
  readonly #port = freePortPair();

  constructor(private readonly options: SceneOptions) {
    this.folder = options.folder;
    this.reading = [`--allow-read=${this.folder}`];
    this.files = [...this.reading, `--allow-write=${this.folder}`];
  }

  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  get network(): Permissions {
    return [`--allow-net=localhost:${this.#port},localhost:${this.#port + 1}`];
  }

  async prepare(): Promise<void> {
    const signer = await signerFor(await newKey("P-256"));
    const template = await buildCsr({ subject: commonNameDer("template"), extensions: [] }, signer);
    await Deno.writeFile(`${this.folder}/template.csr`, utf8(template));
    await Deno.writeTextFile(`${this.folder}/pass`, `${PASSPHRASE}\n`);
    await Deno.mkdir(`${this.folder}/backups`);
  }

  /**
   * Its worker for backups loads modules, so it may read the program as well; and it listens for a moment to look at
   * its TLS.
   */
  async serve(): Promise<RunningProcess> {
    const place = ["--netloc", `localhost:${this.#port}`, "--bind", "127.0.0.1"];
    const args = ["serve", ...place, "--backup-directory", "backups", "--service-auto-approve-count", "3"];
    const root = new URL("../../", import.meta.url).pathname;
    const permissions = [
      "--allow-net=127.0.0.1",
      `--allow-read=${this.folder},${root}`,
      `--allow-write=${this.folder}`,
    ];
    const { env } = this.options;
    const process = new RunningProcess(this.options.command(args, permissions), {
      cwd: this.folder,
      ...(env && { env }),
    });
    await process.waitFor("Listening on");
    return process;
  }

  async stop(server: RunningProcess): Promise<void> {
    this.#keep("serve", await server.stop());
  }

  client(args: readonly string[]): Promise<string> {
    return this.run(["client", "--ca-url", this.url, ...args], [...this.network, ...this.files]);
  }

  /** Its standard output. */
  async run(args: readonly string[], permissions: Permissions): Promise<string> {
    const { env } = this.options;
    const command = this.options.command(args, permissions);
    return this.#keep(args.join(" "), await runCommand(command, { cwd: this.folder, ...(env && { env }) }));
  }

  #keep(name: string, { status, out, err }: Outcome): string {
    this.said.set(name, `${this.said.get(name) ?? ""}${out}${err}`);
    if (status !== 0) throw new Error(`${name} ended with ${status}:\n${out}${err}`);
    return out;
  }
}
