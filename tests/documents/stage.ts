/**
 * The machine that a document is played on: a folder with a home and a root of its own, where the programs of
 * `programs/` come before the system's.
 */
import { dirname } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { freePortPair } from "../support/ports.ts";
import { OUR_PROGRAM } from "../support/server_process.ts";
import { placed, type Places, PROJECT } from "./places.ts";
import { findProgram, HAPROXY, NGINX, OPENVPN, POSTGRESQL } from "./other_programs.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { type Background, ShellSession } from "./shell.ts";

/** What a clone of the project has, as far as commands of documents use it. */
const LINKED = ["main.ts", "cli", "core", "server", "docs"];

/** What stages have in common that are set up one after the other. */
export interface Bench extends AsyncDisposable {
  /** The same ones each time: CA certificates name them, so that a CA can serve again. */
  readonly ports: Omit<Places, "root">;
  /** A folder for what takes time to make, from one stage to the next. */
  readonly kept: string;
}

export async function openBench(): Promise<Bench> {
  const { path: kept, [Symbol.asyncDispose]: dispose } = await tempFolder("caucase-doc-kept-");
  const ports = { publicPort: freePortPair(), port: freePortPair(), webPort: freePortPair(), opsPort: freePortPair() };
  return { ports, kept, [Symbol.asyncDispose]: dispose };
}

/** What every machine has. */
const FOLDERS = [
  ...["program", "home", "work", "scratch", "run", "root/srv", "root/var/lib", "root/usr/local/bin"],
  ...["root/etc/systemd/system", "root/etc/sysusers.d"],
];

const DENO_VERSION = Deno.version.deno;

export interface StageOptions {
  /** Whether the working folder is a clone of the project; else it is empty. */
  readonly clone?: boolean;
  /** The folder below that in which the document's commands are typed. */
  readonly folder?: string;
  /** Whether the program is there from the beginning, in `/usr/local/bin`. True unless given. */
  readonly installed?: boolean;
}

export class Stage implements AsyncDisposable {
  readonly places: Places;
  readonly shell: ShellSession;
  readonly #running: Background[] = [];

