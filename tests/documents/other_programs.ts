/** Programs of others that documents configure or use. Servers are in folders that are not in everybody's `PATH`. */
import { isFile } from "../support/files.ts";

export interface OtherProgram {
  readonly program: string;
  /** Packages of Debian that have it. */
  readonly packages: string;
}

export const NGINX: OtherProgram = { program: "nginx", packages: "nginx-light" };
export const NGINX_STREAM: OtherProgram = {
  program: "/usr/lib/nginx/modules/ngx_stream_module.so",
  packages: "libnginx-mod-stream",
};
export const POSTGRESQL: OtherProgram = { program: "initdb", packages: "postgresql" };
export const OPENVPN: OtherProgram = { program: "openvpn", packages: "openvpn" };
export const HAPROXY: OtherProgram = { program: "haproxy", packages: "haproxy" };
export const OPENSSL: OtherProgram = { program: "openssl", packages: "openssl" };
export const CURL: OtherProgram = { program: "curl", packages: "curl" };
export const SQLITE3: OtherProgram = { program: "sqlite3", packages: "sqlite3" };
export const PYTHON3: OtherProgram = { program: "python3", packages: "python3" };

/** The file of a program, or of a part of one that is named by its path, or undefined where it is not installed. */
export function findProgram({ program }: OtherProgram): string | undefined {
  if (program.startsWith("/")) return isFile(program) ? program : undefined;
  return folders().map((folder) => `${folder}/${program}`).find(isFile);
}

/** Whether all are installed; says what is missing. */
export function haveAll(programs: readonly OtherProgram[]): boolean {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  for (const { program, packages } of missing) {
    console.log(`left out: ${program} is missing (apt-get install ${packages})`);
  }
  return missing.length === 0;
}

function folders(): string[] {
  const inPath = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  return [...versions("/usr/lib/postgresql"), ...inPath, "/usr/sbin", "/usr/local/sbin"];
}

/** Debian keeps PostgreSQL's programs in a folder for each version; the newest first. */
function versions(folder: string): string[] {
  try {
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    return names.toSorted((a, b) => Number(b) - Number(a)).map((name) => `${folder}/${name}/bin`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
