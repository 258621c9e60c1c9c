/** Programs of others that documents configure. They are in folders that are not in everybody's `PATH`. */

export interface Server {
  readonly program: string;
  /** Packages of Debian that have it. */
  readonly packages: string;
}

export const NGINX: Server = { program: "nginx", packages: "nginx-light" };
export const NGINX_STREAM: Server = {
  program: "/usr/lib/nginx/modules/ngx_stream_module.so",
  packages: "libnginx-mod-stream",
};
export const POSTGRESQL: Server = { program: "initdb", packages: "postgresql" };
export const OPENVPN: Server = { program: "openvpn", packages: "openvpn" };
export const HAPROXY: Server = { program: "haproxy", packages: "haproxy" };

/** The file of a program, or of a part of one that is named by its path, or undefined where it is not installed. */
export function findServer({ program }: Server): string | undefined {
  if (program.startsWith("/")) return isFile(program) ? program : undefined;
  return folders().map((folder) => `${folder}/${program}`).find(isFile);
}

/** Whether all are installed; says what is missing. */
export function haveAll(servers: readonly Server[]): boolean {
  const missing = servers.filter((server) => findServer(server) === undefined);
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

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}
