/** Where the settings of a person are, by the rules of the system (XDG Base Directory Specification on Unix). */
import { isAbsolute, join } from "node:path";
import { CaucaseError } from "../../core/errors.ts";

/** What says where a person's files are. */
export interface HomeVariables {
  readonly XDG_CONFIG_HOME?: string | undefined;
  readonly HOME?: string | undefined;
  /** Of Windows. */
  readonly APPDATA?: string | undefined;
}

/** The variables of this process. */
export function homeVariables(): HomeVariables {
  return {
    XDG_CONFIG_HOME: Deno.env.get("XDG_CONFIG_HOME"),
    HOME: Deno.env.get("HOME"),
    APPDATA: Deno.env.get("APPDATA"),
  };
}

/**
 * The folder of our settings; it need not exist.
 * @throws `usage` where no variable says where a person's files are
 */
export function configFolder({ XDG_CONFIG_HOME, HOME, APPDATA }: HomeVariables): string {
  // The specification: a relative path is invalid, and an empty one is as if it was not set.
  if (XDG_CONFIG_HOME !== undefined && isAbsolute(XDG_CONFIG_HOME)) return join(XDG_CONFIG_HOME, "caucase");
  if (APPDATA !== undefined && APPDATA !== "") return join(APPDATA, "caucase");
  if (HOME !== undefined && HOME !== "") return join(HOME, ".config", "caucase");
  throw new CaucaseError("usage", "cannot tell where settings are: neither XDG_CONFIG_HOME nor HOME is set", {
    hint: "--ca-url, --user-key and --trust-store say all that is in them",
  });
}

/** The profile in that folder. */
export function profilePath(folder: string): string {
  return join(folder, "config.json");
}

/** Where the CA certificates of the server at `url` are, unless somebody chose another folder. */
export function trustFolder(folder: string, url: URL): string {
  const host = url.host.replace(/[^\w.-]/g, "_");
  // The path is part of the server's address: what it has beyond letters must not lead anywhere else.
  const path = url.pathname.replace(/^\/+|\/+$/g, "").replace(/[^\w-]/g, "_");
  return join(folder, "trust", path === "" ? host : `${host}_${path}`);
}