  private constructor(private readonly bench: Bench, readonly folder: string, private readonly begin: string) {
    this.places = { root: `${folder}/root`, ...bench.ports };
    this.shell = new ShellSession({ cwd: `${folder}/work`, scratch: `${folder}/scratch`, env: this.#environment() });
  }

  static async open(bench: Bench, options: StageOptions = {}): Promise<Stage> {
    const { clone = false, folder: begin = ".", installed = true } = options;
    const folder = await Deno.makeTempDir({ prefix: "caucase-doc-" });
    // Daemons that give up root must get at their files.
    await Deno.chmod(folder, 0o755);
    for (const name of FOLDERS) await Deno.mkdir(`${folder}/${name}`, { recursive: true });
    const stage = new Stage(bench, folder, `${folder}/work/${begin}`);
    await stage.#writeProgram(`${folder}/program/caucase`);
    if (installed) await Deno.copyFile(`${folder}/program/caucase`, `${stage.places.root}/usr/local/bin/caucase`);
    await Deno.writeTextFile(`${folder}/shown`, "");
    await Deno.writeTextFile(`${folder}/passphrase`, "correct horse battery staple\n");
    await Deno.writeTextFile(`${folder}/home/.curlrc`, stage.#curlSettings());
    if (clone) await stage.#clone();
    return stage;
  }

  /** What the document's `text` is here. */
  placed(text: string): string {
    return placed(text, this.places);
  }

  /**
   * Starts a program that stays until `interrupt`, or until the end: in a terminal of its own, where the document
   * begins.
   */
  async start(command: string, isReady: (output: string) => boolean): Promise<string> {
    const program = await this.shell.start(command, this.begin);
    this.#running.push(program);
    return await program.ready(isReady);
  }

  /** Ends the programs that stay: Ctrl-C in their terminals. */
  async interrupt(): Promise<void> {
    for (const program of this.#running.splice(0).reverse()) await program.stop();
  }

  /**
   * Begins a section: back in the working folder, and brings about what the section takes for granted by
   * `stage/NAME.sh`, for the document NAME before its first section, or `stage/NAME.SECTION.sh`.
   * @returns lines `SHOWN REAL` of the values that came of that and that the document shows
   * @throws Error when it fails
   */
  async prepare(document: string, section: string): Promise<string> {
    const name = document.replace(/^docs\//, "").replaceAll("/", "-").replace(
      /\.md$/,
      section === "" ? "" : `.${section}`,
    );
    const script = `${PROJECT}tests/documents/stage/${name}.sh`;
    const { status, output } = await this.shell.run(`cd '${this.begin}' && { [ ! -e '${script}' ] || . '${script}'; }`);
    if (status !== 0) throw new Error(`${script}: exit status ${status}\n${output}`);
    return await Deno.readTextFile(`${this.folder}/shown`);
  }

  async writeFile(path: string, text: string): Promise<void> {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.interrupt();
      await this.shell.run("systemctl stop --all");
    } finally {
      await this.shell[Symbol.asyncDispose]();
      await Deno.remove(this.folder, { recursive: true });
    }
  }

  #environment(): Record<string, string> {
    const { folder, places } = this;
    const programs = [`${places.root}/usr/local/bin`, `${PROJECT}tests/documents/programs`];
    return {
      PATH: [...programs, Deno.env.get("PATH"), "/usr/sbin"].join(":"),
      HOME: `${folder}/home`,
      LANG: "C.UTF-8",
      NO_COLOR: "1",
      STAGE: folder,
      STAGE_KEPT: this.bench.kept,
      STAGE_ROOT: places.root,
      STAGE_PUBLIC_PORT: `${places.publicPort}`,
      STAGE_PORT: `${places.port}`,
      STAGE_POSTGRESQL_PORT: `${places.webPort}`,
      STAGE_NGINX: findProgram(NGINX) ?? "",
      STAGE_HAPROXY: findProgram(HAPROXY) ?? "",
      STAGE_OPENVPN: findProgram(OPENVPN) ?? "",
      STAGE_POSTGRESQL: dirname(findProgram(POSTGRESQL) ?? ""),
      STAGE_PLACES: JSON.stringify(places),
      STAGE_PROJECT: PROJECT,
      STAGE_DENO: Deno.execPath(),
      STAGE_DENO_DIR: denoFolder(),
      STAGE_DENO_VERSION: DENO_VERSION,
    };
  }

  /** The program under test, as a file: what documents have people download. */
  async #writeProgram(path: string): Promise<void> {
    const program = Deno.env.get("CAUCASE_PROGRAM");
    const words = program === undefined ? OUR_PROGRAM : [program];
    const lines = [
      "#!/bin/sh",
      `[ -z "$STAGE_PID" ] || { echo "$$" >"$STAGE_PID.new" && mv "$STAGE_PID.new" "$STAGE_PID"; }`,
      `DENO_DIR='${denoFolder()}'; export DENO_DIR`,
      // Nobody is here to type a passphrase.
      `case "$*" in manage*--export-ca*) set -- "$@" --passphrase-file "$STAGE/passphrase" ;; esac`,
      `exec ${words.map((word) => `'${word}'`).join(" ")} "$@"`,
    ];
    await Deno.writeTextFile(path, lines.join("\n") + "\n", { mode: 0o755 });
  }

  /** Links, but for what names ports. */
  async #clone(): Promise<void> {
    const work = `${this.folder}/work`;
    for (const name of LINKED) await Deno.symlink(`${PROJECT}${name}`, `${work}/${name}`);
    // Copied, as one document works in there.
    await this.shell.run(`cp -r '${PROJECT}packaging' '${work}'`);
    const settings = JSON.stringify(config, undefined, 2);
    await Deno.writeTextFile(`${work}/deno.json`, this.placed(settings));
    await Deno.copyFile(`${PROJECT}deno.lock`, `${work}/deno.lock`);
    await this.writeFile(`${work}/.ci/run`, `#!/bin/sh\nexec test -x '${PROJECT}.ci/run'\n`);
    await Deno.chmod(`${work}/.ci/run`, 0o755);
  }

  /** Names of documents, for curl. */
  #curlSettings(): string {
    const { webPort } = this.places;
    return `connect-to = "www.example.org:443:127.0.0.1:${webPort}"\n`;
  }
}

/** Where the Deno that runs the test keeps what it has downloaded: another home must not fetch it again. */
function denoFolder(): string {
  const { DENO_DIR, XDG_CACHE_HOME, HOME = "" } = Deno.env.toObject();
  if (DENO_DIR !== undefined) return DENO_DIR;
  if (Deno.build.os === "darwin") return `${HOME}/Library/Caches/deno`;
  return `${XDG_CACHE_HOME ?? `${HOME}/.cache`}/deno`;
}
