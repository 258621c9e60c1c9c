/**
 * Programs that some tests need and not every machine has. A test says so with `ignore`, and a line says what to
 * install:
 *
 * ```ts
 * const openssl = opensslPath();
 * Deno.test({ name: "openssl accepts …", ignore: openssl === undefined, fn: … });
 * ```
 *
 * A variable of the environment names a program that is elsewhere than in `PATH`. One that names nothing usable is an
 * error and no reason to leave tests out, so that a run which sets them all cannot pass by testing nothing.
 */
import * as path from "node:path";
import { libcryptoPaths } from "../../server/keys/native/well_known.ts";
import { isFile } from "./files.ts";

interface Requirement {
  /** What is missing, for people. */
  readonly what: string;
  /** How to get it. */
  readonly install: string;
  /** The variable that names it. */
  readonly variable: string;
  /** Names of the program in `PATH`, or whole paths; the first one found is taken. */
  readonly programs: readonly string[];
}

const REFERENCE: Requirement = {
  what: "the reference implementation",
  install: "pip install caucase==0.9.17, and set CAUCASE_REFERENCE to the folder of its commands",
  variable: "CAUCASE_REFERENCE",
  programs: ["caucased"],
};

const CHROMIUM: Requirement = {
  what: "Chromium",
  install: "apt-get install chromium, or set CHROMIUM to its file",
  variable: "CHROMIUM",
  programs: ["chromium", "chromium-browser", "google-chrome"],
};

const OPENSSL: Requirement = {
  what: "openssl",
  install: "apt-get install openssl, or set OPENSSL to its file",
  variable: "OPENSSL",
  programs: ["openssl"],
};

const SQLITE3: Requirement = {
  what: "sqlite3",
  install: "apt-get install sqlite3, or set SQLITE3 to its file",
  variable: "SQLITE3",
  programs: ["sqlite3"],
};

const SETFACL: Requirement = {
  what: "setfacl",
  install: "apt-get install acl attr, or set SETFACL to its file",
  variable: "SETFACL",
  programs: ["setfacl"],
};

const SETFATTR: Requirement = {
  what: "setfattr",
  install: "apt-get install acl attr, or set SETFATTR to its file",
  variable: "SETFATTR",
  programs: ["setfattr"],
};

const PKILINT: Requirement = {
  what: "pkilint",
  install: "pip install pkilint==0.13.3, and set PKILINT to the folder of its commands",
  variable: "PKILINT",
  programs: ["lint_pkix_cert"],
};

const ZLINT: Requirement = {
  what: "zlint",
  install: "go install github.com/zmap/zlint/v3/cmd/zlint@v3.7.3, or set ZLINT to its file",
  variable: "ZLINT",
  programs: ["zlint"],
};

const GO: Requirement = {
  what: "Go",
  install: "apt-get install golang-go, or set GO to its file",
  variable: "GO",
  programs: ["go", "/usr/local/go/bin/go"],
};

const LIBCRYPTO: Requirement = {
  what: "libcrypto 3",
  install: "apt-get install libssl3, or set LIBCRYPTO to its file",
  variable: "LIBCRYPTO",
  programs: libcryptoPaths(Deno.build),
};

/** Clients of ACME by others, as Debian has them; and a certbot that knows ARI. */
const ACME_CLIENTS = {
  "certbot": packaged("certbot", "CERTBOT"),
  "newest certbot": {
    what: "a certbot that knows ARI",
    install: "pip install certbot==5.8.0 in a venv, and set CERTBOT_NEWEST to its file",
    variable: "CERTBOT_NEWEST",
    programs: [],
  },
  "lego": packaged("lego", "LEGO"),
  "caddy": packaged("caddy", "CADDY"),
  "dehydrated": packaged("dehydrated", "DEHYDRATED"),
  "uacme": packaged("uacme", "UACME"),
  "acme-tiny": packaged("acme-tiny", "ACME_TINY"),
} as const satisfies Readonly<Record<string, Requirement>>;

export type AcmeClientName = keyof typeof ACME_CLIENTS;

function packaged(program: string, variable: string): Requirement {
  const install = `apt-get install ${program}, or set ${variable} to its file`;
  return { what: program, install, variable, programs: [program] };
}

/** What the environment says; a test of this file has one of its own, as that of the process is all tests'. */
export type ReadVariable = (name: string) => string | undefined;

const ofProcess: ReadVariable = (name) => Deno.env.get(name);

