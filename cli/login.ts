/** `caucase login`: keeps a server and a user's key for all later commands, after checking them. */
import { dirname, join, resolve } from "node:path";
import { CaucaseError } from "../core/errors.ts";
import { systemClock } from "../core/host/clock.ts";
import type { Certificate } from "../core/x509/certificate.ts";
import { commonNameOf, nameToText } from "../core/x509/name.ts";
import { EXIT } from "./exit_status.ts";
import { loginCommand } from "./login/command.ts";
import { pinned } from "./login/pin.ts";
import { pursueRequest } from "./login/user_request.ts";
import { ApiClient } from "./net/api_client.ts";
import { ServerAuthentication } from "./net/server_authentication.ts";
import { parseServerUrl } from "./net/server_url.ts";
import { refreshCaStore } from "./net/trust_refresh.ts";
import { readUserFile } from "./net/user_credentials.ts";
import { fingerprintLines } from "./output/fingerprint.ts";
import { foreignText } from "./output/foreign_text.ts";
import { dayText } from "./output/times.ts";
import { caStoreIn } from "./profile/connection.ts";
import { configFolder, homeVariables, profilePath, trustFolder } from "./profile/place.ts";
import { makePrivateFolder, type Profile, readProfile, writeProfile } from "./profile/profile.ts";
import { parseArguments } from "./subcommand.ts";
import { printError, printLine } from "./terminal.ts";

/** Seconds between two looks at whether a request was signed. */
const POLL_INTERVAL = 3;

type LoginOptions = ReturnType<ReturnType<typeof loginCommand>["opts"]>;

/** Checks and keeps what the command line says. Resolves with the exit status. */
export async function login(args: readonly string[]): Promise<number> {
  const command = loginCommand();
  parseArguments(command, args);
  const [given] = command.processedArgs;
  const url = parseServerUrl(given, "the URL");
  const folder = configFolder(homeVariables());
  const options = command.opts();
  const before = await ownProfile(profilePath(folder), url);
  const trustStore = resolve(options.trustStore ?? before?.trustStore ?? trustFolder(folder, url));
  await makePrivateFolder(trustStore);
  const server = await authenticate(url, trustStore, options);
  const userKey = await userKeyFor(server, { options, before, folder });
  if (userKey === "waiting") return EXIT.warning;
  const said = userKey === undefined ? "nobody yet: --user-key or --request say who" : await checkUser(server, userKey);
  await writeProfile(profilePath(folder), { url: url.href, ...(userKey !== undefined && { userKey }), trustStore });
  printLine(`logged in to ${url.href} as ${said}`);
  return EXIT.ok;
}

/** The profile, if it is of that server. */
async function ownProfile(path: string, url: URL): Promise<Profile | undefined> {
  const profile = await readProfile(path);
  return profile !== undefined && URL.parse(profile.url)?.href === url.href ? profile : undefined;
}

/** A server that is known, and the CA certificates of its users. */
interface KnownServer {
  readonly cau: ApiClient;
  /** Undefined where nobody vouches for them. */
  readonly authorities: readonly Certificate[] | undefined;
}

async function authenticate(url: URL, trustStore: string, options: LoginOptions): Promise<KnownServer> {
  const now = systemClock.now();
  const cas = new ApiClient(url.href, "cas");
  const { fingerprint, yes: isTrusting = false } = options;
  const services = await pinned(cas, caStoreIn(trustStore, "cas"), { fingerprint, isTrusting, now });
  const voucher = new ServerAuthentication(cas, { authorities: services, required: false, warn: printError });
  const anchors = () => voucher.anchors();
  const cau = new ApiClient(url.href, "cau", { anchors });
  const store = caStoreIn(trustStore, "cau");
  const pin = options.userCaFingerprint;
  const isKnown = (await store.read()).length > 0;
  if (pin !== undefined || isKnown) {
    return { cau, authorities: (await refreshCaStore(cau, store, { now, fingerprint: pin })).current };
  }
  if (await anchors() === undefined) return { cau, authorities: undefined };
  // By HTTPS from a server that CAS vouches for: as good as a fingerprint of its own.
  return { cau, authorities: (await refreshCaStore(cau.as({ secure: true }), store, { now })).current };
}

/** The file of the user who logs in; undefined for none, "waiting" while nobody has signed the request. */
async function userKeyFor(
  { cau, authorities }: KnownServer,
  { options, before, folder }: {
    readonly options: LoginOptions;
    readonly before: Profile | undefined;
    readonly folder: string;
  },
): Promise<string | undefined> {
  const { request, userKey, keyLen, wait } = options;
  if (request === undefined) return userKey === undefined ? before?.userKey : resolve(userKey);
  if (authorities === undefined) {
    throw new CaucaseError("untrusted", "nobody vouches for the CA of users", {
      hint: "--user-ca-fingerprint pins its CA certificate",
    });
  }
  const path = resolve(userKey ?? join(folder, `${fileName(request)}.pem`));
  if (userKey === undefined) await makePrivateFolder(dirname(path));
  const wanted = { path, name: request, keyBits: keyLen };
  for (let said = false;;) {
    const outcome = await pursueRequest(cau, wanted, authorities);
    if (outcome.kind === "there") return path;
    if (!said) sayWaiting(outcome, path);
    said = true;
    if (!wait) return "waiting";
    await systemClock.sleepUntil(systemClock.now() + POLL_INTERVAL);
  }
}

function sayWaiting({ id, fingerprint }: { readonly id: string; readonly fingerprint: string }, path: string): void {
  printLine(`request ${id} waits for a user to sign it; its key is in ${path}`);
  printLine("Tell its fingerprint to the user who signs, over a channel on which they recognise you:");
  for (const line of [...fingerprintLines(fingerprint), `sha256:${fingerprint}`]) printLine(`  ${line}`);
}

/** Whom the server takes the user for. @throws `refused` when it does not take them */
async function checkUser({ cau }: KnownServer, path: string): Promise<string> {
  const user = await readUserFile(path);
  await cau.as({ user }).pending();
  const { subject, notAfter } = user.certificate;
  return `${foreignText(commonNameOf(subject) ?? nameToText(subject))}, until ${dayText(notAfter)}`;
}

/** A name that is safe as that of a file. */
function fileName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}-]+/gu, "-").replace(/^-+|-+$/g, "") || "user";
}
