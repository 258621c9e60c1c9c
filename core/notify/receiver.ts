/**
 * Who is notified, as `--notify` says it: `https://…` for a webhook, `smtp://[user@]host[:port]/?from=…&to=…` or
 * `smtps://…` for mail. `#kind,kind` at the end says which notifications this one wants.
 */
import { utf8 } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import { sha256Hex } from "../keys/hashes.ts";
import { type FilterKind, NOTIFICATION_KINDS } from "./notification_kinds.ts";

interface Common {
  /** Tells it from others: a hash of its URL, without what it wants and where a password is. */
  readonly identity: string;
  /** For logs: no path, as that of many webhooks is a secret. */
  readonly shown: string;
  readonly kinds: readonly FilterKind[];
}

export interface Webhook extends Common {
  readonly protocol: "webhook";
  readonly url: URL;
}

export interface MailReceiver extends Common {
  readonly protocol: "mail";
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (smtps), or by STARTTLS as `startTls` says. */
  readonly isTls: boolean;
  /** Required where a password is sent; never on the machine itself, whose mail server has no name to certify. */
  readonly startTls: "required" | "offered" | "never";
  readonly login: { readonly user: string; readonly passwordFile: string } | undefined;
  readonly from: string;
  readonly to: readonly string[];
}

export type Receiver = Webhook | MailReceiver;

/** RFC 5321 without what nobody has: quoted local parts and address literals. */
const ADDRESS = /^[^\s@<>()[\]\\,;:"\p{C}]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,253}[\p{L}\p{N}])?$/u;

/**
 * @param wanted what those get that do not say it themselves
 * @throws `usage` for what is no such URL. The message holds nothing of it but the scheme: there may be a secret in it
 */
export function parseReceiver(text: string, wanted: readonly FilterKind[] = NOTIFICATION_KINDS): Receiver {
  const url = URL.parse(text);
  if (url === null) throw refusal("is no URL");
  const kinds = url.hash === "" ? wanted : kindsOf(url.hash.slice(1));
  if (url.password !== "") throw refusal(`takes no password in its ${url.protocol} URL`, PASSWORD_HINT);
  switch (url.protocol) {
    case "http:":
    case "https:":
      return webhook(url, kinds);
    case "smtp:":
    case "smtps:":
      return mailReceiver(url, kinds);
    default:
      throw refusal(`takes no "${url.protocol}" URL`, "http, https, smtp and smtps are known");
  }
}

/**
 * The receivers of all `texts`.
 * @throws `usage` as `parseReceiver`, and for the same one twice: each has one queue
 */
export function parseReceivers(texts: readonly string[], wanted?: readonly FilterKind[]): readonly Receiver[] {
  const receivers = texts.map((text) => parseReceiver(text, wanted));
  const twice = receivers.find(({ identity }, index) =>
    receivers.slice(0, index).some((one) => one.identity === identity)
  );
  if (twice !== undefined) {
    throw refusal(`names ${twice.shown} twice`, "one URL takes all kinds: #kind,kind at its end");
  }
  return receivers;
}

const PASSWORD_HINT =
  "others would see it in the list of processes; for mail, password-file=PATH in the URL names a file";

function refusal(what: string, hint?: string): CaucaseError {
  return new CaucaseError("usage", `--notify ${what}`, hint === undefined ? {} : { hint });
}

function kindsOf(list: string): readonly FilterKind[] {
  return list.split(",").map((name) => {
    const kind = NOTIFICATION_KINDS.find((each) => each === name);
    if (kind === undefined) throw refusal("has an unknown kind after #", `known are ${NOTIFICATION_KINDS.join(", ")}`);
    return kind;
  });
}

function webhook(url: URL, kinds: readonly FilterKind[]): Webhook {
  if (url.username !== "") throw refusal("takes no user in the URL of a webhook", "--notify-secret has it signed");
  url.hash = "";
  return { protocol: "webhook", url, kinds, identity: sha256Hex(utf8(url.href)), shown: url.origin };
}

function mailReceiver(url: URL, kinds: readonly FilterKind[]): MailReceiver {
  const given = parametersOf(url);
  const [from = "", ...moreFrom] = given.get("from") ?? [];
  const to = (given.get("to") ?? []).flatMap((list) => list.split(","));
  if (moreFrom.length > 0 || !ADDRESS.test(from)) throw refusal("needs from=ADDRESS in the URL for mail", MAIL_HINT);
  if (to.length === 0 || !to.every((address) => ADDRESS.test(address))) {
    throw refusal("needs to=ADDRESS in the URL for mail", MAIL_HINT);
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (host === "") throw refusal("needs a host in the URL for mail", MAIL_HINT);
  const isTls = url.protocol === "smtps:";
  const port = url.port === "" ? (isTls ? 465 : 25) : Number(url.port);
  const login = loginOf(url, given.get("password-file"));
  const startTls = isLoopback(host) ? "never" : login === undefined ? "offered" : "required";
  const shown = `${url.protocol}//${url.host} for ${to[0]}${to.length > 1 ? ` and ${to.length - 1} more` : ""}`;
  const who = [url.protocol, url.host, url.username, from, ...to];
  return {
    protocol: "mail",
    ...{ host, port, isTls, startTls, login, from, to, kinds, shown },
    identity: sha256Hex(utf8(JSON.stringify(who))),
  };
}

const MAIL_HINT = "smtp://host:port/?from=ca@example.org&to=admin@example.org";
const PARAMETERS: readonly string[] = ["from", "to", "password-file"];

function parametersOf({ searchParams, pathname }: URL): ReadonlyMap<string, readonly string[]> {
  if (pathname !== "" && pathname !== "/") throw refusal("takes no path in the URL for mail", MAIL_HINT);
  const names = [...new Set(searchParams.keys())];
  if (!names.every((name) => PARAMETERS.includes(name))) {
    throw refusal("has an unknown parameter in the URL for mail", `known are ${PARAMETERS.join(", ")}`);
  }
  return new Map(names.map((name) => [name, searchParams.getAll(name)]));
}

function loginOf({ username }: URL, files: readonly string[] = []): MailReceiver["login"] {
  const [passwordFile] = files;
  if (username === "" && passwordFile === undefined) return undefined;
  if (username === "" || passwordFile === undefined || files.length > 1) {
    throw refusal("needs a user and password-file=PATH together in the URL for mail");
  }
  try {
    return { user: decodeURIComponent(username), passwordFile };
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw refusal("has a user that is not encoded as URLs are");
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host);
}
