/** The ACME validator before a DNS and hosts of the test's choice, all on loopback addresses. */
import { type Clock, systemClock } from "../../core/host/clock.ts";
import type { AddressPolicy, OwnListener } from "../../server/acme/validation/allowed_address.ts";
import type { Network } from "../../server/acme/validation/dial.ts";
import { FailedAttempt } from "../../server/acme/validation/failure.ts";
import { parseIpRange } from "../../server/acme/validation/ip_range.ts";
import {
  newValidator,
  type Validation,
  type ValidationFailure,
  type ValidatorSettings,
} from "../../server/acme/validation/validator.ts";
import { type DnsAnswer, type DnsQuestion, DnsServer } from "./dns_server.ts";
import { httpAnswer, RawServer } from "./raw_server.ts";

export const TOKEN = "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0";
export const KEY_AUTHORIZATION = `${TOKEN}.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI`;

/** Where honest hosts of tests are. */
export const HOST = "127.0.0.1";

/** A loopback address that nothing allows. */
export const FORBIDDEN = "127.0.0.2";

/** Loopback addresses other than the first one are there without having been set up. */
export const HAS_FORBIDDEN = Deno.build.os !== "darwin";

export interface WantedPolicy {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly own?: readonly OwnListener[];
  readonly ofThisMachine?: () => readonly string[];
}

/** Allows what is at `HOST` unless told otherwise. */
export function policyOf(
  { allow = [HOST], deny = [], own = [], ofThisMachine = () => [] }: WantedPolicy,
): AddressPolicy {
  return { allow: allow.map(parseIpRange), deny: deny.map(parseIpRange), own, ofThisMachine };
}

/** Addresses and texts of names: `{ "a.example": ["127.0.0.1"] }`. A name is an alias for another after `=`. */
export type Zone = Readonly<Record<string, readonly string[]>>;

export function answersOf(zone: Zone): (question: DnsQuestion) => DnsAnswer {
  return ({ name, type }) => {
    const records = zone[name];
    if (records === undefined) return "no such name";
    const [alias] = records.flatMap((data) => data.startsWith("=") ? data.slice(1) : []);
    if (alias !== undefined) return [{ type: "CNAME", data: alias }];
    const isOfType = (data: string) =>
      type === "A" ? /^[\d.]+$/.test(data) : type === "AAAA" ? data.includes(":") : true;
    return records.filter(isOfType).map((data) => ({ type, data }));
  };
}

export interface Scene extends AsyncDisposable {
  readonly dns: DnsServer;
  /** Tries a challenge, of `www.example` by http-01 unless told otherwise. */
  validate(wanted?: Partial<Validation>, signal?: AbortSignal): Promise<"valid" | ValidationFailure>;
}

export interface WantedScene {
  readonly dns?: Zone | ((question: DnsQuestion) => DnsAnswer);
  readonly policy?: WantedPolicy;
  /** Where the validator connects for http-01 and tls-alpn-01. */
  readonly port?: number;
  readonly clock?: Clock;
  readonly settings?: Partial<ValidatorSettings>;
}

export async function validationScene(wanted: WantedScene): Promise<Scene> {
  const { dns: answers = { "www.example": [HOST] }, policy = {}, port = 80, clock, settings } = wanted;
  const dns = await DnsServer.start(typeof answers === "function" ? answers : answersOf(answers));
  const validate = newValidator({
    addresses: policyOf(policy),
    resolvers: [{ ipAddr: HOST, port: dns.port }],
    ...{ httpPort: port, tlsPort: port },
    ...(clock && { clock }),
    ...settings,
  });
  const usual: Validation = {
    type: "http-01",
    identifier: { type: "dns", value: "www.example" },
    token: TOKEN,
    keyAuthorization: KEY_AUTHORIZATION,
  };
  return {
    dns,
    validate: (wanted, signal = new AbortController().signal) => validate({ ...usual, ...wanted }, signal),
    [Symbol.asyncDispose]: () => dns[Symbol.asyncDispose](),
  };
}

/** A web server that has the proof. */
export function provingServer(): RawServer {
  return new RawServer(() => httpAnswer(200, `${KEY_AUTHORIZATION}\n`));
}

/** Counts who connects to an address, and says nothing. */
export class Victim implements AsyncDisposable {
  connections = 0;
  readonly #listener: Deno.TcpListener;
  readonly #ended: Promise<void>;

  constructor(hostname = FORBIDDEN, port = 0) {
    this.#listener = Deno.listen({ hostname, port });
    this.#ended = this.#count();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async #count(): Promise<void> {
    for await (const connection of this.#listener) {
      this.connections++;
      connection.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#ended;
  }
}

export interface WantedNetwork {
  /** Where all names are. */
  readonly found?: readonly string[] | undefined;
  /** The TXT records of all names. */
  readonly texts?: readonly string[];
  readonly policy?: WantedPolicy | undefined;
}

/** A network without a DNS. */
export function testNetwork({ found = [HOST], texts = [], policy = {} }: WantedNetwork = {}): Network {
  const lookup = { addresses: () => Promise.resolve([...found]), texts: () => Promise.resolve([...texts]) };
  return { lookup, clock: systemClock, addresses: policyOf(policy) };
}

/** The failure that an attempt ends with. */
export async function failureOf(attempt: Promise<void>): Promise<ValidationFailure & { readonly again: boolean }> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof FailedAttempt) return { ...error.failure, again: error.again };
    throw error;
  }
  throw new Error("the attempt succeeded");
}
