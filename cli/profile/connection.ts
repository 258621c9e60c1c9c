/** A server as the commands of users see it: known by its CA certificates, asked with the user's key. */
import { join } from "node:path";
import { CaucaseError } from "../../core/errors.ts";
import { systemClock } from "../../core/host/clock.ts";
import { hostFileSystem } from "../../core/host/durable_file.ts";
import { openCaStore, type TrustStore } from "../../core/host/trust_store.ts";
import type { PublicCa } from "../../core/protocol/routes.ts";
import { type Certificate, certificateFromPem } from "../../core/x509/certificate.ts";
import { ApiClient } from "../net/api_client.ts";
import { ServerAuthentication } from "../net/server_authentication.ts";
import { refreshCaStore } from "../net/trust_refresh.ts";
import { readUserFile, type UserFile } from "../net/user_credentials.ts";
import { printError } from "../terminal.ts";
import { type ConnectionOptions, type ConnectionSettings, connectionSettings } from "./settings.ts";

export interface Connection {
  /** HTTP base URL, for people. */
  readonly url: string;
  readonly settings: ConnectionSettings;
  /** The user whose key is used; undefined for none. */
  readonly user: UserFile | undefined;
  /** The CA for services and the one for users, asked as the user. */
  readonly apis: Readonly<Record<PublicCa, ApiClient>>;
  /** Unix seconds. */
  readonly now: number;
  /**
   * CA certificates that are trusted, up to date. Those of CAU come the first time from the server that CAS vouches
   * for.
   * @throws `untrusted` where nobody vouches for them
   */
  authorities(ca: PublicCa): Promise<readonly Certificate[]>;
}

/** `cas.pem`, `cau.pem` in the trust store. */
export function caStoreIn(folder: string, ca: PublicCa): TrustStore {
  return openCaStore(join(folder, `${ca}.pem`), hostFileSystem);
}

/**
 * The server of the settings, after its CA certificates were brought up to date.
 * @throws `untrusted` where none is known yet: only `caucase login` begins a trust store; `usage`, `file`,
 * `unreachable`
 */
export async function connect(options: ConnectionOptions, signal?: AbortSignal): Promise<Connection> {
  const settings = await connectionSettings(options);
  const user = settings.userKey === undefined ? undefined : await readUserFile(settings.userKey);
  const common = { ...(user && { user }), ...(signal && { signal }) };
  const now = systemClock.now();
  const cas = new ApiClient(settings.url.href, "cas", common);
  const store = caStoreIn(settings.trustStore, "cas");
  if ((await store.read()).length === 0) throw unknownServer(settings);
  const { current: services } = await refreshCaStore(cas, store, { now, trustOnFirstUse: false });
  const server = new ServerAuthentication(cas, { authorities: services, required: false, warn: printError });
  const anchors = () => server.anchors();
  const apis = { cas: cas.as({ anchors }), cau: new ApiClient(settings.url.href, "cau", { ...common, anchors }) };
  const users = once(() => usersAuthorities(apis.cau, settings, { now, anchors }));
  return {
    ...{ url: settings.url.href, settings, user, apis, now },
    authorities: (ca) => ca === "cas" ? Promise.resolve(services) : users(),
  };
}

/**
 * What completion goes by: the CA certificates as they are stored, within `milliseconds`, without a word on standard
 * error.
 */
export async function connectQuietly(milliseconds: number): Promise<Pick<Connection, "apis">> {
  const settings = await connectionSettings({});
  if (settings.userKey === undefined) throw new CaucaseError("usage", "there is no user");
  const user = await readUserFile(settings.userKey);
  const pems = await caStoreIn(settings.trustStore, "cas").read();
  const authorities = await Promise.all(pems.map(certificateFromPem));
  const common = { user, signal: AbortSignal.timeout(milliseconds) };
  const cas = new ApiClient(settings.url.href, "cas", common);
  const server = new ServerAuthentication(cas, { authorities, required: true, warn: () => {} });
  const anchors = () => server.anchors();
  return { apis: { cas: cas.as({ anchors }), cau: new ApiClient(settings.url.href, "cau", { ...common, anchors }) } };
}

/** The user that a command needs. @throws `usage` where there is none */
export function requireUser({ user }: Pick<Connection, "user">): UserFile {
  if (user !== undefined) return user;
  throw new CaucaseError("usage", "this needs a user's key", {
    hint: "caucase login keeps one; --user-key or CAUCASE_USER_KEY name one",
  });
}

async function usersAuthorities(
  cau: ApiClient,
  { trustStore }: ConnectionSettings,
  { now, anchors }: { readonly now: number; readonly anchors: () => Promise<readonly string[] | undefined> },
): Promise<readonly Certificate[]> {
  const store = caStoreIn(trustStore, "cau");
  if ((await store.read()).length > 0) return (await refreshCaStore(cau, store, { now })).current;
  // By HTTPS from a server that CAS vouches for: as good as a fingerprint of its own.
  if (await anchors() === undefined) {
    throw new CaucaseError(
      "untrusted",
      "no CA certificate for users is trusted yet, and nobody vouches for the server",
      {
        hint: "caucase login --user-ca-fingerprint pins it",
      },
    );
  }
  return (await refreshCaStore(cau.as({ secure: true }), store, { now })).current;
}

function unknownServer({ url, trustStore }: ConnectionSettings): CaucaseError {
  return new CaucaseError("untrusted", `${url.href} is not known yet: there is no CA certificate in ${trustStore}`, {
    hint: `caucase login ${url.href} --fingerprint sha256:…`,
  });
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}
