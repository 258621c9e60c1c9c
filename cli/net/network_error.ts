/** Why a server cannot be talked to, and what to do about it. */
import { CaucaseError } from "../../core/errors.ts";

interface KnownFailure {
  readonly pattern: RegExp;
  readonly words: string;
  readonly hint: string;
}

const HTTP_PORT = "the URL is that of the HTTP port; HTTPS is found at the next one by itself";
const UNREACHABLE = "check the address, the network, and firewalls in between";

/** By the codes of the system and of the runtime's HTTP and TLS. */
const KNOWN_FAILURES: readonly KnownFailure[] = [
  {
    pattern: /^ECONNREFUSED$/,
    words: "connection refused",
    hint: "nothing listens at that port: check whether the server runs, and the port",
  },
  { pattern: /^ENOTFOUND$/, words: "there is no host of that name", hint: "check the name, or the DNS" },
  { pattern: /^EAI_AGAIN$/, words: "no DNS server answers", hint: "check the network" },
  { pattern: /^ETIMEDOUT$/, words: "no answer", hint: UNREACHABLE },
  {
    pattern: /^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN)$/,
    words: "there is no way to that host",
    hint: UNREACHABLE,
  },
  { pattern: /^HPE_INVALID_/, words: "what answers there does not speak HTTP", hint: HTTP_PORT },
  { pattern: /^(EPROTO|ERR_SSL_.*)$/, words: "what answers there does not speak TLS as it should", hint: HTTP_PORT },
];

/** The error for a request that came to no whole answer. `what` names the request: `GET http://…`. */
export function networkError(what: string, cause: unknown): CaucaseError {
  const known = KNOWN_FAILURES.find(({ pattern }) => pattern.test(codeOf(cause)));
  if (known === undefined) return new CaucaseError("unreachable", `${what}: ${wordsOf(cause)}`, { cause });
  return new CaucaseError("unreachable", `${what}: ${known.words}`, { cause, hint: known.hint });
}

/** Whether TLS ended because of the server's certificate, by the names that OpenSSL and Node gave such failures. */
export function isVerificationFailure(error: unknown): error is Error {
  return /^ERR_TLS_CERT_ALTNAME_INVALID$|^UNABLE_TO_|^CERT_|SELF_SIGNED_CERT/.test(codeOf(error));
}

const WRONG_TIME = "check this machine's clock and the server's, and the server's log";
const WRONG_NAME =
  "reach the server by the name in its --netloc; if that is what you did, somebody else answers in its place";

/** The error for a server whose certificate no trusted CA vouches for. */
export function wrongServer(what: string, cause: Error): CaucaseError {
  const hint = /^CERT_(NOT_YET_VALID|HAS_EXPIRED)$/.test(codeOf(cause)) ? WRONG_TIME : WRONG_NAME;
  return new CaucaseError("untrusted", `${what}: ${cause.message.replace(/[: ]+$/, "")}`, { cause, hint });
}

/** For an answer that broke off, in whichever way. */
export const BROKEN_OFF = "the answer broke off";

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node's word for it, which a person would take for something that they did.
  return error.message === "aborted" ? BROKEN_OFF : error.message || error.name;
}
