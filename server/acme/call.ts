/** What the handlers of ACME are called with: the second step of each, by the access of its route. */
import type { Account } from "../../core/acme/account.ts";
import type { AcmeSettings } from "../../core/acme/acme_settings.ts";
import type { AccountKey } from "../../core/acme/json_web_key.ts";
import type { AcmeStore } from "../../core/acme/stores.ts";
import type { RandomSource } from "../../core/bytes.ts";
import type { AccountServices, CertificateAuthority } from "../../core/ca/certificate_authority.ts";
import type { CaStores } from "../../core/ca/stores.ts";
import type { VerifySignature } from "../../core/keys/verify_signature.ts";
import type { Answer } from "../http/exchange.ts";
import type { Handlers } from "../http/route_table.ts";
import type { ChallengeRuns } from "./challenge_runs.ts";
import type { ACME_ROUTES } from "./routes.ts";
import type { AcmeUrls } from "./urls.ts";

/** What the administrator says of ACME. */
export interface SiteSettings extends AcmeSettings {
  /** URLs for people; absent where there are none. */
  readonly termsOfService?: string;
  readonly website?: string;
}

export interface AcmeServices {
  readonly settings: SiteSettings;
  readonly store: AcmeStore;
  /** The CA whose certificates these are, and its stores. */
  readonly ca: CertificateAuthority;
  readonly stores: CaStores;
  readonly accounts: AccountServices;
  readonly runs: ChallengeRuns;
  readonly urls: AcmeUrls;
  readonly verify: VerifySignature;
  readonly random: RandomSource;
}

export interface OpenCall extends AcmeServices {
  /** Unix seconds. */
  readonly now: number;
  /** Numeric address of the caller. */
  readonly address: string;
  /** The request's query; empty for none. */
  readonly query: URLSearchParams;
}

interface SignedCall extends OpenCall {
  /** JSON; undefined for a POST-as-GET. */
  readonly payload: unknown;
}

/** Signed with the key that came with it. */
export interface KeyCall extends SignedCall {
  readonly key: AccountKey;
}

/** Signed by an account that is valid. */
export interface AccountCall extends SignedCall {
  readonly account: Account;
}

type Step<Call> = (call: Call) => Answer | Promise<Answer>;

export interface AcmeSteps {
  readonly open: Step<OpenCall>;
  readonly key: Step<KeyCall>;
  readonly account: Step<AccountCall>;
  readonly signed: Step<KeyCall | AccountCall>;
}

export type AcmeHandlers = Handlers<typeof ACME_ROUTES, AcmeSteps, Record<never, never>>;
