/** Which server, as whom, and whom to trust: from options, else variables, else the profile. */
import { CaucaseError } from "../../core/errors.ts";
import { parseServerUrl } from "../net/server_url.ts";
import { configFolder, type HomeVariables, homeVariables, profilePath, trustFolder } from "./place.ts";
import { readProfile } from "./profile.ts";

/** The options that all commands of users have, where they were given. */
export interface ConnectionOptions {
  readonly caUrl?: string | undefined;
  readonly userKey?: string | undefined;
  readonly trustStore?: string | undefined;
}

/** The variables that say the same. */
export interface ConnectionVariables {
  readonly CAUCASE_URL?: string | undefined;
  readonly CAUCASE_USER_KEY?: string | undefined;
  readonly CAUCASE_TRUST_STORE?: string | undefined;
}

export interface ConnectionSettings {
  readonly url: URL;
  /** Path; undefined where nobody said. */
  readonly userKey: string | undefined;
  /** Folder; it need not exist. */
  readonly trustStore: string;
}

/** The variables of this process. */
function connectionVariables(): ConnectionVariables {
  return {
    CAUCASE_URL: Deno.env.get("CAUCASE_URL"),
    CAUCASE_USER_KEY: Deno.env.get("CAUCASE_USER_KEY"),
    CAUCASE_TRUST_STORE: Deno.env.get("CAUCASE_TRUST_STORE"),
  };
}

/**
 * What to go by. The key and the trust store of the profile belong to its server: with another URL they are not used.
 * @throws `usage` where nothing names a server, or what does is no URL; `file` for a profile that cannot be used
 */
export async function connectionSettings(
  options: ConnectionOptions,
  variables: ConnectionVariables = connectionVariables(),
  home: HomeVariables = homeVariables(),
): Promise<ConnectionSettings> {
  const named = firstGiven(options.caUrl, variables.CAUCASE_URL);
  const userKey = firstGiven(options.userKey, variables.CAUCASE_USER_KEY);
  const trustStore = firstGiven(options.trustStore, variables.CAUCASE_TRUST_STORE);
  const name = options.caUrl === undefined ? "CAUCASE_URL" : "--ca-url";
  const given = named === undefined ? undefined : parseServerUrl(named, name);
  // With everything said, no profile is looked for: a service may have no home.
  if (given !== undefined && userKey !== undefined && trustStore !== undefined) {
    return { url: given, userKey, trustStore };
  }
  const folder = configFolder(home);
  const path = profilePath(folder);
  const profile = await readProfile(path);
  const known = profile === undefined ? undefined : parseServerUrl(profile.url, `url in ${path}`);
  const url = given ?? known;
  if (url === undefined) {
    throw new CaucaseError("usage", "no server is named, and nobody has logged in", {
      hint: "caucase login URL keeps one; --ca-url or CAUCASE_URL name one",
    });
  }
  const own = known?.href === url.href ? profile : undefined;
  return {
    url,
    userKey: userKey ?? own?.userKey,
    trustStore: trustStore ?? own?.trustStore ?? trustFolder(folder, url),
  };
}

/** An empty variable is as if it was not set. */
function firstGiven(option: string | undefined, variable: string | undefined): string | undefined {
  return option ?? (variable === "" ? undefined : variable);
}
