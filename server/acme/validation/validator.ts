/** Proof of control of names and addresses (RFC 8555 8, RFC 8737, RFC 8738): the one way in. */
import type { RandomSource } from "../../../core/bytes.ts";
import { type Clock, systemClock } from "../../../core/host/clock.ts";
import { randomBytes } from "../../../core/host/random.ts";
import type { VerifySignature } from "../../../core/keys/verify_signature.ts";
import { parseIpAddress } from "../../../core/x509/ip_address.ts";
import type { AddressPolicy } from "./allowed_address.ts";
import { tryAgain } from "./attempts.ts";
import type { Network } from "./dial.ts";
import { tryDns01 } from "./dns_01.ts";
import { FailedAttempt, failedForGood, quoted, type ValidationFailure } from "./failure.ts";
import { isHostName } from "./host_names.ts";
import { tryHttp01 } from "./http_01.ts";
import { type NameLookup, nameLookup, type ResolverAddress } from "./name_lookup.ts";
import { tryTlsAlpn01 } from "./tls_alpn_01.ts";

export type { ValidationFailure };

export interface Validation {
  readonly type: "http-01" | "dns-01" | "tls-alpn-01";
  /** A DNS name in lower-case A-labels, with `*.` in front for a wildcard; an address as text. */
  readonly identifier: { readonly type: "dns" | "ip"; readonly value: string };
  /** Whether the name stands for its wildcard, where `*.` does not say so already. */
  readonly wildcard?: boolean;
  readonly token: string;
  readonly keyAuthorization: string;
}

/**
 * Tries for up to half a minute. Nothing that others do makes it reject.
 * @throws the reason of `signal` when that is aborted
 */
export type Validate = (validation: Validation, signal: AbortSignal) => Promise<"valid" | ValidationFailure>;

export interface ValidatorSettings {
  /** Where it may connect. */
  readonly addresses: AddressPolicy;
  /** Who is asked for names; the system's resolvers when there is none. */
  readonly resolvers: readonly ResolverAddress[];
  /** Where http-01 begins; 80 unless given. */
  readonly httpPort?: number;
  /** Where tls-alpn-01 connects, and where redirects may lead besides 80 and 443; 443 unless given. */
  readonly tlsPort?: number;
  readonly clock?: Clock;
  readonly random?: RandomSource;
  readonly verify?: VerifySignature;
  /** In place of `resolvers`. */
  readonly lookup?: NameLookup;
}

export function newValidator(settings: ValidatorSettings): Validate {
  const { addresses, resolvers, clock = systemClock, lookup = nameLookup(resolvers) } = settings;
  const network = { addresses, clock, lookup };
  return async (validation, signal) => {
    const attempt = (signal: AbortSignal) => attemptOf(validation, { settings, network }, signal);
    return await tryAgain(attempt, clock, signal) ?? "valid";
  };
}

interface Means {
  readonly settings: ValidatorSettings;
  readonly network: Network;
}

async function attemptOf(validation: Validation, { settings, network }: Means, signal: AbortSignal): Promise<void> {
  const { httpPort = 80, tlsPort = 443, random = randomBytes, verify } = settings;
  const { type, token, keyAuthorization } = validation;
  const host = hostOf(validation);
  switch (type) {
    case "dns-01":
      return await tryDns01({ name: host, keyAuthorization }, network.lookup, signal);
    case "http-01": {
      const ports = { http: httpPort, others: [tlsPort] };
      return await tryHttp01({ host, token, keyAuthorization }, { network, ports }, signal);
    }
    case "tls-alpn-01":
      return await tryTlsAlpn01({ host, keyAuthorization }, {
        network,
        port: tlsPort,
        random,
        ...(verify && { verify }),
      }, signal);
  }
}

/** The host that must prove. @throws `FailedAttempt` for good where this type of challenge proves nothing of it */
function hostOf({ type, identifier: { type: kind, value }, wildcard = value.startsWith("*.") }: Validation): string {
  if (wildcard && type !== "dns-01") throw refused(value, `a wildcard is proved by dns-01 alone, not by ${type}`);
  if (kind === "ip") {
    if (type === "dns-01") throw refused(value, "dns-01 does not prove an address");
    if (parseIpAddress(value) === undefined || value.startsWith("[")) throw refused(value, "this is no address");
    return value;
  }
  const name = value.replace(/^\*\./, "");
  if (!isHostName(name)) throw refused(value, "this is not the name of a host");
  return name;
}

function refused(value: string, why: string): FailedAttempt {
  return failedForGood("malformed", `${quoted(value)}: ${why}`);
}
