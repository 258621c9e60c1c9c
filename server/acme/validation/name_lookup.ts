/** What the DNS says, by resolvers of the administrator's choice or by the system. */
import { lookup } from "node:dns/promises";
import { malformed } from "../../../core/errors.ts";
import { ipAddressToText, parseIpAddress } from "../../../core/x509/ip_address.ts";
import { failed, reasonOf } from "./failure.ts";

/** A recursive resolver. */
export interface ResolverAddress {
  readonly ipAddr: string;
  readonly port: number;
}

/**
 * `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`; port 53 unless given.
 * @throws `malformed`
 */
export function parseResolver(text: string): ResolverAddress {
  const [, bracketed, plain, digits = "53"] = /^(?:\[(.*)\]|([^:]*))(?::([1-9]\d{0,4}))?$/.exec(text) ?? [];
  const bytes = parseIpAddress(bracketed ?? plain ?? text);
  const port = Number(digits);
  if (bytes === undefined || text.startsWith("[[") || port > 65_535) {
    throw malformed("this is no resolver", { hint: "write it as 192.0.2.1, 192.0.2.1:53 or [2001:db8::1]:53" });
  }
  return { ipAddr: ipAddressToText(bytes), port };
}

export interface NameLookup {
  /** Numeric addresses of a host name; at least one. @throws `FailedAttempt` of the type `dns` */
  addresses(name: string, signal: AbortSignal): Promise<string[]>;
  /** The TXT records of a name, the pieces of each joined; at least one. @throws `FailedAttempt` of the type `dns` */
  texts(name: string, signal: AbortSignal): Promise<string[]>;
}

/**
 * Asks `resolvers`, one after the other until one knows something: what one does not know, a server that fails and a
 * name that does not exist look alike in this runtime. Without resolvers, host names are looked up as all programs of
 * this machine do, hosts file included, and TXT records at the system's resolvers.
 */
export function nameLookup(resolvers: readonly ResolverAddress[]): NameLookup {
  const ask = (name: string, type: RecordType, signal: AbortSignal) => askEach(resolvers, { name, type, signal });
  return {
    async addresses(name, signal) {
      if (resolvers.length === 0) return await systemAddresses(name, signal);
      const [six, four] = await Promise.allSettled([ask(name, "AAAA", signal), ask(name, "A", signal)]);
      const found = [six, four].flatMap((answer) => answer.status === "fulfilled" ? answer.value : []);
      if (found.length > 0) return found;
      throw four.status === "rejected" ? four.reason : failed("dns", noRecord(name, "A"));
    },
    texts: (name, signal) => ask(name, "TXT", signal),
  };
}

type RecordType = "A" | "AAAA" | "TXT";

interface Question {
  readonly name: string;
  readonly type: RecordType;
  readonly signal: AbortSignal;
}

async function askEach(resolvers: readonly ResolverAddress[], question: Question): Promise<string[]> {
  let failure: Error = failed("dns", noRecord(question.name, question.type));
  for (const nameServer of resolvers.length > 0 ? resolvers : [undefined]) {
    try {
      const found = await resolve(question, nameServer);
      if (found.length > 0) return found;
    } catch (error) {
      question.signal.throwIfAborted();
      failure = lookupFailure(question, error);
    }
  }
  throw failure;
}

async function resolve({ name, type, signal }: Question, nameServer?: ResolverAddress): Promise<string[]> {
  // With a dot at the end no search list of the system is tried.
  const options = { signal, ...(nameServer && { nameServer }) };
  if (type === "TXT") return (await Deno.resolveDns(`${name}.`, type, options)).map((pieces) => pieces.join(""));
  return await Deno.resolveDns(`${name}.`, type, options);
}

async function systemAddresses(name: string, signal: AbortSignal): Promise<string[]> {
  try {
    const found = await lookup(name, { all: true });
    return found.map(({ address }) => address);
  } catch (error) {
    signal.throwIfAborted();
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOTFOUND") throw failed("dns", `there is no host ${name}`);
    throw failed("dns", `looking up ${name}: ${reasonOf(error)}`);
  }
}

function lookupFailure({ name, type }: Question, error: unknown): Error {
  if (error instanceof Deno.errors.NotFound) return failed("dns", noRecord(name, type));
  if (error instanceof Deno.errors.TimedOut) return failed("dns", `no resolver answers for ${type} of ${name}`);
  return failed("dns", `looking up ${type} of ${name}: ${reasonOf(error)}`);
}

function noRecord(name: string, type: RecordType): string {
  return `the DNS has no ${type === "A" ? "address" : type} record of ${name}`;
}
