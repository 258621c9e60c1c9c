/** ACME, put together: the site, the challenges that are being tried, the job that cleans up. */
import type { AcmeStore } from "../../core/acme/stores.ts";
import type { CaStores } from "../../core/ca/stores.ts";
import type { CertificateAuthority } from "../../core/ca/certificate_authority.ts";
import type { Site } from "../http/site.ts";
import type { Job } from "../jobs.ts";
import { WEBCRYPTO } from "../keys/operations.ts";
import type { ServeHost } from "../serve_options.ts";
import type { AcmeOptions } from "./acme_options.ts";
import { ChallengeRuns } from "./challenge_runs.ts";
import { cleanUpJob } from "./clean_up.ts";
import { Nonces } from "./nonces.ts";
import { createAcmeSite } from "./site.ts";
import { AcmeUrls } from "./urls.ts";
import type { OwnListener } from "./validation/allowed_address.ts";
import { machineAddresses } from "./validation/machine_addresses.ts";
import { newValidator, type Validate } from "./validation/validator.ts";

export interface Acme {
  readonly site: Site;
  readonly jobs: readonly Job[];
  /** The validator never connects there. */
  listening(at: readonly OwnListener[]): void;
  /** Ends when nothing is being tried any more, after the signal. */
  finish(): Promise<void>;
}

export interface AcmeParts {
  readonly options: AcmeOptions;
  /** As given to `--netloc`. */
  readonly netloc: string;
  readonly store: AcmeStore;
  /** The CA for services, and its stores. */
  readonly ca: CertificateAuthority;
  readonly stores: CaStores;
  readonly host: ServeHost;
  /** Tries challenges; over the network unless given. */
  readonly validate?: Validate;
  /** Ends what is being tried. */
  readonly signal: AbortSignal;
}

export function createAcme({ options, netloc, store, ca, stores, host, signal, ...parts }: AcmeParts): Acme {
  const { settings, validation: { allow, deny, ...reach } } = options;
  const { clock, random, log, keyOperations: { verify } = WEBCRYPTO } = host;
  const own: OwnListener[] = [];
  const addresses = { allow, deny, own, ofThisMachine: machineAddresses };
  const validate = parts.validate ?? newValidator({ addresses, clock, random, verify, ...reach });
  const runs = new ChallengeRuns({ store, validate, clock, log, life: settings.lives.validAuthorization, signal });
  const { policy, renewApproved } = settings;
  const accounts = ca.forAccounts(store, { policy, renewApproved });
  const urls = new AcmeUrls(netloc);
  const services = { settings, store, ca, stores, accounts, runs, urls, verify, random };
  return {
    site: createAcmeSite({ services, nonces: new Nonces(random), clock }),
    jobs: [cleanUpJob(store, settings.lives)],
    listening: (at) => void own.push(...at),
    finish: () => runs.finish(),
  };
}
