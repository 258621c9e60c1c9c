/** What the administrator says of ACME, as text, and what is made of it. */
import { type AcmePolicy, DEFAULT_LIMITS, DEFAULT_LIVES } from "../../core/acme/acme_settings.ts";
import { readNamePatterns } from "../../core/acme/name_pattern.ts";
import { CaucaseError, describeError } from "../../core/errors.ts";
import { seconds } from "../certificate_authorities.ts";
import type { SiteSettings } from "./call.ts";
import { type IpRange, parseIpRange } from "./validation/ip_range.ts";
import { parseResolver, type ResolverAddress } from "./validation/name_lookup.ts";

/** As options give it: absent where nothing is said. */
export interface WrittenAcmeOptions {
  readonly policy: AcmePolicy;
  readonly eab?: "optional" | "required" | undefined;
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
  readonly renewApproved?: boolean | undefined;
  readonly termsOfService?: string | undefined;
  readonly website?: string | undefined;
  readonly accountsPerHour?: number | undefined;
  readonly pendingOrders?: number | undefined;
  readonly identifiers?: number | undefined;
  readonly failures?: number | undefined;
  readonly authorizationLifeDays?: number | undefined;
  readonly httpPort?: number | undefined;
  readonly tlsPort?: number | undefined;
  readonly resolvers?: readonly string[] | undefined;
  readonly allowAddresses?: readonly string[] | undefined;
  readonly denyAddresses?: readonly string[] | undefined;
}

export interface AcmeOptions {
  readonly settings: SiteSettings;
  readonly validation: {
    readonly resolvers: readonly ResolverAddress[];
    readonly allow: readonly IpRange[];
    readonly deny: readonly IpRange[];
    readonly httpPort?: number;
    readonly tlsPort?: number;
  };
}

/** @throws `usage`, naming the option */
export function readAcmeOptions(written: WrittenAcmeOptions): AcmeOptions {
  const { allow, deny = [], termsOfService, website, httpPort, tlsPort } = written;
  const { resolvers = [], allowAddresses = [], denyAddresses = [] } = written;
  return {
    settings: {
      policy: written.policy,
      eabRequired: written.eab === "required",
      allow: allow && each("--acme-allow", allow, (text) => readNamePatterns([text])).flat(),
      deny: each("--acme-deny", deny, (text) => readNamePatterns([text])).flat(),
      renewApproved: written.renewApproved ?? true,
      ...(termsOfService !== undefined && { termsOfService: webUrl("--acme-terms", termsOfService) }),
      ...(website !== undefined && { website: webUrl("--acme-website", website) }),
      limits: {
        accountsPerAddressAndHour: written.accountsPerHour ?? DEFAULT_LIMITS.accountsPerAddressAndHour,
        pendingOrdersPerAccount: written.pendingOrders ?? DEFAULT_LIMITS.pendingOrdersPerAccount,
        identifiersPerOrder: written.identifiers ?? DEFAULT_LIMITS.identifiersPerOrder,
        failuresPerName: written.failures ?? DEFAULT_LIMITS.failuresPerName,
      },
      lives: {
        ...DEFAULT_LIVES,
        ...(written.authorizationLifeDays !== undefined && {
          validAuthorization: seconds(written.authorizationLifeDays),
        }),
      },
    },
    validation: {
      resolvers: each("--acme-resolver", resolvers, parseResolver),
      allow: each("--acme-allow-address", allowAddresses, parseIpRange),
      deny: each("--acme-deny-address", denyAddresses, parseIpRange),
      ...(httpPort !== undefined && { httpPort }),
      ...(tlsPort !== undefined && { tlsPort }),
    },
  };
}

function each<T>(option: string, texts: readonly string[], read: (text: string) => T): T[] {
  return texts.map((text) => {
    try {
      return read(text);
    } catch (cause) {
      if (!(cause instanceof CaucaseError)) throw cause;
      throw new CaucaseError("usage", `${option} ${JSON.stringify(text)}: ${describeError(cause)}`, { cause });
    }
  });
}

function webUrl(option: string, text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === "https:" || url?.protocol === "http:") return url.href;
  throw new CaucaseError("usage", `${option} ${JSON.stringify(text)}: this is no URL of a page`);
}