/**
 * The folder that holds the reference's commands (`caucased`, `caucase`, …), or undefined after saying that it is
 * missing.
 */
export function referenceFolder(variable: ReadVariable = ofProcess): string | undefined {
  const named = variable(REFERENCE.variable);
  const program = find(REFERENCE, { variable, named: named && path.join(named, "caucased") });
  return program === undefined ? undefined : path.dirname(program);
}

/** The file of Chromium, or undefined after saying that it is missing. */
export function chromiumPath(variable: ReadVariable = ofProcess): string | undefined {
  return find(CHROMIUM, { variable, named: variable(CHROMIUM.variable) });
}

/** The file of the `openssl` command, or undefined after saying that it is missing. */
export function opensslPath(variable: ReadVariable = ofProcess): string | undefined {
  return find(OPENSSL, { variable, named: variable(OPENSSL.variable) });
}

/** The file of the `sqlite3` command, or undefined after saying that it is missing. */
export function sqlite3Path(variable: ReadVariable = ofProcess): string | undefined {
  return find(SQLITE3, { variable, named: variable(SQLITE3.variable) });
}

/** The files of the `setfacl` and the `setfattr` command, or undefined after saying what is missing. */
export function attributeTools(variable: ReadVariable = ofProcess): { setfacl: string; setfattr: string } | undefined {
  const setfacl = find(SETFACL, { variable, named: variable(SETFACL.variable) });
  const setfattr = find(SETFATTR, { variable, named: variable(SETFATTR.variable) });
  return setfacl === undefined || setfattr === undefined ? undefined : { setfacl, setfattr };
}

/** The Python that has pkilint, or undefined after saying that it is missing: the one which its commands begin with. */
export function pkilintPython(variable: ReadVariable = ofProcess): string | undefined {
  const named = variable(PKILINT.variable);
  const command = find(PKILINT, { variable, named: named && path.join(named, "lint_pkix_cert") });
  if (command === undefined) return undefined;
  const [firstLine = ""] = Deno.readTextFileSync(command).split("\n", 1);
  const python = /^#!(\S*python\S*)$/.exec(firstLine)?.[1];
  if (python === undefined || !isFile(python)) throw new Error(`${command} does not begin with the file of a Python`);
  return python;
}

/** The file of the `zlint` command, or undefined after saying that it is missing. */
export function zlintPath(variable: ReadVariable = ofProcess): string | undefined {
  return find(ZLINT, { variable, named: variable(ZLINT.variable) });
}

/** The file of the `go` command, or undefined after saying that it is missing. */
export function goPath(variable: ReadVariable = ofProcess): string | undefined {
  return find(GO, { variable, named: variable(GO.variable) });
}

/** The file of libcrypto 3, or undefined after saying that it is missing. */
export function libcryptoPath(variable: ReadVariable = ofProcess): string | undefined {
  return find(LIBCRYPTO, { variable, named: variable(LIBCRYPTO.variable) });
}

/** The file of a client of ACME, or undefined after saying that it is missing. */
export function acmeClientPath(name: AcmeClientName, variable: ReadVariable = ofProcess): string | undefined {
  const requirement = ACME_CLIENTS[name];
  return find(requirement, { variable, named: variable(requirement.variable) });
}

/** Whether there is an `openssl` command; says so where there is none. */
export function hasOpenssl(variable: ReadVariable = ofProcess): boolean {
  return opensslPath(variable) !== undefined;
}

/**
 * The file in `PATH` of a requirement's program, unless `named` is it already.
 * @throws Error when `named` is no file: whoever sets the variable means it
 */
function find(
  requirement: Requirement,
  { variable, named }: { readonly variable: ReadVariable; readonly named: string | undefined },
): string | undefined {
  if (named !== undefined) {
    if (isFile(named)) return named;
    throw new Error(`${requirement.variable} is set, but ${named} is no file`);
  }
  const folders = (variable("PATH") ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const candidates = requirement.programs.flatMap((program) => {
    return path.isAbsolute(program) ? [program] : folders.map((folder) => path.join(folder, program));
  });
  const found = candidates.find(isFile);
  if (found === undefined) announce(requirement);
  return found;
}

const announced = new Set<Requirement>();

function announce(requirement: Requirement): void {
  if (announced.has(requirement)) return;
  announced.add(requirement);
  console.log(`left out: ${requirement.what} is missing (${requirement.install})`);
}
